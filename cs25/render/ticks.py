"""Ticks at round numbers, for the few columns and rows a terminal has."""

from __future__ import annotations

import math
from typing import Literal

from cs25.render.numerals import superscript

__all__ = ["ticks"]


def ticks(
    low: float, high: float, scale: Literal["linear", "log"], most: int
) -> list[tuple[float, str]]:
    """Return the positions and labels of at most ``most`` ticks (two at least, if they exist).

    >>> ticks(0, 1, "linear", 6)
    [(0.0, '0.0'), (0.2, '0.2'), (0.4, '0.4'), (0.6, '0.6'), (0.8, '0.8'), (1.0, '1.0')]
    >>> [label for _, label in ticks(500, 300_000, "log", 6)]
    ['10³', '10⁴', '10⁵']
    >>> [label for _, label in ticks(1.9, 4.1, "log", 6)]
    ['2', '3', '4']
    """
    return _log(low, high, most) if scale == "log" else _linear(low, high, most)


def _linear(low: float, high: float, most: int) -> list[tuple[float, str]]:
    span = high - low
    if span <= 0 or not math.isfinite(span):
        return []
    step = 10.0 ** math.floor(math.log10(span / most))
    step = next(step * k for k in (1, 2, 5, 10, 20) if span / (step * k) <= most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    values = [round(k * step, decimals + 2) for k in range(first, last + 1)]
    return [(value, _label(value, decimals)) for value in values]


def _log(low: float, high: float, most: int) -> list[tuple[float, str]]:
    if low <= 0 or high <= low:
        return []
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    decades = list(range(first, last + 1))
    if len(decades) >= 3 or (len(decades) == 2 and most < 4):
        every = math.ceil(len(decades) / most)
        return [(10.0**k, _power(k)) for k in decades if k % every == 0]
    steps = ((1, 2, 5), (1, 2, 3, 4, 5, 6, 8)) if len(decades) else ((1, 2, 3, 4, 5, 6, 7, 8, 9),)
    found: list[tuple[float, str]] = []
    for digits in steps:
        values = [
            digit * 10.0**k
            for k in range(first - 1, last + 2)
            for digit in digits
            if low * (1 - 1e-9) <= digit * 10.0**k <= high * (1 + 1e-9)
        ]
        if not found or len(values) <= most:
            found = [(value, _short(value)) for value in values]
    return found if len(found) >= 2 else _linear(low, high, most)


def _label(value: float, decimals: int) -> str:
    if abs(value) >= 1e5:
        return _short(value)
    return f"{value:.{decimals}f}"


def _power(exponent: int) -> str:
    return {0: "1", 1: "10", -1: "0.1"}.get(exponent, f"10{superscript(exponent)}")


def _short(value: float) -> str:
    """Return a round number in few letters.

    >>> _short(20000), _short(0.05), _short(3e6), _short(2e-7)
    ('20k', '0.05', '3M', '2e-7')
    """
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if size <= abs(value) < size * 1e3 and (size > 1e3 or abs(value) >= 1e4):
            return f"{value / size:g}{letter}"
    if value and not 1e-4 <= abs(value) < 1e12:
        mantissa, exponent = f"{value:e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    return f"{value:g}"
