"""Widths of curves whose 10 and 90 % points are known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cs25_emergence.rise_width import rise, rise_width

SIZE = np.logspace(0, 6, 601)


def test_width_of_a_straight_line_is_four_fifths_of_its_span() -> None:
    assert rise_width(SIZE, np.log10(SIZE), least=0) == pytest.approx(0.8 * 6)


@pytest.mark.parametrize("scale", [0.1, 0.3])
def test_width_of_a_logistic_is_two_log_nine_scales(scale: float) -> None:
    # y = 1 / (1 + exp(-x / s)) is 0.1 at -s log 9 and 0.9 at s log 9; its tails at three decades
    # are below 5e-5.
    score = 1 / (1 + np.exp(-(np.log10(SIZE) - 3) / scale))
    assert rise_width(SIZE, score, least=0) == pytest.approx(2 * scale * math.log(9), abs=2e-3)


def test_width_between_two_sizes_is_interpolated_over_the_logarithm() -> None:
    # All of the rise lies between 100 and 10,000 parameters, two decades: 0.8 of it is 1.6.
    assert rise_width(
        np.array([10.0, 100.0, 10_000.0]), np.array([0.0, 0.0, 1.0]), least=0
    ) == pytest.approx(1.6)


def test_exact_match_of_a_long_string_rises_more_sharply_than_its_tokens() -> None:
    # q is linear in log size from 0 to 1: tokens take 0.8 of 6 decades; q^8 goes from
    # 0.1^(1/8) = 0.750 to 0.9^(1/8) = 0.987, that is 0.237 of them.
    q = np.log10(SIZE) / 6
    expected = 6 * (0.9 ** (1 / 8) - 0.1 ** (1 / 8))
    assert rise_width(SIZE, q**8, least=0) == pytest.approx(expected, abs=1e-3)


def test_width_does_not_depend_on_scale_or_offset_of_the_score() -> None:
    score = np.log10(SIZE) ** 2
    assert rise_width(SIZE, 7 * score - 100, least=0) == pytest.approx(
        rise_width(SIZE, score, least=0)
    )


def test_a_lone_dip_is_evened_out() -> None:
    # Pool adjacent violators: 0.6 and 0.4 become 0.5 each.
    assert rise(np.array([0.0, 0.6, 0.4, 1.0])) == pytest.approx([0.0, 0.5, 0.5, 1.0])


def test_a_rise_below_the_least_has_no_width() -> None:
    score = 0.05 * np.log10(SIZE) / 6
    assert rise_width(SIZE, score, least=0.1) is None
    assert rise_width(SIZE, score, least=0.05) is not None
    assert rise_width(SIZE, -np.log10(SIZE), least=0.1) is None
