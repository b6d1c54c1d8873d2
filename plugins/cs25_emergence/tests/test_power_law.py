"""The fit of the scaling law."""

import numpy as np
import pytest
from scipy.optimize import curve_fit

from cs25_emergence.power_law import (
    PowerLaw,
    fit_power_law,
    fit_straight_line,
    r_squared,
)

SIZES = np.array([800.0, 2_000, 5_000, 12_000, 30_000, 80_000])
LAW = PowerLaw(1.54, np.array([20.0]), np.array([0.45]))


def test_one_term_is_recovered_without_noise() -> None:
    found = fit_power_law(LAW.predict(SIZES[:, None]), SIZES[:, None])
    assert found.floor == pytest.approx(1.54, abs=1e-6)
    assert found.amplitudes[0] == pytest.approx(20.0, rel=1e-5)
    assert found.exponents[0] == pytest.approx(0.45, abs=1e-6)


def test_the_published_law_of_hoffmann_is_recovered() -> None:
    # Hoffmann et al. 2022 (arXiv 2203.15556), appendix D.3, equation 10.
    published = PowerLaw(1.69, np.array([406.4, 410.7]), np.array([0.34, 0.28]))
    draw = np.random.default_rng(0)
    scales = np.exp(draw.uniform(np.log([7e7, 5e9]), np.log([1.6e10, 5e11]), size=(60, 2)))
    found = fit_power_law(published.predict(scales), scales)
    assert found.floor == pytest.approx(1.69, abs=1e-4)
    np.testing.assert_allclose(found.exponents, published.exponents, atol=1e-4)
    np.testing.assert_allclose(found.amplitudes, published.amplitudes, rtol=2e-3)


def test_with_a_wide_delta_it_is_least_squares_of_the_log_loss() -> None:
    loss = LAW.predict(SIZES[:, None]) * np.exp(np.random.default_rng(1).normal(0, 0.003, 6))

    def log_law(n, floor, amplitude, exponent):
        return np.log(floor + amplitude * n**-exponent)

    theirs, _ = curve_fit(log_law, SIZES, np.log(loss), p0=(1.5, 20.0, 0.45), maxfev=20_000)
    ours = fit_power_law(loss, SIZES[:, None], delta=1.0)
    assert ours.floor == pytest.approx(theirs[0], abs=1e-4)
    assert ours.exponents[0] == pytest.approx(theirs[2], abs=1e-4)
    assert ours.amplitudes[0] == pytest.approx(theirs[1], rel=1e-3)


def test_one_bad_run_does_not_bend_the_curve() -> None:
    sizes = np.geomspace(800, 80_000, 9)
    loss = LAW.predict(sizes[:, None])
    loss[4] *= 1.3
    robust = fit_power_law(loss, sizes[:, None])
    squares = fit_power_law(loss, sizes[:, None], delta=1.0)
    assert robust.floor == pytest.approx(1.54, abs=0.005)
    assert abs(squares.floor - 1.54) > 0.05


def test_the_unit_of_size_changes_the_amplitude_only() -> None:
    loss = LAW.predict(SIZES[:, None]) * np.exp(np.random.default_rng(2).normal(0, 0.003, 6))
    plain, thousands = (
        fit_power_law(loss, SIZES[:, None]),
        fit_power_law(loss, SIZES[:, None] / 1e3),
    )
    assert thousands.floor == pytest.approx(plain.floor, abs=1e-6)
    assert thousands.exponents[0] == pytest.approx(plain.exponents[0], abs=1e-6)
    assert thousands.amplitudes[0] == pytest.approx(
        plain.amplitudes[0] * 1e3 ** -plain.exponents[0], rel=1e-4
    )


def test_losses_that_do_not_fall_have_their_floor_where_they_are() -> None:
    for seed in range(5):
        loss = 3.4 + np.random.default_rng(seed).normal(0, 0.001, 6)
        assert fit_power_law(loss, SIZES[:, None]).floor == pytest.approx(3.4, abs=0.03)


def test_too_few_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="2 runs, expected at least 3"):
        fit_power_law(np.array([2.0, 1.9]), SIZES[:2, None])


def test_straight_line_falls_as_much_for_every_decade() -> None:
    line = fit_straight_line(np.array([3.0, 2.5, 2.0]), np.array([10.0, 100.0, 1000.0]))
    assert line.predict(np.array([1e4]))[0] == pytest.approx(1.5)


def test_r_squared_is_that_of_the_log_loss() -> None:
    loss = np.exp([0.0, 1.0, 2.0])
    assert r_squared(loss, np.exp([0.0, 1.0, 2.5])) == pytest.approx(1 - 0.25 / 2)
    assert r_squared(np.ones(3), np.ones(3)) == 0.0
