"""Numbers as a reader wants them: as many digits as their interval supports."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["aligned", "duration", "memory", "number", "quantity", "superscript", "with_interval"]

#: Digits of a number that comes without an interval.
DIGITS = 4
#: Digits of the half-width of an interval; they set the last decimal of everything beside it.
INTERVAL_DIGITS = 2
#: A narrow interval would ask for more digits than anyone reads.
MOST_DIGITS = 7
#: Outside these powers of ten a number is written with an exponent.
PLAIN_EXPONENTS = range(-4, 6)

_SUPERSCRIPT = str.maketrans("0123456789-+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺")


def superscript(exponent: int) -> str:
    """Return an exponent in raised digits.

    >>> "10" + superscript(-3)
    '10⁻³'
    """
    return str(exponent).translate(_SUPERSCRIPT)


def number(value: object, *, digits: int = DIGITS) -> str:
    """Return a cell or a number without an interval.

    Args:
        value: a number, text, truth value or None.
        digits: significant digits of a number that is not whole.

    Whole numbers keep every digit up to a billion.

    >>> number(0.0764321), number(1234567), number(3.0), number(6.02214e23), number(None)
    ('0.07643', '1,234,567', '3', '6.022e23', '–')
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, int | float):
        return str(value)
    if not math.isfinite(value):
        return "–" if math.isnan(value) else ("∞" if value > 0 else "-∞")
    if value == int(value) and abs(value) < 1e9:
        return _whole(int(value))
    exponent = _exponent(float(f"{value:.{digits - 1}e}"))
    if exponent not in PLAIN_EXPONENTS:
        return _scientific(value, digits)
    text = f"{value:.{max(digits - 1 - exponent, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else _whole(int(text))


def quantity(value: float, unit: str) -> str:
    """Return a number inside a sentence, with its unit; a share is a plain number there.

    >>> quantity(1.386294, "nats"), quantity(12.0, ""), quantity(0.25, "share")
    ('1.386 nats', '12', '0.25')
    """
    return f"{number(value)} {'' if unit == 'share' else unit}".rstrip()


def with_interval(value: float, low: float | None, high: float | None) -> tuple[str, str]:
    """Return a number and its interval, both with the digits the interval supports.

    Args:
        value: the number.
        low: lower end of the interval, or None.
        high: its upper end, or None.

    Returns:
        The number, and ``[low, high]``: empty without an interval, or where it has no width.

    >>> with_interval(0.07634, 0.0711, 0.0822)
    ('0.0763', '[0.0711, 0.0822]')
    >>> with_interval(1234567.0, 1.21e6, 1.26e6)
    ('1.235e6', '[1.210e6, 1.260e6]')
    """
    if low is None or high is None or low == high:
        return number(value), ""
    largest = max(abs(value), abs(low), abs(high))
    top = _exponent(largest)
    last = _exponent((high - low) / 2) - (INTERVAL_DIGITS - 1)  # the last decimal place shown
    last = max(last, top - (MOST_DIGITS - 1))
    if top in PLAIN_EXPONENTS:
        texts = [_fixed(x, last) for x in (value, low, high)]
    else:
        decimals = max(top - last, 0)
        texts = [f"{x / 10.0**top:.{decimals}f}e{top}" for x in (value, low, high)]
    return texts[0], f"[{texts[1]}, {texts[2]}]"


def aligned(values: Sequence[object]) -> list[str]:
    """Return the cells of a column: numbers of one size get the same decimals.

    >>> aligned([1.8901, 1.0, None]), aligned([0.00123, 456.7])
    (['1.890', '1.000', '–'], ['0.00123', '456.7'])
    """
    texts = [number(value) for value in values]
    if any("e" in t for t, v in zip(texts, values, strict=True) if isinstance(v, int | float)):
        # Beside 3.2e9, the 805,343,232 of the row above is hard to compare.
        return [
            _scientific(value, DIGITS) if isinstance(value, int | float) and _large(value) else text
            for value, text in zip(values, texts, strict=True)
        ]
    sizes = [abs(v) for v in values if isinstance(v, float) and v and math.isfinite(v)]
    if not sizes or max(sizes) >= 1e5 or min(sizes) < 1e-4 or max(sizes) > 1000 * min(sizes):
        return texts
    decimals = max(DIGITS - 1 - _exponent(max(sizes)), 0)
    if all(size == int(size) for size in sizes):
        return texts
    return [
        f"{value:.{decimals}f}" if isinstance(value, float) and math.isfinite(value) else text
        for value, text in zip(values, texts, strict=True)
    ]


def duration(seconds: float) -> str:
    """Return a duration in the unit a person would say.

    >>> duration(0.0312), duration(4.21), duration(83.4), duration(7300)
    ('31 ms', '4.2 s', '1 min 23 s', '2 h 2 min')
    """
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min"


def memory(mebibytes: float) -> str:
    """Return an amount of memory.

    >>> memory(312.4), memory(2150)
    ('312 MiB', '2.1 GiB')
    """
    return f"{mebibytes:.0f} MiB" if mebibytes < 1000 else f"{mebibytes / 1024:.1f} GiB"


def _large(value: float) -> bool:
    return math.isfinite(value) and abs(value) >= 1e6


def _exponent(value: float) -> int:
    # 0.6 - 0.4 is a little less than 0.2: that must not cost a decimal.
    return math.floor(round(math.log10(abs(value)), 9)) if value else 0


def _whole(value: int) -> str:
    return f"{value:,}" if abs(value) >= 10_000 else str(value)


def _fixed(value: float, last: int) -> str:
    text = f"{round(value, -last):,.{max(-last, 0)}f}"
    text = text if abs(value) >= 10_000 else text.replace(",", "")
    # -0.00 says that something is below zero; at this precision nothing is.
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else text


def _scientific(value: float, digits: int) -> str:
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"
