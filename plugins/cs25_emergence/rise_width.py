"""How many decades of model size an ability takes to rise from 10 to 90 % of its range."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.optimize import isotonic_regression

__all__ = ["rise", "rise_width"]


def rise(score: Float[np.ndarray, " size"]) -> Float[np.ndarray, " size"]:
    """Return the best curve that never falls (least squares).

    A lone dip is noise of one training run; the first and last crossing of a level would be
    decided by it.
    """
    return np.asarray(isotonic_regression(score).x)


def rise_width(
    size: Float[np.ndarray, " size"],
    score: Float[np.ndarray, " size"],
    *,
    least: float,
    share: tuple[float, float] = (0.1, 0.9),
) -> float | None:
    """Return the width of the rise in decades, or None if there is no rise to speak of.

    The range is that of `rise`, from the smallest size to the largest; a level is crossed where
    the straight line between two sizes, over log10(size), first reaches it.

    Args:
        size: number of parameters, ascending.
        score: higher is better.
        least: the range must be at least this much: the width of noise means nothing.
        share: the two levels, as shares of the range.
    """
    decades, curve = np.log10(size), rise(score)
    bottom, top = curve[0], curve[-1]
    if top - bottom < least:
        return None
    start, end = (_crossing(decades, curve, bottom + part * (top - bottom)) for part in share)
    return float(end - start)


def _crossing(x: np.ndarray, curve: np.ndarray, level: float) -> float:
    after = int(np.argmax(curve >= level))
    before = after - 1  # the level is above the bottom, so there is one
    part = (level - curve[before]) / (curve[after] - curve[before])
    return float(x[before] + part * (x[after] - x[before]))
