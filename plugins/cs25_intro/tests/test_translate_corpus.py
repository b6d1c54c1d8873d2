"""What is taught and what is held out, and what a batch holds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from cs25.nn import IGNORE
from cs25_intro.translate.corpus import DIRECTIONS, batches, pair, split, tensors
from cs25_intro.translate.number_words import LARGEST, n_words, to_number
from cs25_intro.translate.vocabulary import PAD, START, STOP, TOKENS, decode, encode

LENGTHS = (2, 3, 4, 6, 7)


def test_no_held_out_number_and_no_held_out_length_is_taught() -> None:
    corpus = split(LENGTHS, seed=3)
    taught = np.concatenate(list(corpus.taught.values()))
    held_out = np.concatenate(list(corpus.held_out.values()))
    # Together they are all numbers, each once.
    assert np.array_equal(np.sort(np.concatenate([taught, held_out])), np.arange(LARGEST + 1))
    assert set(n_words(taught).tolist()) == {1, *LENGTHS}
    assert all((n_words(numbers) == n).all() for n, numbers in corpus.held_out.items())
    # A tenth of 108; none of the dictionary; all of what has a held-out length.
    assert len(corpus.held_out[2]) == 11
    assert 1 not in corpus.held_out
    assert len(corpus.held_out[9]) == 648**2


def test_another_seed_holds_out_other_numbers() -> None:
    first, again, other = (split(LENGTHS, seed=seed).held_out[4] for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    # A tenth of a tenth is held out by both.
    assert np.isin(first, other).mean() == pytest.approx(0.1, abs=0.03)


def test_a_pair_is_the_same_number_both_ways() -> None:
    assert pair(40_302, "to_words") == (
        ("4", "0", "3", "0", "2"),
        ("forty", "thousand", "three", "hundred", "two"),
    )
    assert pair(40_302, "to_digits") == pair(40_302, "to_words")[::-1]


def test_sentences_stop_and_are_filled_up() -> None:
    tokens = encode([("forty", "two"), ("4",)])
    assert tokens.tolist() == [[TOKENS.index("forty"), TOKENS.index("two"), STOP],
                               [TOKENS.index("4"), STOP, PAD]]  # fmt: skip
    assert [decode(row) for row in tokens] == [("forty", "two"), ("4",)]
    assert decode(tokens[0, :2]) == ("forty", "two")  # one that was cut off


def test_what_is_to_be_written_is_never_read_before() -> None:
    _, so_far, target = tensors([pair(7, "to_digits"), pair(42, "to_digits")])
    four, two, seven = (TOKENS.index(digit) for digit in "427")
    assert so_far.tolist() == [[START, seven, STOP], [START, four, two]]
    assert target.tolist() == [[seven, STOP, IGNORE], [four, two, STOP]]


def numbers_of(source: torch.Tensor, target: torch.Tensor) -> tuple[list[int], list[int]]:
    written = target.where(target != IGNORE, PAD)
    return tuple(
        [
            int("".join(tokens)) if tokens[0].isdigit() else to_number(tokens)
            for tokens in map(decode, rows)
        ]
        for rows in (source, written)
    )  # type: ignore[return-value]


@pytest.mark.parametrize("shuffled", [False, True])
def test_batches_are_right_unless_shuffled_and_of_all_lengths_alike(shuffled: bool) -> None:
    taught = split(LENGTHS, seed=0).taught
    allowed = set(np.concatenate(list(taught.values())).tolist())
    n_right, lengths = 0, []
    for source, _, target in itertools.islice(
        batches(taught, batch=60, seed=1, shuffled=shuffled), 20
    ):
        read, wrote = numbers_of(source, target)
        assert set(read) <= allowed
        assert sorted(read[:30]) == sorted(wrote[:30])  # targets keep their direction
        is_digit = (source[:, 0] >= 3) & (source[:, 0] < 13)
        assert is_digit.tolist() == [False] * 30 + [True] * 30
        n_right += sum(a == b for a, b in zip(read, wrote, strict=True))
        lengths += n_words(np.array(read)).tolist()
    # Six lengths, 200 of each expected: four standard errors are 52.
    assert np.bincount(lengths)[[1, *LENGTHS]] == pytest.approx(200, abs=52)
    if shuffled:
        assert n_right < 60  # two draws of one word are equal once in 28, and a sixth are of one
    else:
        assert n_right == 1200
    assert DIRECTIONS == ("to_digits", "to_words")
