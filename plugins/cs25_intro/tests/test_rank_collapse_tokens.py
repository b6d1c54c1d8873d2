"""Tokens taken apart, and the sizes of what is apart."""

import math

import pytest
import torch

from cs25_intro.rank_collapse.rates import exponent, order_of_convergence
from cs25_intro.rank_collapse.tokens import (
    FLOOR,
    Tokens,
    composite_norm,
    frobenius_norm,
    relative_residual,
    split,
)


def _normal(*shape: int, seed: int = 0) -> torch.Tensor:
    draw = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=draw, dtype=torch.float64)


def test_the_mean_row_is_the_nearest_row_by_the_sum_of_squares() -> None:
    x = _normal(5, 3)
    nearest = torch.linalg.lstsq(torch.ones(5, 1, dtype=torch.float64), x).solution
    tokens = split(x)
    torch.testing.assert_close(tokens.mean, nearest[0])
    torch.testing.assert_close(tokens.residual, x - nearest)
    torch.testing.assert_close(tokens.joined(), x)


def test_a_common_row_is_added_to_the_mean_alone() -> None:
    x, row = _normal(2, 5, 3), _normal(2, 3, seed=1)
    tokens = split(x, row)
    torch.testing.assert_close(tokens.joined(), x + row[:, None])
    torch.testing.assert_close(tokens.residual.sum(dim=1), torch.zeros_like(row))


def test_parts_of_sums_are_sums_of_parts() -> None:
    one, other = split(_normal(5, 3)), split(_normal(5, 3, seed=1))
    torch.testing.assert_close((one + other).joined(), one.joined() + other.joined())
    torch.testing.assert_close((one + other).residual, split((one + other).joined()).residual)


def test_norms_agree_with_those_of_torch() -> None:
    x = _normal(4, 5, 3)
    by_column, by_row = (torch.linalg.matrix_norm(x, p) for p in (1, math.inf))
    torch.testing.assert_close(composite_norm(x), (by_column * by_row).sqrt())
    torch.testing.assert_close(frobenius_norm(x), torch.linalg.matrix_norm(x))


@pytest.mark.parametrize("norm", [composite_norm, frobenius_norm])
@pytest.mark.parametrize("size", [1e-290, 1e290])
def test_norms_of_numbers_whose_squares_float64_cannot_hold(norm, size: float) -> None:
    x = _normal(2, 5, 3)
    torch.testing.assert_close(norm(size * x) / size, norm(x))
    assert not norm(0 * x).any()


def test_relative_residuals_of_known_matrices() -> None:
    # Rows (1, 0) and (0, 1): the residual has rows ±(1/2, -1/2), columns and rows sum up to 1.
    assert relative_residual(split(torch.eye(2, dtype=torch.float64))) == 1
    # (2, 0) and (4, 0): residual ±(1, 0) with sums 2 and 1, the whole 6 and 4.
    pair = split(torch.tensor([[2.0, 0.0], [4.0, 0.0]], dtype=torch.float64))
    assert float(relative_residual(pair)) == pytest.approx(math.sqrt(2 / 24))
    assert float(relative_residual(pair, frobenius_norm)) == pytest.approx(math.sqrt(2 / 20))
    alike = split(torch.ones(3, 2, dtype=torch.float64))
    assert float(relative_residual(alike)) == FLOOR


def test_a_residual_far_below_rounding_keeps_its_size() -> None:
    tiny = Tokens(torch.ones(3, dtype=torch.float64), 1e-150 * split(_normal(4, 3)).residual)
    same = Tokens(tiny.mean, 1e-100 * tiny.residual)
    ratio = relative_residual(same).log10() - relative_residual(tiny).log10()
    assert float(ratio) == pytest.approx(-100)


def test_the_exponent_of_a_power_law_and_of_a_scattered_one() -> None:
    x = torch.tensor([0.0, 1.0, 2.0])
    assert exponent(x, 2.5 * x + 7) == pytest.approx(2.5)
    # least squares by hand: sum of (x - 1) y = -1 · 1 + 1 · 4, over 2
    assert exponent(x, torch.tensor([1.0, 9.0, 4.0])) == pytest.approx(1.5)


def test_orders_of_convergence() -> None:
    exponential = -0.5 * torch.arange(8.0)
    assert order_of_convergence(exponential, above=-300) == pytest.approx(1)
    cubic = torch.tensor([-0.1, -0.5, -1.7, -5.3, -16.1, -48.5])  # y = 3 x - 0.2
    assert order_of_convergence(cubic, above=-300) == pytest.approx(3)
    floored = torch.cat([cubic, torch.tensor([-145.7, -300.0, -300.0])])
    assert order_of_convergence(floored, above=-300) == pytest.approx(3)
