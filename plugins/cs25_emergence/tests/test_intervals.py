"""Intervals against published values and an independent implementation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cs25_emergence.intervals import paired_difference, share


@pytest.mark.parametrize(("right", "n"), [(0, 10), (9, 10), (81, 263), (263, 263)])
def test_share_agrees_with_wilsons_interval_of_scipy(right: int, n: int) -> None:
    expected = stats.binomtest(right, n).proportion_ci(method="wilson")
    measure = share(np.arange(n) < right)
    assert (measure.low, measure.high) == pytest.approx((expected.low, expected.high))
    assert measure.value == right / n


def test_paired_difference_is_the_formula_of_agresti_and_min() -> None:
    # 1600 pairs, 150 gained, 86 lost: (64 ± 1.95996 sqrt(237 - 64² / 1602)) / 1602.
    larger = np.array([True] * 944 + [True] * 150 + [False] * 86 + [False] * 420)
    smaller = np.array([True] * 944 + [False] * 150 + [True] * 86 + [False] * 420)
    half = 1.959964 * np.sqrt(237 - 64**2 / 1602) / 1602
    measure = paired_difference(larger, smaller)
    assert measure.value == 64 / 1600
    assert (measure.low, measure.high) == pytest.approx((64 / 1602 - half, 64 / 1602 + half))


def test_paired_difference_of_equal_answers_still_has_a_width() -> None:
    same = np.array([True] * 50 + [False] * 50)
    measure = paired_difference(same, same)
    assert measure.value == 0
    assert measure.low is not None and measure.high is not None  # noqa: PT018
    assert -0.05 < measure.low < 0 < measure.high < 0.05


def test_paired_difference_is_tighter_than_the_unpaired_one_where_answers_agree() -> None:
    draw = np.random.default_rng(0)
    smaller = draw.random(1000) < 0.5
    larger = smaller | (draw.random(1000) < 0.1)
    measure = paired_difference(larger, smaller)
    assert measure.low is not None and measure.high is not None  # noqa: PT018
    unpaired = 2 * 1.96 * np.sqrt(2 * 0.25 / 1000)
    assert measure.high - measure.low < unpaired / 2
