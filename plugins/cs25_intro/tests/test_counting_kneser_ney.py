"""Kneser-Ney against numbers worked by hand, a brute force, and the laws of probability."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest

from cs25_intro.counting.kneser_ney import KneserNey, discounts, write
from cs25_intro.counting.ngrams import LONGEST, N_CHARS, Counts, continuations, count, ngrams
from cs25_intro.counting.topics import encode

TEXT = "she sells sea shells by the sea shore; the shells she sells are sea shells, i'm sure. " * 3


def test_ngrams_are_counted_and_so_is_what_they_follow() -> None:
    bigrams = count(ngrams(encode("abcab"), 2))
    assert dict(zip(bigrams.grams, bigrams.counts, strict=True)) == {
        ord("a") * 128 + ord("b"): 2,
        ord("b") * 128 + ord("c"): 1,
        ord("c") * 128 + ord("a"): 1,
    }
    # "b" stands after "a" only, however often; "a" after "c".
    assert continuations(bigrams, 1).counts.tolist() == [1, 1, 1]
    assert continuations(count(ngrams(encode("abcb"), 2)), 1).counts.tolist() == [2, 1]


def test_the_longest_ngram_keeps_all_its_characters() -> None:
    one, other = "a" + "~" * (LONGEST - 1), "b" + "~" * (LONGEST - 1)
    grams = [int(ngrams(encode(text), LONGEST)[0]) for text in (one, other)]
    assert grams == [sum(ord(c) * 128**i for i, c in enumerate(t[::-1])) for t in (one, other)]


def test_discounts_are_those_of_chen_and_goodman() -> None:
    # n_1 .. n_4 = 4, 2, 1, 1, so Y = 4/8; D_1 = 1 - 2 Y 2/4, D_2 = 2 - 3 Y 1/2, D_3 = 3 - 4 Y 1/1.
    counts = np.array([1, 1, 1, 1, 2, 2, 3, 4, 9])
    found = discounts(Counts(np.arange(9, dtype=np.uint64), counts))
    assert found.tolist() == pytest.approx([0.5, 1.25, 1.0])


# No n-gram counts 1; and with 1, 1, 5, 1 of them D_2 = 2 - 3 (1/3) 5 is below 0.
@pytest.mark.parametrize("counts", [[5, 5], [1, 2, 3, 3, 3, 3, 3, 4]])
def test_estimates_that_do_not_exist_or_make_no_sense_are_replaced(counts: list[int]) -> None:
    grams = np.arange(len(counts), dtype=np.uint64)
    assert discounts(Counts(grams, np.array(counts))).tolist() == [0.5, 1.0, 1.5]


def test_probabilities_of_a_tiny_text_worked_by_hand() -> None:
    # Too small for the estimates: 1/2 is taken from a count of 1. "aa" and "ab" occur once each, so
    # "a" and "b" continue one character each: p(a) = p(b) = (1 - 1/2) / 2 + 1/2 * 1/128.
    model = KneserNey(encode("aab"), order=2)
    single = 0.25 + 0.5 / 128
    after_a, after_b = (model.next_probs(encode(text))[1] for text in "ab")
    assert after_b[ord("a")] == pytest.approx(single)  # nothing was ever seen after "b"
    assert after_a[ord("b")] == pytest.approx(0.25 + 0.5 * single)
    assert after_a[ord("z")] == pytest.approx(0.5 * 0.5 / 128)
    # As a model of its own, order 1 knows how often: 2 of 3, less 1, whatever stands before.
    taken = Fraction(3, 2)
    first = model.next_probs(encode("b"))[0]
    assert first[ord("a")] == pytest.approx(float(Fraction(2 - 1, 3) + taken / 3 / 128))


def brute_force(text: str, order: int, context: str, char: str) -> float:
    """The formula as it is printed, with dictionaries, for the model of one order."""

    def level(n: int) -> Counter[str]:
        if n == order:
            return Counter(text[i : i + n] for i in range(len(text) - n + 1))
        longer = {text[i : i + n + 1] for i in range(len(text) - n)}
        return Counter(gram[1:] for gram in longer)

    def prob(n: int) -> float:
        if n == 0:
            return 1 / N_CHARS
        counts = level(n)
        amounts = Counter(counts.values())
        n1, n2, n3, n4 = (amounts[j] for j in (1, 2, 3, 4))
        d = {1: 0.5, 2: 1.0, 3: 1.5}
        if n1 and n2 and n3 and n4:
            y = n1 / (n1 + 2 * n2)
            tried = {1: 1 - 2 * y * n2 / n1, 2: 2 - 3 * y * n3 / n2, 3: 3 - 4 * y * n4 / n3}
            if all(0 < tried[j] <= j for j in tried):
                d = tried
        before = context[len(context) - n + 1 :]
        after = {gram: c for gram, c in counts.items() if gram[:-1] == before}
        if not after:
            return prob(n - 1)
        total = sum(after.values())
        own = after.get(before + char, 0)
        kept = own - d[min(own, 3)] if own else 0.0
        freed = sum(d[min(c, 3)] for c in after.values())
        return (kept + freed * prob(n - 1)) / total

    return prob(order)


@pytest.mark.parametrize(
    "context", ["e sea", " the ", "shore", "qqqqq", "q she", "sure.", "by the s", "qqq sell"]
)
def test_all_orders_agree_with_a_brute_force(context: str) -> None:
    model = KneserNey(encode(TEXT), order=len(context) + 1)
    found = model.next_probs(encode(context))
    for order in range(1, model.order + 1):
        for char in " aehlsq.":
            expected = brute_force(TEXT, order, context, char)
            assert found[order - 1, ord(char)] == pytest.approx(expected, rel=1e-12), (order, char)


@pytest.mark.parametrize("context", ["e sea", "qqqqq", "sea s", "\n\n\n\n\n", "by the s", "~" * 8])
def test_probabilities_sum_to_one_and_none_is_zero(context: str) -> None:
    found = KneserNey(encode(TEXT), order=len(context) + 1).next_probs(encode(context))
    assert found.sum(axis=1) == pytest.approx(np.ones(len(context) + 1), rel=1e-12)
    assert (found > 0).all()


def test_known_is_the_longest_context_that_stands_in_the_text() -> None:
    model = KneserNey(encode(TEXT), order=5)
    asked = "xthe sea sells zebras"
    known = model.known(ngrams(encode(asked), 5)).tolist()
    for i, length in enumerate(known):
        before = asked[i : i + 4]
        # The text's last characters have nothing behind them, so they are no context of anything.
        assert length == max(m for m in range(5) if before[4 - m :] in TEXT[:-1])


def test_what_is_written_follows_the_text_ever_more_closely() -> None:
    model = KneserNey(encode(TEXT), order=6)
    new = {n: bytes(write(model, encode("\n" * 9), 400, order=n, seed=1)).decode() for n in (1, 6)}
    in_text = {n: np.mean([t[i : i + 4] in TEXT for i in range(397)]) for n, t in new.items()}
    assert in_text[1] < 0.2
    assert in_text[6] > 0.8
    for char in "se ":
        expected = TEXT.count(char) / len(TEXT)
        # Four standard errors of a share of 400 draws.
        assert new[1].count(char) / 400 == pytest.approx(expected, abs=4 * 0.5 / 400**0.5)
