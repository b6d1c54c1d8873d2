"""Criteria: the regions of a measured number in which a claim counts as supported."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cs25.errors import LectureError

__all__ = ["CRITERIA", "AtLeast", "AtMost", "Criterion", "Greater", "Within"]


def _finite(record: object, *names: str) -> None:
    for name in names:
        value = getattr(record, name)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value):
            raise LectureError(
                where=type(record).__name__, field=name, found=value, expected="a finite number"
            )


@dataclass(frozen=True)
class AtLeast:
    """Supported where the measure is at least ``threshold``.

    >>> AtLeast(0.2).contains(0.2)
    True
    """

    threshold: float

    def __post_init__(self) -> None:
        _finite(self, "threshold")

    def contains(self, value: float) -> bool:
        """Whether ``value`` lies in the region."""
        return value >= self.threshold

    def contains_none(self, low: float, high: float) -> bool:
        """Whether the whole interval lies outside the region."""
        return high < self.threshold

    def __str__(self) -> str:
        return f"at least {self.threshold:g}"


@dataclass(frozen=True)
class AtMost:
    """Supported where the measure is at most ``threshold``."""

    threshold: float

    def __post_init__(self) -> None:
        _finite(self, "threshold")

    def contains(self, value: float) -> bool:
        """Whether ``value`` lies in the region."""
        return value <= self.threshold

    def contains_none(self, low: float, high: float) -> bool:
        """Whether the whole interval lies outside the region."""
        return low > self.threshold

    def __str__(self) -> str:
        return f"at most {self.threshold:g}"


@dataclass(frozen=True)
class Within:
    """Supported where the measure lies between ``low`` and ``high``, both included.

    >>> Within(0, 0.05).contains_none(0.04, 0.06)
    False
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        _finite(self, "low", "high")
        if self.low > self.high:
            raise LectureError(
                where="Within",
                field="low",
                found=self.low,
                expected=f"at most high ({self.high:g})",
            )

    def contains(self, value: float) -> bool:
        """Whether ``value`` lies in the region."""
        return self.low <= value <= self.high

    def contains_none(self, low: float, high: float) -> bool:
        """Whether the whole interval lies outside the region."""
        return high < self.low or low > self.high

    def __str__(self) -> str:
        return f"between {self.low:g} and {self.high:g}"


@dataclass(frozen=True)
class Greater:
    """Supported where measure ``larger`` exceeds measure ``smaller`` by more than ``margin``.

    It is judged on the difference within each seed, so what the two share cancels.
    """

    larger: str
    smaller: str
    margin: float = 0.0

    def __post_init__(self) -> None:
        _finite(self, "margin")
        for name in ("larger", "smaller"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value:
                raise LectureError(
                    where="Greater", field=name, found=value, expected="the name of a measure"
                )

    def contains(self, difference: float) -> bool:
        """Whether a difference lies in the region."""
        return difference > self.margin

    def contains_none(self, low: float, high: float) -> bool:
        """Whether the whole interval of the difference lies outside the region."""
        return high <= self.margin

    def __str__(self) -> str:
        by = f" by more than {self.margin:g}" if self.margin else ""
        return f"{self.larger} greater than {self.smaller}{by}"


Criterion = AtLeast | AtMost | Within | Greater
CRITERIA = (AtLeast, AtMost, Within, Greater)
