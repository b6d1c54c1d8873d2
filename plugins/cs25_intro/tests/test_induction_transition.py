"""Dates of a change, against curves whose dates are known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cs25_intro.induction.transition import rise, transition

STEP = np.arange(0.0, 3001.0)


def test_an_exponential_approach_takes_over_four_doublings() -> None:
    found = transition(STEP, 2 * (1 - np.exp(-STEP / 200)), least=1)
    assert found is not None
    assert found.start == pytest.approx(200 * math.log(10 / 9), rel=1e-3)
    assert found.end == pytest.approx(200 * math.log(10), rel=1e-3)
    assert found.doublings == pytest.approx(math.log2(21.854), rel=1e-3)


def test_one_speed_throughout_takes_over_three() -> None:
    found = transition(STEP, STEP / 3000, least=1)
    assert found is not None
    assert found == pytest.approx((300, 1500, 2700))
    assert found.doublings == pytest.approx(math.log2(9))


def test_a_late_logistic_rise_is_dated_by_its_middle_and_width() -> None:
    # From 10 to 90 % a logistic takes ln 9 of its width on both sides of the middle.
    found = transition(STEP, 1 / (1 + np.exp(-(STEP - 1000) / 50)), least=0.5)
    assert found is not None
    assert found == pytest.approx(
        (1000 - 50 * math.log(9), 1000, 1000 + 50 * math.log(9)), abs=1e-3
    )


def test_a_lone_peak_decides_nothing() -> None:
    curve = 1 / (1 + np.exp(-(STEP - 1000) / 50))
    plain = transition(STEP, curve, least=0.5)
    curve[300], curve[2000] = 1, 0
    noisy = transition(STEP, curve, least=0.5)
    assert plain is not None
    assert noisy is not None
    assert noisy == pytest.approx(plain, rel=0.01)
    assert bool((np.diff(rise(curve)) >= 0).all())


def test_what_hardly_rises_has_no_date() -> None:
    assert transition(STEP, 0.29 * STEP / 3000, least=0.3) is None
    assert transition(STEP, -STEP, least=0.3) is None
    assert transition(STEP, 0.31 * STEP / 3000, least=0.3) is not None


def test_what_began_before_anybody_looked_has_no_date() -> None:
    step = np.array([0.0, 10.0, 20.0, 30.0])
    assert transition(step, np.array([0.0, 0.5, 0.9, 1.0]), least=0.5) is None
    assert transition(step, np.array([0.0, 0.05, 0.9, 1.0]), least=0.5) is not None
