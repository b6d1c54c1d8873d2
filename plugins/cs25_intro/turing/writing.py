"""A decoder writes a machine's run token by token, and it is held against the true one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cs25_intro.turing.decoder import Arithmetic, Decoder
from cs25_intro.turing.machine import Machine
from cs25_intro.turing.simulator import simulate
from cs25_intro.turing.vocabulary import Token, Vocabulary

__all__ = ["EXACT", "Run", "n_wrong", "right_steps", "write"]

#: What the theory assumes: hard attention, and numbers that are hardly rounded.
EXACT = Arithmetic()

#: Positions that are computed at once.
_CHUNK = 256


@dataclass(frozen=True)
class Run:
    """A machine, an input, and a decoder that should write what the machine does.

    Args:
        machine: starts in its first state.
        tape: the input; the head starts on its last symbol.
        decoder: has the weights.
        max_steps: when to stop a machine that goes on.
    """

    machine: Machine
    tape: Sequence[int]
    decoder: Decoder
    max_steps: int

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The machine's tokens."""
        return Vocabulary.of(self.machine)

    @cached_property
    def prompt(self) -> list[int]:
        """The tokens that write the input."""
        return self.vocabulary.prompt(self.machine, self.tape)

    @cached_property
    def true(self) -> list[int]:
        """What should follow, from the plain simulator."""
        steps = simulate(self.machine, self.tape, max_steps=self.max_steps)
        return self.vocabulary.encode(steps)

    def tokens(self, written: Sequence[int]) -> list[Token]:
        """Return prompt and text as what they do."""
        return [self.vocabulary.tokens[number] for number in (*self.prompt, *written)]


def write(run: Run, arithmetic: Arithmetic = EXACT) -> list[int]:
    """Return the tokens that the decoder adds to the prompt, always the likeliest one.

    Each token is fed back, as in any language model. Neither the simulator nor the machine's table
    is asked: the machine is in the weights. Its states only say which tokens end a text.
    """
    memory = run.decoder.new_memory()
    new, written = run.prompt, list[int]()
    while len(written) < run.max_steps:
        logits = run.decoder.logits(np.array(new), memory, arithmetic)
        new = [int(logits[-1].argmax())]
        written += new
        if run.vocabulary.tokens[new[0]].state not in run.machine.states:
            break
    return written


def n_wrong(written: Sequence[int], true: Sequence[int]) -> int:
    """Count tokens that differ from the true ones, and those that are missing or too many.

    >>> n_wrong([5, 6, 7], [5, 7])
    2
    """
    differing = sum(mine != theirs for mine, theirs in zip(written, true, strict=False))
    return differing + abs(len(written) - len(true))


def right_steps(run: Run, arithmetic: Arithmetic) -> int:
    """Return how many tokens the decoder writes before the first wrong one.

    Up to there its text is the true one. So many positions of the true text can be computed at
    once, and the first at which another token is likelier is the first wrong step.
    """
    text = np.array(run.prompt + run.true)
    first = len(run.prompt) - 1
    memory = run.decoder.new_memory()
    for start in range(0, len(text) - 1, _CHUNK):
        positions = np.arange(start, min(start + _CHUNK, len(text) - 1))
        likeliest = run.decoder.logits(text[positions], memory, arithmetic).argmax(axis=-1)
        wrong = (likeliest != text[positions + 1]) & (positions >= first)
        if wrong.any():
            return int(positions[wrong.argmax()]) - first
    return len(run.true)
