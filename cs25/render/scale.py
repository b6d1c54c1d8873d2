"""Where numbers lie on an axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from cs25.render.sketch import AxisSketch

__all__ = ["Scale", "clip", "interpolate"]


@dataclass(frozen=True)
class Scale:
    """Where a value lies on an axis whose ends are 0 and 1; None where it has no place."""

    axis: AxisSketch

    def __call__(self, value: float | None) -> float | None:
        low, high, at = map(self._raw, (self.axis["low"], self.axis["high"], value))
        if at is None or low is None or high is None or low == high:
            return None
        return (at - low) / (high - low)

    def many(self, values: Sequence[float | None]) -> list[float | None]:
        return [self(value) for value in values]

    def _raw(self, value: float | None) -> float | None:
        if value is None or self.axis["scale"] == "linear":
            return value
        return math.log10(value) if value > 0 else None


def interpolate(points: Sequence[tuple[float, float]], at: float) -> float:
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 <= at <= x1:
            return y0 if x1 == x0 else y0 + (y1 - y0) * (at - x0) / (x1 - x0)
    return points[0][1] if at < points[0][0] else points[-1][1]


def clip(value: float) -> float:
    return min(max(value, 0.0), 1.0)
