"""The vote against Condorcet's closed form, and its ties."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cs25_emergence.vote import condorcet, counts, vote, vote_accuracy


@pytest.mark.parametrize("k", [1, 3, 10, 41])
@pytest.mark.parametrize("p", [0.3, 0.5, 0.7])
def test_condorcet_is_a_tail_of_the_binomial(p: float, k: int) -> None:
    tie = 0.5 * stats.binom.pmf(k / 2, k, p) if k % 2 == 0 else 0.0
    assert condorcet(p, k) == pytest.approx(stats.binom.sf(k // 2, k, p) + tie)


def test_even_votes_are_worth_the_odd_ones_before_them() -> None:
    # With a coin for ties the last even vote never changes the accuracy.
    assert condorcet(0.6, 4) == pytest.approx(condorcet(0.6, 3))


@pytest.mark.parametrize(("p", "k"), [(0.6, 1), (0.6, 3), (0.6, 10), (0.4, 5)])
def test_vote_of_independent_voters_is_as_right_as_condorcet_says(p: float, k: int) -> None:
    draw = np.random.default_rng(0)
    right = draw.integers(2, size=4000)
    answers = np.where(draw.random((4000, 10)) < p, right[:, None], 1 - right[:, None])
    # Four standard errors: 10 // k groups of 4000 votes.
    bound = 4 * 0.5 / np.sqrt(4000 * (10 // k))
    measured = vote_accuracy(answers, right, k=k, n_options=2, draw=draw)
    assert measured == pytest.approx(condorcet(p, k), abs=bound)


def test_the_most_frequent_answer_wins_whatever_the_draw() -> None:
    answers = np.array([[4, 4, 1, 2], [0, 3, 3, 3]])
    for seed in range(20):
        assert vote(answers, 5, draw=np.random.default_rng(seed)).tolist() == [4, 3]


def test_ties_fall_to_each_side_alike() -> None:
    answers = np.tile([1, 2, 1, 2], (4000, 1))
    voted = vote(answers, 5, draw=np.random.default_rng(0))
    assert set(voted) == {1, 2}
    assert (voted == 1).mean() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(4000))


def test_counts_count() -> None:
    assert counts(np.array([[0, 2, 2], [1, 1, 1]]), 3).tolist() == [[1, 0, 2], [0, 3, 0]]
