"""Problems with known answers: a number plus one, a sum, and whether a word is a palindrome."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from cs25 import Table
from cs25_intro.turing.machine import Machine
from cs25_intro.turing.vocabulary import Token, tape_after

__all__ = ["Problem", "answer", "answered", "problems"]


class Problem(NamedTuple):
    """An input and what should come out."""

    machine: str
    """The name of the machine for it."""
    tape: str
    wanted: str
    """What should be on the tape, blanks at the ends left out; or the state that should halt."""


def problems(size: int) -> Iterator[Problem]:
    """Return all problems up to a size: digits, ones on each side of the plus, or letters."""
    for n in range(1, size + 1):
        for digits in map("".join, product("01", repeat=n)):
            # Carrying over the first digit makes the number one longer; else zeros in front stay.
            yield Problem("increment", digits, format(int(digits, 2) + 1, f"0{n}b"))
    for left, right in product(range(size + 1), repeat=2):
        yield Problem("addition", "1" * left + "+" + "1" * right, "1" * (left + right))
    for n in range(1, size + 1):
        for word in map("".join, product("ab", repeat=n)):
            yield Problem("palindrome", word, "Y" if word == word[::-1] else "N")


def answer(machine: Machine, tokens: Sequence[Token]) -> str | None:
    """Read the answer off a text: the state that halts if it is Y or N, else the tape.

    Returns:
        None if the machine has not halted.
    """
    state = tokens[-1].state
    if state in machine.states:
        return None
    if state in ("Y", "N"):
        return state
    _, tape = tape_after(tokens)
    return machine.show(tape).strip(machine.symbols[0])


def answered(solved: Table, within: int) -> dict[str, float]:
    """Return the share of each kind of problem that is answered rightly within so many tokens.

    Args:
        solved: has columns `problem`, `written` (tokens until it halts) and `right`.
        within: the token that halts counts, too; so 1 is a single pass, with none between.

    Returns:
        Shares, 0 to 1, by kind.
    """
    in_time: dict[str, list[bool]] = defaultdict(list)
    columns = (solved.column(name) for name in ("problem", "written", "right"))
    for problem, written, right in zip(*columns, strict=True):
        in_time[problem].append(right and written <= within)
    return {problem: sum(each) / len(each) for problem, each in in_time.items()}
