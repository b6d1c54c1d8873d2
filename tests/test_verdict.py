"""Verdicts over seeds, on one seed, with other parameters: architecture section 2 to the letter."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs25 import AtLeast, AtMost, Claim, Greater, Measure, Result, Within
from cs25.verdict import judge, pool, pool_result

# 0.975 quantiles of Student's t by degrees of freedom: NIST/SEMATECH e-Handbook of Statistical
# Methods, section 1.3.6.7.2, to more digits. For two degrees the quantile has a closed form:
# t = a sqrt(2 / (1 - a^2)) with a = 2 p - 1 = 0.95.
T_975 = {2: 4.302653, 4: 2.776445, 9: 2.262157}


def results(*values: float, name: str = "x") -> list[Result]:
    return [Result({name: Measure(value)}) for value in values]


def reported(*intervals: tuple[float, float]) -> list[Result]:
    """One result for each interval, with the number in its middle."""
    return [Result({"x": Measure((a + b) / 2, low=a, high=b)}) for a, b in intervals]


def claim(holds, metric="x", **more) -> Claim:
    metric = None if isinstance(holds, Greater) else metric
    return Claim("it-holds", "It holds", metric=metric, holds=holds, **more)


def test_t_quantile_of_two_degrees_has_its_closed_form():
    assert T_975[2] == pytest.approx(0.95 * math.sqrt(2 / (1 - 0.95**2)), abs=5e-7)


def test_five_seeds_give_the_interval_of_student():
    # Values 1 to 5: mean 3, s = sqrt(10 / 4), s / sqrt(5) = sqrt(1 / 2).
    pooled = pool([Measure(float(value), "nats") for value in (1, 2, 3, 4, 5)])
    assert (pooled.value, pooled.n, pooled.unit) == (3.0, 5, "nats")
    assert pooled.low == pytest.approx(3 - 2.776445 * math.sqrt(0.5), abs=1e-6)
    assert pooled.high == pytest.approx(3 + 2.776445 * math.sqrt(0.5), abs=1e-6)
    assert pooled.per_seed == (1, 2, 3, 4, 5)


@given(st.lists(st.floats(-1e6, 1e6), min_size=10, max_size=10) | st.tuples(*[st.floats(0, 1)] * 3))
def test_the_interval_agrees_with_the_statistics_module(values):
    pooled = pool([Measure(value) for value in values])
    mean, n = statistics.mean(values), len(values)
    half = T_975[n - 1] * statistics.stdev(values) / math.sqrt(n)
    # Six digits of the table; and rounding, relative to the largest value.
    room = 1e-6 * half + 1e-12 * max(map(abs, values)) + 1e-300
    assert pooled.value == pytest.approx(mean, rel=1e-12, abs=room)
    assert pooled.high - pooled.value == pytest.approx(half, abs=room)
    assert pooled.value - pooled.low == pytest.approx(half, abs=room)


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_the_spread_of_very_small_and_very_large_numbers_is_seen(scale):
    # Squares of these would underflow to no spread at all, or overflow.
    pooled = pool([Measure(scale * value) for value in (1, 2, 3, 4, 5)])
    assert (pooled.high - pooled.value) / scale == pytest.approx(1.963243, abs=1e-5)


def test_over_seeds_the_spread_decides_and_not_the_intervals_that_demos_report():
    pooled = pool([Measure(value, low=-100, high=100) for value in (1.0, 2.0, 3.0)])
    # s = 1, s / sqrt(3) = 0.577350
    assert pooled.high == pytest.approx(2 + 4.302653 * 0.577350, abs=1e-5)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        # Interval of (m-1, m, m+1): m ± 4.302653 / sqrt(3) = m ± 2.484138.
        ((9, 10, 11), "supported"),
        ((6.5, 7.5, 8.5), "supported"),
        ((6.48, 7.48, 8.48), "inconclusive"),
        ((4, 5, 6), "inconclusive"),
        ((1.52, 2.52, 3.52), "inconclusive"),
        ((1.5, 2.5, 3.5), "contradicted"),
    ],
)
def test_the_verdict_over_seeds_is_that_of_the_whole_interval(values, verdict):
    judgement = judge(claim(AtLeast(5)), results(*values))
    assert judgement.verdict == verdict
    assert judgement.met == (values[1] >= 5)
    assert judgement.note == ""


@pytest.mark.parametrize(
    ("criterion", "interval", "verdict"),
    [
        (AtLeast(0.5), (0.5, 0.7), "supported"),
        (AtLeast(0.5), (0.3, 0.5), "inconclusive"),
        (AtLeast(0.5), (0.3, 0.4999), "contradicted"),
        (AtMost(0.5), (0.3, 0.5), "supported"),
        (AtMost(0.5), (0.5, 0.7), "inconclusive"),
        (AtMost(0.5), (0.5001, 0.7), "contradicted"),
        (Within(0.4, 0.6), (0.4, 0.6), "supported"),
        (Within(0.4, 0.6), (0.3, 0.7), "inconclusive"),
        (Within(0.4, 0.6), (0.6, 0.7), "inconclusive"),
        (Within(0.4, 0.6), (0.1, 0.39), "contradicted"),
        (Within(0.4, 0.6), (0.61, 0.9), "contradicted"),
    ],
)
def test_an_interval_that_ends_exactly_at_the_threshold(criterion, interval, verdict):
    assert judge(claim(criterion), reported(interval)).verdict == verdict


@pytest.mark.parametrize("value", [0.05, 0.1, 0.2, 0.7])
@pytest.mark.parametrize("n", [3, 5, 7])
def test_seeds_that_all_meet_a_threshold_exactly_support_the_claim(value, n):
    # The floating-point sum of three times 0.2, over three, is above 0.2.
    for criterion in (AtMost(value), AtLeast(value), Within(value, value)):
        assert judge(claim(criterion), results(*[value] * n)).verdict == "supported"


def test_one_seed_without_an_interval_is_inconclusive_and_says_how_it_stands():
    met = judge(claim(AtLeast(0.5)), results(0.9))
    assert (met.verdict, met.met, met.note) == ("inconclusive", True, "criterion met on one seed")
    assert (met.measured.low, met.measured.high) == (None, None)
    missed = judge(claim(AtLeast(0.5)), results(0.1))
    assert (missed.verdict, missed.met) == ("inconclusive", False)
    assert missed.note == "criterion missed on one seed"


def test_one_seed_with_an_interval_of_its_own_decides():
    assert judge(claim(AtLeast(0.5)), reported((0.6, 0.8))).verdict == "supported"
    assert judge(claim(AtLeast(0.5)), reported((0.1, 0.4))).verdict == "contradicted"
    assert judge(claim(AtLeast(0.5)), reported((0.4, 0.8))).verdict == "inconclusive"


def test_two_seeds_are_decided_by_the_hull_of_the_reported_intervals():
    judgement = judge(claim(AtLeast(0.5)), reported((0.6, 0.8), (0.45, 0.7)))
    assert (judgement.measured.low, judgement.measured.high) == (0.45, 0.8)
    assert judgement.verdict == "inconclusive"  # though one of them lies inside
    assert judge(claim(AtLeast(0.5)), reported((0.6, 0.8), (0.5, 0.7))).verdict == "supported"


def test_two_seeds_of_which_one_reports_no_interval_have_none():
    judgement = judge(claim(AtLeast(0.5)), [*reported((0.6, 0.8)), *results(0.9)])
    assert (judgement.measured.low, judgement.measured.high) == (None, None)
    assert judgement.verdict == "inconclusive"
    assert judgement.note == "criterion met on 2 seeds"


def test_greater_is_judged_on_the_differences_within_each_seed():
    # The halves vary by far more than they differ, and do so together.
    shared = (0.1, 0.3, 0.5, 0.7, 0.9)
    gains = (0.04, 0.05, 0.06, 0.05, 0.05)
    family = [
        Result({"large": Measure(s + g), "small": Measure(s)})
        for s, g in zip(shared, gains, strict=True)
    ]
    pooled = pool_result(family)
    assert pooled["large"].low < pooled["small"].high  # unpaired, they overlap
    judgement = judge(claim(Greater("large", "small")), family)
    assert judgement.verdict == "supported"
    # s of the gains is sqrt(2e-4 / 4) = 0.00707107; half = 2.776445 s / sqrt(5) = 0.00877989
    assert judgement.measured.value == pytest.approx(0.05)
    assert judgement.measured.low == pytest.approx(0.05 - 0.00877989, abs=1e-7)
    assert judgement.measured.per_seed == pytest.approx(gains)
    assert judge(claim(Greater("large", "small", 0.05)), family).verdict == "inconclusive"
    assert judge(claim(Greater("large", "small", 0.06)), family).verdict == "contradicted"
    assert judge(claim(Greater("small", "large")), family).verdict == "contradicted"


def test_greater_on_one_seed_has_no_interval_whatever_its_halves_report():
    one = Result({"a": Measure(0.9, low=0.89, high=0.91), "b": Measure(0.1, low=0.0, high=0.2)})
    judgement = judge(claim(Greater("a", "b")), [one])
    assert (judgement.verdict, judgement.met) == ("inconclusive", True)
    assert judgement.measured.low is None


def test_an_equal_difference_is_not_greater():
    same = [Result({"a": Measure(v), "b": Measure(v)}) for v in (1.0, 2.0, 3.0)]
    assert judge(claim(Greater("a", "b")), same).verdict == "contradicted"


def test_an_exact_demo_has_no_spread_and_decides_alone():
    pooled = pool([Measure(0.5)], exact=True)
    assert (pooled.low, pooled.value, pooled.high, pooled.n) == (0.5, 0.5, 0.5, 1)
    assert judge(claim(AtLeast(0.5)), results(0.5), exact=True).verdict == "supported"
    assert judge(claim(AtLeast(0.6)), results(0.5), exact=True).verdict == "contradicted"
    pair = [Result({"a": Measure(2.0), "b": Measure(1.0)})]
    assert judge(claim(Greater("a", "b")), pair, exact=True).verdict == "supported"


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(("value", "word"), [(0.9, "met"), (0.1, "missed")])
def test_other_parameters_say_how_the_criterion_stands_and_give_no_verdict(value, word, exact):
    judgement = judge(claim(AtLeast(0.5)), results(*[value] * 5), decides=False, exact=exact)
    assert judgement.verdict is None
    assert judgement.met == (word == "met")
    assert (
        judgement.note == f"criterion {word} with these parameters; it was fixed for the defaults"
    )


@pytest.mark.parametrize(("decides", "verdict"), [(True, "inconclusive"), (False, None)])
def test_a_measure_that_some_seed_lacks_is_not_judged(decides, verdict):
    some = [*results(1.0, 1.0), Result({"y": Measure(1.0)})]
    judgement = judge(claim(AtLeast(0.5)), some, decides=decides)
    assert (judgement.measured, judgement.met, judgement.verdict) == (None, None, verdict)
    assert judgement.note == "not measured: these results have no x"
    assert judge(claim(Greater("x", "y")), some).note.endswith("have no x")


def test_pooling_results_keeps_what_all_seeds_measured_in_the_first_ones_order():
    def measured(**values):
        return Result({name: Measure(value) for name, value in values.items()})

    pooled = pool_result([measured(b=1.0, a=2.0, c=3.0), measured(a=4.0, b=3.0)])
    assert list(pooled) == ["b", "a"]
    assert (pooled["b"].value, pooled["a"].value) == (2.0, 3.0)


@given(
    values=st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=6),
    threshold=st.floats(-1e3, 1e3),
    exact=st.booleans(),
)
def test_what_supports_at_least_never_supports_its_opposite(values, threshold, exact):
    values = values[:1] if exact else values
    above = judge(claim(AtLeast(threshold)), results(*values), exact=exact)
    below = judge(claim(AtMost(threshold)), results(*values), exact=exact)
    if above.verdict == "contradicted":
        assert below.verdict == "supported"
    if above.verdict == "supported" and above.measured.low > threshold:
        assert below.verdict == "contradicted"
    assert (above.verdict == "inconclusive") >= (above.measured.low is None)


def test_no_scale_note_or_paper_changes_a_verdict():
    plain = judge(claim(AtLeast(5)), results(1, 2, 3))
    noted = judge(claim(AtLeast(5), scale_note="Not at this scale."), results(1, 2, 3))
    assert (plain.verdict, plain.note) == (noted.verdict, noted.note)
