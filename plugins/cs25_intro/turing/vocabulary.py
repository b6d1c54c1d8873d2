"""The tokens: one for each thing that can be done to the tape.

A text is a run. It begins with `start`; then the prompt writes the input, symbol by symbol, each
token moving right but the last, which leaves the head on it and the machine in its first state;
then each token is a step of the machine. So the network has no tape: what is in a cell stands in
the token that wrote it last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cs25_intro.turing.machine import BLANK, Machine, Step

__all__ = ["Token", "Vocabulary", "tape_after"]


class Token(NamedTuple):
    """Something that is done to the tape."""

    symbol: int = BLANK
    """What is written."""
    move: int = 0
    """Where the head goes next: -1, 0 or 1."""
    state: str = ""
    """The state after it; none while the input is written."""


START = Token()


@dataclass(frozen=True)
class Vocabulary:
    """The tokens of one machine; `start` is token 0."""

    tokens: tuple[Token, ...]

    @classmethod
    def of(cls, machine: Machine) -> Vocabulary:
        """Return the tokens that a machine's input and its steps need."""
        symbols = range(len(machine.symbols))
        tokens = (
            START,
            *(Token(symbol, 1) for symbol in symbols),
            *(Token(symbol, 0, machine.states[0]) for symbol in symbols),
            *(Token(*step) for step in machine.table.values()),
        )
        return cls(tuple(dict.fromkeys(tokens)))

    def prompt(self, machine: Machine, tape: Sequence[int]) -> list[int]:
        """Return the tokens that write an input and put the head on its last symbol.

        Args:
            machine: starts in its first state.
            tape: the input; a blank if there is none.
        """
        *before, last = tape or (BLANK,)
        written = [START, *(Token(symbol, 1) for symbol in before)]
        return self.encode([*written, Token(last, 0, machine.states[0])])

    def encode(self, tokens: Iterable[Token | Step]) -> list[int]:
        """Return the numbers of tokens; a step of the machine is one."""
        number = {token: i for i, token in enumerate(self.tokens)}
        return [number[Token(*token)] for token in tokens]


def tape_after(tokens: Iterable[Token]) -> tuple[int, tuple[int, ...]]:
    """Read the tape off a text, as a reader of it would.

    Returns:
        The number of its leftmost cell, and what is in each cell that was written to. Cell 0 is
        where `start` puts the head.
    """
    cells: dict[int, int] = {}
    head = 0
    for token in tokens:
        if token != START:
            cells[head] = token.symbol
        head += token.move
    left = min(cells, default=0)
    return left, tuple(cells[cell] for cell in sorted(cells))
