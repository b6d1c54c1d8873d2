"""Sums over all pairs of responses, and the slope of calibration."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from cs25_alignment.reward_model.judgement import (
    bayes_accuracy,
    calibration_slope,
    expected_accuracy,
    win_probability,
)

# The grid is fine enough for this, as the module says.
ERROR = 1e-5


def draw(n: int = 300) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    gold = random.normal(0, 1.4, n)
    # Rounded, so that there are ties, within blocks and across them.
    rewards = np.round(gold + random.normal(0, 1, n), 1)
    return rewards, gold, random.dirichlet(np.ones(n))


def test_expected_accuracy_by_brute_force() -> None:
    rewards, gold, probs = draw()
    preferred = expit(gold[:, None] - gold)
    picked = (np.sign(rewards[:, None] - rewards) + 1) / 2
    # Either of the two may be the preferred one, and each pair stands there in both orders.
    right = picked * preferred + (1 - picked) * (1 - preferred)
    assert len(set(rewards)) < len(rewards)
    assert expected_accuracy(rewards, gold, probs) == pytest.approx(
        probs @ right @ probs, abs=ERROR
    )
    best = np.maximum(preferred, 1 - preferred)
    assert bayes_accuracy(gold, probs) == pytest.approx(probs @ best @ probs, abs=ERROR)


def test_a_tie_is_a_coin_wherever_the_responses_stand() -> None:
    _, gold, probs = draw()
    assert expected_accuracy(np.zeros(300), gold, probs) == pytest.approx(0.5, abs=ERROR)
    rewards, *_ = draw()
    backwards = expected_accuracy(rewards[::-1], gold[::-1], probs[::-1])
    assert expected_accuracy(rewards, gold, probs) == pytest.approx(backwards, abs=1e-12)


def test_win_probability_by_brute_force() -> None:
    _, gold, probs = draw()
    expected = expit(gold[:, None] - gold) @ probs
    np.testing.assert_allclose(win_probability(gold, probs), expected, atol=ERROR)


def test_calibration_of_the_truth_is_one_and_of_twice_the_truth_a_half() -> None:
    _, gold, probs = draw()
    for times in (1, 2, -4):
        slope = calibration_slope(times * gold[None], gold[None], probs[None])
        assert slope == pytest.approx(1 / times, abs=1e-4)


def test_a_constant_of_each_prompt_changes_nothing() -> None:
    rewards, gold, probs = (np.stack([rows, rows[::-1]]) for rows in draw())
    moved = rewards + np.array([[5.0], [-3.0]])
    before, after = (calibration_slope(r, gold, probs) for r in (rewards, moved))
    assert after == pytest.approx(before, abs=1e-6)
    for row in zip(rewards, moved, gold, probs, strict=True):
        kept, shifted, g, p = row
        assert expected_accuracy(shifted, g, p) == pytest.approx(expected_accuracy(kept, g, p))


def test_calibration_is_logistic_regression_weighted_by_what_is_likely() -> None:
    rewards, gold, probs = draw(60)
    margin = (rewards[:, None] - rewards).ravel()
    preferred = expit(gold[:, None] - gold).ravel()
    weight = np.outer(probs, probs).ravel()
    peer = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10).fit(
        np.concatenate([margin, margin])[:, None],
        np.repeat([1, 0], len(margin)),
        sample_weight=np.concatenate([weight * preferred, weight * (1 - preferred)]) * 60**2,
    )
    slope = calibration_slope(rewards[None], gold[None], probs[None])
    assert slope == pytest.approx(float(peer.coef_[0, 0]), abs=1e-4)


def test_rewards_that_are_all_equal_have_no_slope() -> None:
    _, gold, probs = draw()
    with pytest.raises(ValueError, match="all rewards are equal"):
        calibration_slope(np.ones((1, 300)), gold[None], probs[None])
