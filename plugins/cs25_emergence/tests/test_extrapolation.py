"""What counts as foretelling the held-out run."""

import numpy as np
import pytest

from cs25_emergence.extrapolation import forecast

SIZES = np.geomspace(1e3, 1e5, 6)


def test_a_family_on_a_power_law_is_foretold() -> None:
    found = forecast(1.5 + 20 * SIZES**-0.4, SIZES)
    assert found.power_law_error < 1e-5
    assert found.miss(entropy_rate=1.5, word_entropy=3.6) < 1e-4
    assert found.rival_error > 0.02


def test_the_held_out_run_is_not_fitted() -> None:
    loss = 1.5 + 20 * SIZES**-0.4
    moved = loss.copy()
    moved[-1] += 0.1
    assert forecast(moved, SIZES).predicted == forecast(loss, SIZES).predicted


def test_the_rivals_are_the_last_value_and_the_line() -> None:
    loss = np.array([3.0, 2.5, 2.2, 2.1, 1.9])
    found = forecast(loss, np.array([1.0, 10, 100, 1000, 10_000]))
    # Least squares through the first four: slope -0.3 a decade, 2.0 - ... at the mean 1.5 is 2.45.
    assert found.straight_line == pytest.approx(2.45 - 0.3 * 2.5)
    assert found.constant == 2.1
    assert found.rival_error == pytest.approx(0.2)


def test_a_miss_is_a_share_of_what_is_left_above_the_entropy_rate() -> None:
    loss = 1.5 + 20 * SIZES**-0.4
    loss[-1] -= 0.02
    left = loss[-1] - 1.5
    assert forecast(loss, SIZES).miss(entropy_rate=1.5, word_entropy=3.6) == pytest.approx(
        0.02 / left, rel=1e-3
    )


def test_a_miss_is_a_share_of_the_gain_where_that_is_less() -> None:
    loss = np.array([3.5, 3.45, 3.425, 3.4125, 3.40])
    found = forecast(loss, SIZES[:5])
    assert found.miss(entropy_rate=1.5, word_entropy=3.6) == pytest.approx(
        found.power_law_error / 0.1
    )


def test_a_flat_family_is_not_called_predictable() -> None:
    # The power law is right to a thousandth of a nat, and there was nothing to foretell.
    loss = 3.4 + np.array([0.0002, -0.0003, 0.0001, 0.0002, -0.0001, 0.0004])
    found = forecast(loss, SIZES)
    assert found.power_law_error < 0.001
    assert found.miss(entropy_rate=1.5, word_entropy=3.6) == 1.0


def test_learning_how_frequent_words_are_is_not_yet_an_improvement() -> None:
    # All of the fall is above the entropy of single words, 3.4 nats.
    found = forecast(3.4 + 20 * SIZES**-0.4, SIZES)
    assert found.power_law_error < 1e-5
    assert found.miss(entropy_rate=1.5, word_entropy=3.4) == 1.0
