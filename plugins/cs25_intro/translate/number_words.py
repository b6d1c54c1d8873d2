"""English number words, both ways: 40 302 is "forty thousand three hundred two".

The American form, without "and", and every word by itself: "forty two" has no hyphen. Zero is
never spoken within a number, so the length of the words does not tell the length of the digits:
"one hundred thousand" has three words and six digits, "seventeen" one and two.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

__all__ = ["LARGEST", "WORDS", "n_words", "to_number", "to_words"]

LARGEST = 999_999

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

#: All words there are.
WORDS = (*_ONES, *_TENS, "hundred", "thousand")


def to_words(number: int) -> tuple[str, ...]:
    """Spell a number.

    Args:
        number: from 0 to `LARGEST`.

    Raises:
        ValueError: it is outside this range.

    >>> " ".join(to_words(40_302))
    'forty thousand three hundred two'
    """
    if not 0 <= number <= LARGEST:
        raise ValueError(f"to_words: {number}, expected a number from 0 to {LARGEST:,}")
    if number == 0:
        return ("zero",)
    thousands, rest = divmod(number, 1000)
    spoken = (*_below_1000(thousands), "thousand") if thousands else ()
    return (*spoken, *_below_1000(rest))


def to_number(words: Sequence[str]) -> int:
    """Read a number from its words: the inverse of `to_words`.

    Raises:
        ValueError: these words are no number.

    >>> to_number("forty thousand three hundred two".split())
    40302
    """
    total = part = 0
    for word in words:
        if word in _ONES:
            part += _ONES.index(word)
        elif word in _TENS:
            part += 10 * (2 + _TENS.index(word))
        elif word == "hundred":
            part *= 100
        elif word == "thousand":
            total, part = total + 1000 * part, 0
    total += part
    # Reading forgives what speaking never says, such as "two three" or "thousand thousand".
    if total > LARGEST or to_words(total) != tuple(words):
        raise ValueError(f"to_number: {' '.join(words)!r}, expected the words of one number")
    return total


def n_words(numbers: Int[np.ndarray, " number"]) -> Int[np.ndarray, " number"]:
    """Count the words of many numbers at once.

    >>> n_words(np.array([0, 17, 40_302, 777_777])).tolist()
    [1, 1, 5, 9]
    """
    below_1000 = np.array([len(_below_1000(number)) for number in range(1000)])
    thousands, rest = np.divmod(numbers, 1000)
    counts: np.ndarray = below_1000[thousands] + (thousands > 0) + below_1000[rest]
    return counts.clip(1)  # "zero" is the one number that is spoken though it is nothing


def _below_1000(number: int) -> tuple[str, ...]:
    hundreds, rest = divmod(number, 100)
    spoken: tuple[str, ...] = (_ONES[hundreds], "hundred") if hundreds else ()
    if rest >= 20:
        tens, rest = divmod(rest, 10)
        spoken += (_TENS[tens - 2],)
    return (*spoken, _ONES[rest]) if rest else spoken
