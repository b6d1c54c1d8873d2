"""Four ways to extend a curve: a power law, an S-curve, a straight line, and no change at all.

All are fitted by least squares to *what is left to learn*: 1 for a model that guesses, 0 for a
perfect one. So every score can be extended by the same means, and every error has the same unit.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.optimize import least_squares, minimize_scalar

from cs25_emergence.power_law import EXPONENT_RANGE, fit_straight_line

__all__ = ["CURVES", "best", "extend", "miss"]

CURVES = ("power law", "S-curve", "straight line", "no change")

Left = Float[np.ndarray, " run"]


def extend(left: Left, scale: Float[np.ndarray, " run"], *, known: int) -> dict[str, Left]:
    """Fit every curve to the smallest runs, and extend each to all others.

    Args:
        left: what is left to learn, as a share, in ascending order of scale.
        scale: parameters or steps, positive.
        known: how many runs are fitted, at least 3.

    Returns:
        For each of `CURVES`: what it foretells of the runs from ``known`` on, cut off at 0.
    """
    seen, x, ahead = left[:known], scale[:known], scale[known:]
    curves = (
        _power_law(seen, np.log(x), np.log(ahead)),
        _s_curve(seen, np.log(x), np.log(ahead)),
        fit_straight_line(seen, x).predict(ahead),
        np.full(len(ahead), seen[-1]),
    )
    return {name: np.maximum(curve, 0.0) for name, curve in zip(CURVES, curves, strict=True)}


def miss(left: Left, foretold: Left) -> float:
    """Return how far a forecast is off, averaged over the runs that it is about.

    Args:
        left: of all runs; the forecast is about the last of them.
        foretold: for these.
    """
    return float(np.abs(left[-len(foretold) :] - foretold).mean())


def best(left: Left, forecasts: dict[str, Left]) -> str:
    """Return which curve comes closest, seen afterwards: no one could have chosen better."""
    return min(forecasts, key=lambda name: miss(left, forecasts[name]))


def _power_law(seen: Left, x: Left, ahead: Left) -> Left:
    """Fit E + A exp(-alpha x), with E and A not negative; x is the logarithm of scale.

    With alpha fixed the best E and A have a closed form, so the search is over alpha alone. It
    takes a millisecond where `fit_power_law` takes hundreds, which weigh residuals of log L: here
    there are a hundred curves, many of them flat.
    """

    def heights(alpha: float) -> tuple[float, float]:
        power = np.exp(-alpha * (x - x[0]))
        centred = power - power.mean()
        height = max(0.0, float(centred @ seen / (centred @ centred)))
        floor = float(seen.mean() - height * power.mean())
        if floor < 0:
            floor, height = 0.0, float(power @ seen / (power @ power))
        return floor, height

    def curve(log_alpha: float, at: Left) -> Left:
        alpha = float(np.exp(log_alpha))
        floor, height = heights(alpha)
        return np.asarray(floor + height * np.exp(-alpha * (at - x[0])))

    def error(log_alpha: float) -> float:
        return float(((curve(log_alpha, x) - seen) ** 2).sum())

    grid = np.log(np.geomspace(EXPONENT_RANGE[0], EXPONENT_RANGE[1], 30))
    start = int(np.argmin([error(log_alpha) for log_alpha in grid]))
    bounds = grid[max(0, start - 1)], grid[min(len(grid) - 1, start + 1)]
    found = minimize_scalar(error, bounds=bounds, method="bounded", options={"xatol": 1e-6})
    return curve(float(found.x), ahead)


def _s_curve(seen: Left, x: Left, ahead: Left) -> Left:
    """Fit 1 / (1 + exp((x - middle) / width))."""
    reach = x[-1] - x[0]

    def curve(theta: np.ndarray, at: Left) -> Left:
        middle, log_width = theta
        # Steeper than a thousandth of what was seen it is a step, wherever it is.
        width = reach * max(np.exp(log_width), 1e-3)
        return np.asarray(1 / (1 + np.exp(np.clip((at - x[0] - middle * reach) / width, -50, 50))))

    starts = [(middle, np.log(width)) for middle in (0.5, 1.0, 1.5) for width in (0.05, 0.2)]
    ends = [
        least_squares(lambda theta: curve(theta, x) - seen, start, method="lm") for start in starts
    ]
    return curve(min(ends, key=lambda end: float(end.cost)).x, ahead)
