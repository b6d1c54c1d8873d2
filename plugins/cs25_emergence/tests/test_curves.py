"""Planted curves: each is foretold by its own kind, and a step by none."""

from __future__ import annotations

import numpy as np
import pytest

from cs25_emergence.curves import CURVES, best, extend, miss

SIZE = np.logspace(2, 6, 20)
KNOWN = 10
DECADES = np.log10(SIZE)

PLANTED = {
    "power law": 0.05 + 0.9 * (SIZE / SIZE[0]) ** -0.3,
    # Half-way at 10^4, where the fitted half ends.
    "S-curve": 1 / (1 + np.exp((DECADES - 4) / 0.3)),
    "straight line": 1 - 0.15 * (DECADES - 2),
    "no change": np.where(np.arange(20) % 2, 0.8, 0.6)[::-1] * (np.arange(20) < KNOWN)
    + 0.6 * (np.arange(20) >= KNOWN),
}


@pytest.mark.parametrize("kind", CURVES)
def test_a_planted_curve_is_foretold_by_its_own_kind(kind: str) -> None:
    forecasts = extend(PLANTED[kind], SIZE, known=KNOWN)
    assert tuple(forecasts) == CURVES
    assert best(PLANTED[kind], forecasts) == kind
    assert miss(PLANTED[kind], forecasts[kind]) < 1e-3


def test_a_step_that_has_not_begun_is_foretold_by_no_curve() -> None:
    step = np.where(SIZE < 10**4.5, 1.0, 0.0)
    forecasts = extend(step, SIZE, known=KNOWN)
    # Of ten sizes ahead two are still before the step; a flat curve misses the other eight by 1.
    after = int((SIZE >= 10**4.5).sum())
    assert {name: miss(step, foretold) for name, foretold in forecasts.items()} == pytest.approx(
        dict.fromkeys(CURVES, after / 10), abs=0.02
    )


def test_a_miss_is_the_mean_distance_from_the_last_runs() -> None:
    assert miss(np.array([9.0, 0.5, 0.25]), np.array([0.25, 0.25])) == 0.125


def test_no_forecast_is_better_than_perfect() -> None:
    falling = np.concatenate([np.linspace(1, 0.3, 10), np.zeros(10)])
    forecasts = extend(falling, SIZE, known=10)
    assert all((foretold >= 0).all() for foretold in forecasts.values())
    assert forecasts["straight line"][-1] == 0  # it would be -0.48
