"""The machines that are tried: known ones by name, and ones that chance has drawn."""

from __future__ import annotations

from string import ascii_uppercase

import numpy as np

from cs25.errors import ParameterError
from cs25_intro.turing.machine import Machine, parse

__all__ = ["NAMED", "find", "random_machine"]

#: Table and symbols. The busy beavers take the most steps of all machines of so many states that
#: halt on an empty tape; bb3-ones leaves the most ones.
#: Sources: H. Marxen's list of champions (Radó's, Brady's); bbchallenge 2025 (arXiv 2509.12337).
NAMED: dict[str, tuple[str, str]] = {
    "bb2": ("1RB1LB_1LA1RZ", ""),
    "bb3": ("1RB1RZ_1LB0RC_1LC1LA", ""),
    "bb3-ones": ("1RB1RZ_0RC1RB_1LC1LA", ""),
    "bb4": ("1RB1LB_1LA0LC_1RZ1LD_1RD0RA", ""),
    "bb5": ("1RB1LC_1RC1RB_1RD0LE_1LA1LD_1RZ0LA", ""),
    # Binary digits, the last one at the right: carries a 1 to the left.
    "increment": ("2RZ2RZ1LA", "_01"),
    # The same without an end: goes back to the last digit and adds 1 again.
    "counter": ("2RB2RB1LA_0LA1RB2RB", "_01"),
    # Takes the last 1 away and puts it in the place of the plus.
    "addition": ("---0LB0LZ_---1LB1LZ", "_1+"),
    # Takes the last letter away, then the first one if it is the same, until none is left: Y or N.
    "palindrome": (
        "0RY0LB0LC_0RD1LB2LB_0RE1LC2LC_0RY0RF2RN_0RY1RN0RF_0LA1RF2RF",
        "_ab",
    ),
    # Goes to the right for ever, wherever there is a blank.
    "walker": ("1RA---", ""),
}


def find(machine: str) -> Machine:
    """Return a machine by its name or its table.

    Raises:
        ParameterError: it is neither.
    """
    if machine in NAMED:
        text, symbols = NAMED[machine]
        return parse(text, symbols=symbols)
    try:
        return parse(machine)
    except ParameterError as error:
        raise ParameterError(
            parameter="machine",
            found=machine,
            expected=f"a name ({', '.join(NAMED)}), or {error.expected}",
        ) from None


def random_machine(draw: np.random.Generator) -> tuple[str, str]:
    """Draw a machine of 2 to 4 states and 2 or 3 symbols, and an input of up to 6 symbols.

    One entry halts; all else is drawn with equal chances.

    Returns:
        The table in the standard text format, and the input.
    """
    n_states, n_symbols = int(draw.integers(2, 5)), int(draw.integers(2, 4))
    last = int(draw.integers(n_states * n_symbols))
    entries = [
        f"{draw.integers(n_symbols)}{'LR'[draw.integers(2)]}"
        f"{'Z' if entry == last else ascii_uppercase[draw.integers(n_states)]}"
        for entry in range(n_states * n_symbols)
    ]
    rows = ["".join(entries[i : i + n_symbols]) for i in range(0, len(entries), n_symbols)]
    tape = "".join(str(draw.integers(n_symbols)) for _ in range(draw.integers(7)))
    return "_".join(rows), tape
