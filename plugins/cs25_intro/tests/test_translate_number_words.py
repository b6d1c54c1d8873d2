"""Number words against numbers spelled by hand, and both ways round."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs25_intro.translate.number_words import LARGEST, WORDS, n_words, to_number, to_words

BY_HAND = {
    0: "zero",
    7: "seven",
    10: "ten",
    13: "thirteen",
    20: "twenty",
    42: "forty two",
    100: "one hundred",
    110: "one hundred ten",
    219: "two hundred nineteen",
    1_000: "one thousand",
    1_001: "one thousand one",
    10_000: "ten thousand",
    12_345: "twelve thousand three hundred forty five",
    80_090: "eighty thousand ninety",
    100_000: "one hundred thousand",
    300_503: "three hundred thousand five hundred three",
    777_777: "seven hundred seventy seven thousand seven hundred seventy seven",
    999_999: "nine hundred ninety nine thousand nine hundred ninety nine",
}


@pytest.mark.parametrize(("number", "words"), BY_HAND.items())
def test_numbers_are_spelled_as_by_hand(number: int, words: str) -> None:
    assert to_words(number) == tuple(words.split())
    assert to_number(words.split()) == number
    assert n_words(np.array([number])).tolist() == [len(words.split())]


@given(st.integers(0, LARGEST))
def test_reading_undoes_spelling(number: int) -> None:
    assert to_number(to_words(number)) == number


def test_every_number_has_words_of_its_own() -> None:
    # Up to 9999 every rule is used but "ten thousand" and above, where the same words return.
    assert len({to_words(number) for number in range(10_000)}) == 10_000
    assert {word for number in range(1_001) for word in to_words(number)} == set(WORDS)


def test_all_numbers_have_as_many_words_as_counted() -> None:
    counts = np.bincount(n_words(np.arange(LARGEST + 1)))
    # One word: 0 to 20 and seven more tens. Two: 72 of the form "forty two", 9 hundreds and 27
    # thousands. Nine: nine hundreds times 72 such endings, before the thousand and after it.
    assert counts[1:3].tolist() == [28, 108]
    assert counts[9] == (9 * 72) ** 2
    assert len(counts) == 10


@pytest.mark.parametrize(
    "words", ["", "two three", "twenty eleven", "thousand", "hundred", "one thousand thousand",
              "zero one", "five twenty", "one thousand zero", "forty-two", "one hundred hundred"],
)  # fmt: skip
def test_words_that_are_no_number_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match="expected the words of one number"):
        to_number(words.split())


@pytest.mark.parametrize("number", [-1, LARGEST + 1])
def test_numbers_out_of_range_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="from 0 to 999,999"):
        to_words(number)
