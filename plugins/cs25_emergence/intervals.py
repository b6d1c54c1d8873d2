"""Intervals for shares, and for differences of shares of the same questions.

They hold what the choice of questions leaves open. What another training run would change shows
only over seeds.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Bool

from cs25 import Measure

__all__ = ["paired_difference", "share"]

_Z = 1.959963984540054  # 0.975 quantile of the normal distribution


def share(right: Bool[np.ndarray, " question"]) -> Measure:
    """Return the share that is right, with Wilson's score interval at 95 %.

    Source: Wilson 1927.

    >>> m = share(np.array([True] * 9 + [False]))
    >>> round(m.value, 3), round(m.low, 3), round(m.high, 3)
    (0.9, 0.596, 0.982)
    """
    n, p = len(right), float(np.mean(right))
    centre = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    return Measure(p, "share", max(0.0, centre - half), min(1.0, centre + half))


def paired_difference(
    larger: Bool[np.ndarray, " question"], smaller: Bool[np.ndarray, " question"]
) -> Measure:
    """Return share(larger) - share(smaller) over the same questions, with a 95 % interval.

    The interval adds 1/2 to each cell of the paired two-by-two table ("Wald + 2"), so it has a
    width even where no question tells the two apart.

    Source: Agresti & Min 2005, Statistics in Medicine 24.
    """
    n = len(larger)
    gained = int(np.sum(larger & ~smaller))
    lost = int(np.sum(~larger & smaller))
    centre = (gained - lost) / (n + 2)
    half = _Z * math.sqrt(gained + lost + 1 - (gained - lost) ** 2 / (n + 2)) / (n + 2)
    value = (gained - lost) / n
    return Measure(
        value, "share", max(-1.0, min(value, centre - half)), min(1.0, max(value, centre + half))
    )
