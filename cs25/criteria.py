"""Criteria: the regions of a measured number in which a claim counts as supported."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cs25.errors import LectureError

__all__ = ["CRITERIA", "AtLeast", "AtMost", "Criterion", "Greater", "Within", "is_finite_number"]


def is_finite_number(value: object) -> bool:
    """Whether ``value`` is a finite number; a truth value is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond any float
        return False


def _finite(record: object, *names: str) -> None:
    for name in names:
        value = getattr(record, name)
        if not is_finite_number(value):
            raise LectureError(
                where=type(record).__name__, field=name, found=value, expected="a finite number"
            )


def _spell(number: float) -> str:
    """Return a number that reads back unchanged: the recorded criterion is compared as text."""
    short = f"{number:g}" if float(f"{number:g}") == number else repr(number)
    return short.replace("e+", "e")


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
        return f"at least {_spell(self.threshold)}"


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
        return f"at most {_spell(self.threshold)}"


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
                expected=f"at most high ({_spell(self.high)})",
            )

    def contains(self, value: float) -> bool:
        """Whether ``value`` lies in the region."""
        return self.low <= value <= self.high

    def contains_none(self, low: float, high: float) -> bool:
        """Whether the whole interval lies outside the region."""
        return high < self.low or low > self.high

    def __str__(self) -> str:
        return f"between {_spell(self.low)} and {_spell(self.high)}"


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
        if self.larger == self.smaller:
            raise LectureError(
                where="Greater",
                field="smaller",
                found=self.smaller,
                expected="another measure than larger",
            )

    def contains(self, difference: float) -> bool:
        """Whether a difference lies in the region."""
        return difference > self.margin

    def contains_none(self, low: float, high: float) -> bool:
        """Whether the whole interval of the difference lies outside the region."""
        return high <= self.margin

    def __str__(self) -> str:
        by = f" by more than {_spell(self.margin)}" if self.margin else ""
        return f"{self.larger} greater than {self.smaller}{by}"


Criterion = AtLeast | AtMost | Within | Greater
CRITERIA = (AtLeast, AtMost, Within, Greater)
