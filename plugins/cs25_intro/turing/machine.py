"""Turing machines, in the text format in which the busy beavers are written down.

A table has one row for each state, A first, and rows are joined by underscores; a row has three
characters for each symbol: what to write, where to move, the next state. `1RB1LB_1LA1RZ` is the
busy beaver of two states. A letter without a row halts. So does `---`, an entry that is not used.

Source: the standard text format of bbchallenge.org; Turing 1936 for the machines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import ascii_uppercase, digits
from typing import NamedTuple

from cs25.errors import ParameterError

__all__ = ["BLANK", "Machine", "Step", "parse"]

#: What is in a cell that nothing was written to.
BLANK = 0

_MOVES = {"L": -1, "R": 1}

_ENTRY = re.compile(r"---|[0-9][LR][A-Z]")

_EXPECTED = (
    "a table like '1RB1LB_1LA1RZ': rows of equal length, joined by '_', of a symbol to "
    "write, L or R, and the next state"
)


class Step(NamedTuple):
    """What a machine does in one step."""

    symbol: int
    """What it writes."""
    move: int
    """-1 for left, 1 for right."""
    state: str
    """The next state."""


@dataclass(frozen=True)
class Machine:
    """A Turing machine with one tape, endless on both sides.

    Args:
        table: what it does in each state, on each symbol.
        symbols: how the symbols are shown; the first is the blank.
    """

    table: dict[tuple[str, int], Step]
    symbols: str

    @property
    def states(self) -> tuple[str, ...]:
        """The states that do not halt, the first one first."""
        return tuple(dict.fromkeys(state for state, _ in self.table))

    def read(self, tape: str) -> tuple[int, ...]:
        """Return the symbols of an input.

        Raises:
            ParameterError: it holds a symbol that this machine does not know.
        """
        for shown in tape:
            if shown not in self.symbols:
                raise ParameterError(
                    parameter="tape",
                    found=tape,
                    expected=f"symbols that this machine knows ({', '.join(self.symbols)})",
                )
        return tuple(self.symbols.index(shown) for shown in tape)

    def show(self, tape: tuple[int, ...]) -> str:
        """Return the symbols as text."""
        return "".join(self.symbols[symbol] for symbol in tape)


def parse(text: str, *, symbols: str = "") -> Machine:
    """Read a machine in the standard text format.

    Args:
        text: the table.
        symbols: how the symbols are shown, the blank first; as digits by default.

    Raises:
        ParameterError: it is none.

    >>> machine = parse("1RB1LB_1LA1RZ")
    >>> machine.states, machine.table["B", 1]
    (('A', 'B'), Step(symbol=1, move=1, state='Z'))
    """
    rows = [_entries(text, row) for row in text.split("_")]
    n_symbols = len(rows[0])
    symbols = symbols or digits[:n_symbols]
    if len(rows) > len(ascii_uppercase) or any(len(row) != n_symbols for row in rows):
        raise ParameterError(parameter="machine", found=text, expected=_EXPECTED)
    table = {}
    for state, row in zip(ascii_uppercase, rows, strict=False):
        for read, entry in enumerate(row):
            # An entry that is not used keeps the symbol: the tape is what it was.
            step = Step(read, 1, "Z") if entry == "---" else _step(entry)
            if step.symbol >= n_symbols:
                raise ParameterError(
                    parameter="machine",
                    found=text,
                    expected=f"symbols below {n_symbols}, as rows have {n_symbols} entries; "
                    f"one writes {step.symbol}",
                )
            table[state, read] = step
    return Machine(table, symbols)


def _entries(text: str, row: str) -> list[str]:
    entries = [row[i : i + 3] for i in range(0, len(row), 3)]
    if not entries or not all(_ENTRY.fullmatch(entry) for entry in entries):
        raise ParameterError(parameter="machine", found=text, expected=_EXPECTED)
    return entries


def _step(entry: str) -> Step:
    symbol, move, state = tuple(entry)
    return Step(int(symbol), _MOVES[move], state)
