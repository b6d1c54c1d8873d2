"""Numbers carry the digits their interval supports, and no more."""

import doctest
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs25.render import maths, numerals, report, ticks, verdicts
from cs25.render.numerals import aligned, duration, memory, number, superscript, with_interval


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0764321, "0.07643"),
        (2.302585, "2.303"),
        (0.5, "0.5"),
        (-0.25, "-0.25"),
        (300_000, "300,000"),
        (7800, "7800"),
        (1234.0, "1234"),
        (6.02214076e23, "6.022e23"),
        (3.2e-7, "3.2e-7"),
        (99999.6, "100,000"),
        (12345.6, "12,346"),
        (0, "0"),
        (True, "yes"),
        (None, "–"),
        (math.nan, "–"),
        ("text", "text"),
    ],
)
def test_number(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        # half-width 0.0348 -> two digits -> thousandths
        (0.0871, 0.0523, 0.1219, ("0.087", "[0.052, 0.122]")),
        # half-width 0.00055 -> hundred-thousandths
        (1.20344, 1.20289, 1.20399, ("1.20344", "[1.20289, 1.20399]")),
        # half-width 5000 -> hundreds
        (123_456, 118_456, 128_456, ("123,500", "[118,500, 128,500]")),
        (2.31e13, 2.2e13, 2.42e13, ("2.31e13", "[2.20e13, 2.42e13]")),
        # nothing below the last decimal is negative
        (-1e-6, -0.2, 0.2, ("0.00", "[-0.20, 0.20]")),
        # 0.6 - 0.4 is 0.19999999999999996 in binary
        (0.5, 0.4, 0.6, ("0.50", "[0.40, 0.60]")),
        (0.25, 0.25, 0.25, ("0.25", "")),
        (0.25, None, None, ("0.25", "")),
    ],
)
def test_an_interval_sets_the_decimals_of_all_three(value, low, high, expected):
    assert with_interval(value, low, high) == expected


@given(
    st.floats(-1e8, 1e8, allow_subnormal=False),
    st.floats(1e-6, 1e6),
    st.floats(1e-6, 1e6),
)
def test_what_is_shown_is_within_a_tenth_of_the_interval(value, below, above):
    low, high = value - below, value + above
    half = (high - low) / 2
    shown, interval = with_interval(value, low, high)
    ends = interval.strip("[]").split(", ")
    for text, exact in zip((shown, *ends), (value, low, high), strict=True):
        digits_kept = max(abs(value), abs(low), abs(high)) * 1e-6  # at most seven digits
        assert abs(float(text.replace(",", "")) - exact) <= max(half / 10, digits_kept)


def test_a_column_has_one_number_of_decimals():
    assert aligned([1.8901, 1.0, 0.5]) == ["1.890", "1.000", "0.500"]
    assert aligned([0.00123, 456.7]) == ["0.00123", "456.7"]  # sizes too different for that
    assert aligned([12_432, 805_343_232, 3.2e9]) == ["12,432", "8.053e8", "3.2e9"]
    assert aligned([12_432, 805_343_232]) == ["12,432", "805,343,232"]
    assert aligned([3, None, "x"]) == ["3", "–", "x"]


def test_durations_and_memory_are_said_as_people_say_them():
    assert [duration(s) for s in (0.0312, 4.21, 59.99, 3599.9)] == [
        "31 ms",
        "4.2 s",
        "1 min 0 s",
        "1 h 0 min",
    ]
    assert memory(2150) == "2.1 GiB"
    assert superscript(-12) == "⁻¹²"


@pytest.mark.parametrize("module", [maths, numerals, report, ticks, verdicts])
def test_the_examples_in_docstrings_hold(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
