"""How many more translations one way gets right than another, over the same numbers.

Both ways are mostly right and mostly wrong about the same numbers, so only those count that tell
the two apart. A single run knows by how much the difference would vary with other numbers; what
another training would change shows only over seeds.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Bool

from cs25 import Measure

__all__ = ["gain"]

_Z = 1.959963984540054  # 0.975 quantile of the normal distribution


def gain(
    right: Bool[np.ndarray, "direction number"], baseline: Bool[np.ndarray, "direction number"]
) -> Measure:
    """Return the share of ``right`` minus that of ``baseline``, with a paired 95 % interval.

    With b translations that only ``right`` has and c that only ``baseline`` has, of n, the
    difference is (b - c) / n. The interval adds 1/2 to each of the four cells of the paired table
    ("Wald + 2"), so it has a width even where the two are right about the same numbers.

    Args:
        right: whether each translation is right one way.
        baseline: the same the other way.

    Source: Agresti & Min 2005, Statistics in Medicine 24, 729-740.

    >>> m = gain(np.array([[True, True], [True, False]]), np.array([[True, False], [False, False]]))
    >>> m.value, round(m.low, 2), round(m.high, 2)
    (0.5, -0.17, 0.83)
    """
    n = right.size
    only_right, only_baseline = int((right & ~baseline).sum()), int((baseline & ~right).sum())
    difference = only_right - only_baseline
    centre = difference / (n + 2)
    half = _Z * math.sqrt(only_right + only_baseline + 1 - difference**2 / (n + 2)) / (n + 2)
    value = difference / n
    low, high = min(value, centre - half), max(value, centre + half)
    return Measure(value, "share", max(-1.0, low), min(1.0, high))
