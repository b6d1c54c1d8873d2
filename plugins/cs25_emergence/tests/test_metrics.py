"""Five scores of the same answers, on strings whose scores are known."""

from __future__ import annotations

import math
from difflib import SequenceMatcher

import numpy as np
import pytest

from cs25_emergence.metrics import (
    METRICS,
    brier,
    edit_distance,
    exact_match,
    log_probability,
    token_accuracy,
)


@pytest.mark.parametrize(
    ("written", "right", "distance"),
    [
        ("kitten", "sittin", 2),  # two replacements
        ("abcdef", "bcdefa", 2),  # delete the a, append it: token accuracy sees six errors
        ("aaaaaa", "bbbbbb", 6),
        ("same..", "same..", 0),
    ],
)
def test_edit_distance_of_known_strings(written: str, right: str, distance: int) -> None:
    a, b = (np.array([[ord(letter) for letter in word]]) for word in (written, right))
    assert edit_distance(a, b).tolist() == [distance]


@pytest.mark.parametrize("seed", range(100))
def test_edit_distance_is_a_metric_between_the_known_bounds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = (rng.integers(4, size=(1, rng.integers(1, 8))) for _ in range(2))
    distance = edit_distance(a, b)[0]
    assert distance == edit_distance(b, a)[0]
    assert (distance == 0) == (a.shape == b.shape and bool((a == b).all()))
    # At least the difference in length; at most what keeping a common subsequence leaves
    # (difflib finds a common one, not always the longest).
    kept = sum(m.size for m in SequenceMatcher(None, a[0], b[0], False).get_matching_blocks())
    assert abs(a.shape[1] - b.shape[1]) <= distance <= a.shape[1] + b.shape[1] - 2 * kept
    if a.shape == b.shape:
        assert distance <= (a != b).sum()


def test_exact_match_gives_nothing_for_one_wrong_token_and_accuracy_gives_the_rest() -> None:
    written, right = np.array([[1, 2, 3, 4], [1, 2, 3, 0]]), np.array([[1, 2, 3, 4]] * 2)
    assert exact_match(written, right).tolist() == [True, False]
    assert token_accuracy(written, right).tolist() == [1.0, 0.75]


def test_soft_scores_of_a_known_distribution() -> None:
    # Probabilities 0.7, 0.2, 0.1 on the right token 0: (0.3² + 0.2² + 0.1²) = 0.14.
    log_probs = np.log([[[0.7, 0.2, 0.1]]])
    right = np.array([[0]])
    assert brier(right, log_probs) == pytest.approx([0.14])
    assert log_probability(right, log_probs) == pytest.approx([math.log(0.7)])


def test_scores_of_a_guess_and_of_perfection_are_one_reach_apart() -> None:
    options, n_tokens, n = 4, 2, 50_000
    draw = np.random.default_rng(0)
    right = draw.integers(options, size=(n, n_tokens))
    guess = draw.integers(options, size=(n, n_tokens))
    uniform = np.full((n, n_tokens, options), -math.log(options))
    sure = np.where(np.eye(options)[right] == 1, 0.0, -1e3)
    for name, metric in METRICS.items():
        reach = metric.score(right, right, sure) - metric.score(guess, right, uniform)
        if name == "edit_distance":  # shifts save a guess some edits: an upper bound
            assert 0.8 * metric.reach(n_tokens, options) < reach
            assert reach <= metric.reach(n_tokens, options) + 0.02
        else:  # four standard errors of a share of 50,000
            assert reach == pytest.approx(metric.reach(n_tokens, options), abs=0.01)
