"""A plain simulator: what a transformer's tokens are held against, and nothing else.

No weight and no token comes from here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from cs25_intro.turing.machine import BLANK, Machine, Step

__all__ = ["simulate"]


def simulate(machine: Machine, tape: Sequence[int], *, max_steps: int) -> list[Step]:
    """Return what a machine does, until it halts or for so many steps.

    Args:
        machine: starts in its first state.
        tape: the input; the head starts on its last symbol.
        max_steps: when to stop a machine that goes on.
    """
    cells = defaultdict(lambda: BLANK, enumerate(tape, start=1 - len(tape)))
    head, state = 0, machine.states[0]
    steps: list[Step] = []
    while state in machine.states and len(steps) < max_steps:
        step = machine.table[state, cells[head]]
        cells[head], head, state = step.symbol, head + step.move, step.state
        steps.append(step)
    return steps
