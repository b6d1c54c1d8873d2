"""What the theory assumes, dropped one at a time: how far does a run go without it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from tqdm.auto import tqdm

from cs25 import Table
from cs25_intro.turing.decoder import Arithmetic
from cs25_intro.turing.writing import Run, right_steps

__all__ = ["BETAS", "BITS", "doublings", "precision", "softmax", "steps_at"]

#: Inverse temperatures that are tried.
BETAS = (4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0)

#: Significant bits that are tried: bfloat16 has 8, float16 11, float32 24, float64 53.
BITS = (5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 20, 22, 24, 28, 32)


def softmax(runs: Mapping[str, Run], beta: float) -> Table:
    """Return how many steps are right with a softmax in place of hard attention.

    Args:
        runs: long ones, by name.
        beta: an inverse temperature to try beside the others.
    """
    ways = {value: Arithmetic(beta=value) for value in sorted({*BETAS, beta})}
    return _sweep("softmax", "beta", runs, ways)


def precision(runs: Mapping[str, Run], bits: int) -> Table:
    """Return how many steps are right where every number is rounded to few significant bits.

    Args:
        runs: long ones, by name.
        bits: to try beside the others.
    """
    ways: dict[float, Arithmetic] = {
        value: Arithmetic(bits=value) for value in sorted({*BITS, bits})
    }
    return _sweep("precision", "bits", runs, ways)


def _sweep(
    name: str, option: str, runs: Mapping[str, Run], ways: Mapping[float, Arithmetic]
) -> Table:
    rows = [
        (machine, value, right_steps(run, ways[value]), len(run.true))
        for value in tqdm(ways, name)
        for machine, run in runs.items()
    ]
    return Table(name, ("machine", option, "right_steps", "steps"), tuple(rows))


def steps_at(table: Table, value: float) -> dict[str, int]:
    """Return how many steps of each run are right at one value of what was varied."""
    return {machine: right for machine, at, right, _ in _rows(table) if at == value}


def doublings(table: Table, machine: str, x: Sequence[float]) -> float | None:
    """Return how many times the right steps double while ``x`` grows by 1.

    It is the slope of the line of least squares through those that go wrong.

    Args:
        table: of a sweep.
        machine: of whose run.
        x: for each value of what was varied, in their order.

    Returns:
        None where fewer than two go wrong: there is no line.
    """
    counts = [(right, steps) for name, _, right, steps in _rows(table) if name == machine]
    failed = [(at, right) for at, (right, steps) in zip(x, counts, strict=True) if right < steps]
    if len(failed) < 2:
        return None
    at, right = np.transpose(failed)
    return float(np.polyfit(at, np.log2(np.maximum(right, 1)), 1)[0])


def _rows(table: Table) -> Iterator[tuple[str, float, int, int]]:
    """Go through machine, value, right steps and steps."""
    return zip(*map(table.column, table.columns), strict=True)
