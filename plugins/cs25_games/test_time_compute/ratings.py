"""Ratings of a tournament's players with their intervals, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from cs25 import Measure
from cs25_games.test_time_compute.bradley_terry import elo_ratings

__all__ = ["Ratings", "slope"]

_REPLICATES = 200


class Ratings:
    """The ratings of a tournament's players, in Elo, and those of its bootstrap replicates.

    All games from an opening have in common which side it favours, and how much. So it is openings
    that are drawn anew, with replacement, each with all of its games.

    Args:
        points: what the player of the row won of the player of the column.
        seed: draws the openings of the replicates.

    Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13, for the
    percentile interval.
    """

    def __init__(self, points: Float[np.ndarray, "opening player player"], *, seed: int) -> None:
        draw = np.random.default_rng(seed)
        drawn = draw.integers(len(points), size=(_REPLICATES, len(points)))
        self.elo = elo_ratings(points.sum(axis=0))
        self._replicates = [elo_ratings(points[rows].sum(axis=0)) for rows in drawn]

    def measure(
        self, statistic: Callable[[Float[np.ndarray, " player"]], float], unit: str = "Elo"
    ) -> Measure:
        """Return what follows from the ratings, with its 95 % interval."""
        # Two players that play alike differ by rounding: a millionth of a point is none.
        value, *values = (
            np.round([statistic(elo) for elo in (self.elo, *self._replicates)], 6) + 0.0
        )
        low, high = np.quantile(values, (0.025, 0.975))
        return Measure(value, unit, min(low, value), max(high, value))

    def row(self, player: int) -> tuple[float, float, float]:
        """Return a player's rating and the ends of its interval."""
        measure = self.measure(lambda elo: float(elo[player]))
        assert measure.low is not None
        assert measure.high is not None
        return measure.value, measure.low, measure.high


def slope(x: Float[np.ndarray, " point"], y: Float[np.ndarray, " point"]) -> float:
    """Return the slope of the straight line through points, by least squares.

    >>> round(slope(np.array([0, 1, 2]), np.array([1, 3, 5])), 6)
    2.0
    """
    return float(np.polyfit(x, y, 1)[0])
