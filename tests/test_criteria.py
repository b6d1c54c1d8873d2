"""Criteria: closed at their thresholds, open where they say *more than*, and told exactly."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs25 import AtLeast, AtMost, Greater, LectureError, Within

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("criterion", "inside", "outside"),
    [
        (AtLeast(0.2), [0.2, 0.3, 1e9], [math.nextafter(0.2, 0), -1.0]),
        (AtMost(0.2), [0.2, 0.1, -1e9], [math.nextafter(0.2, 1), 1.0]),
        (Within(-1, 2), [-1, 0, 2], [math.nextafter(-1, -2), math.nextafter(2, 3)]),
        (Greater("a", "b"), [5e-324, 1.0], [0.0, -0.0, -1.0]),
        (Greater("a", "b", 0.5), [math.nextafter(0.5, 1)], [0.5, 0.0]),
        (Greater("a", "b", -0.5), [0.0, -0.4], [-0.5, -1.0]),
    ],
)
def test_the_threshold_belongs_to_a_closed_region_and_the_margin_to_none(
    criterion, inside, outside
):
    assert [x for x in inside if not criterion.contains(x)] == []
    assert [x for x in outside if criterion.contains(x)] == []


@given(
    criterion=st.one_of(
        st.builds(AtLeast, FINITE),
        st.builds(AtMost, FINITE),
        st.tuples(FINITE, FINITE).map(lambda ends: Within(min(ends), max(ends))),
        st.builds(Greater, st.just("a"), st.just("b"), FINITE),
    ),
    ends=st.tuples(FINITE, FINITE),
    share=st.floats(0, 1),
)
def test_an_interval_wholly_outside_holds_no_point_of_the_region(criterion, ends, share):
    low, high = min(ends), max(ends)
    between = min(max(low + share * (high / 2 - low / 2) * 2, low), high)
    if criterion.contains_none(low, high):
        assert not any(criterion.contains(x) for x in (low, between, high))
    # and an interval of one point is either inside or outside
    assert criterion.contains(low) != criterion.contains_none(low, low)


def test_an_interval_around_the_region_is_not_outside_it():
    assert not Within(0.4, 0.6).contains_none(0.0, 1.0)


@pytest.mark.parametrize(
    ("criterion", "text"),
    [
        (AtLeast(0.2), "at least 0.2"),
        (AtMost(3), "at most 3"),
        (Within(1.9e23, 1.9e24), "between 1.9e23 and 1.9e24"),
        (Greater("few", "zero"), "few greater than zero"),
        (Greater("few", "zero", 0.05), "few greater than zero by more than 0.05"),
    ],
)
def test_a_criterion_reads_as_words(criterion, text):
    assert str(criterion) == text


@given(a=FINITE, b=FINITE)
def test_different_thresholds_never_read_the_same(a, b):
    # A recorded criterion is kept as text; a change in the tenth digit must show, too.
    assert (str(AtLeast(a)) == str(AtLeast(b))) == (a == b or (a, b) == (0, 0))


def test_thresholds_that_differ_in_the_seventh_digit_read_differently():
    assert str(AtMost(1234567)) == "at most 1234567"
    assert str(AtMost(0.12345678)) == "at most 0.12345678"


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, "0.2", None, True, 10**400])
@pytest.mark.parametrize(
    "make", [AtLeast, AtMost, lambda x: Within(x, 1), lambda x: Greater("a", "b", x)]
)
def test_a_threshold_is_a_finite_number(make, number):
    with pytest.raises(LectureError, match="expected a finite number"):
        make(number)


def test_an_empty_region_is_refused():
    with pytest.raises(LectureError, match=r"Within: low is 2, expected at most high \(1\)"):
        Within(2, 1)


@pytest.mark.parametrize(("larger", "smaller"), [("", "b"), ("a", ""), (None, "b"), ("a", 3)])
def test_greater_names_two_measures(larger, smaller):
    with pytest.raises(LectureError, match="expected the name of a measure"):
        Greater(larger, smaller)


def test_greater_compares_two_different_measures():
    with pytest.raises(LectureError, match="another measure than larger"):
        Greater("a", "a")
