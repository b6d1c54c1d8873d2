"""Tokens as what they have in common and what each has apart, and the size of what is apart.

The second part of a matrix X of tokens is its residual, res(X) = X - 1 mᵀ: the distance to the
nearest matrix of which all rows are one row m, and so of rank one. With m the mean row it is the
nearest by the sum of squares.

Every layer here works on the two parts, and never on their sum. In a sum of float64 numbers a
residual below 10^-16 of the common row is rounded away; here it keeps all its digits down to
10^-300.

Source: Dong et al. 2021 (arXiv 2103.03404), section 2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["FLOOR", "Tokens", "composite_norm", "frobenius_norm", "relative_residual", "split"]

Matrices = Float[Tensor, "*draw token d_model"]
Norm = Callable[[Matrices], Float[Tensor, "*draw"]]

#: Smaller relative residuals count as this one: float64 ends at 10^-308.
FLOOR = 1e-300


@dataclass(frozen=True)
class Tokens:
    """Sequences of tokens, taken apart.

    Args:
        mean: the mean row.
        residual: each token minus the mean; over tokens it adds up to zero.
    """

    mean: Float[Tensor, "*draw d_model"]
    residual: Matrices

    def joined(self) -> Matrices:
        """Return the tokens themselves, rounded as sums are."""
        return self.mean[..., None, :] + self.residual

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(self.mean + other.mean, self.residual + other.residual)


def split(apart: Matrices, common: Float[Tensor, "*draw d_model"] | float = 0.0) -> Tokens:
    """Take tokens apart.

    Args:
        apart: one row for each token.
        common: a row that each of them has on top.
    """
    mean = apart.mean(dim=-2)
    return Tokens(common + mean, apart - mean[..., None, :])


def composite_norm(x: Matrices) -> Float[Tensor, "*draw"]:
    """Return sqrt(norm_1 norm_inf): the largest sum of a column and that of a row, of sizes.

    The paper's measure. It is no norm, as it may break the triangle inequality.

    >>> composite_norm(torch.tensor([[1.0, -2.0], [3.0, 0.0]]))  # sqrt(4 · 3)
    tensor(3.4641)
    """
    sizes = x.abs()
    by_column, by_row = sizes.sum(dim=-2).amax(dim=-1), sizes.sum(dim=-1).amax(dim=-1)
    return by_column.sqrt() * by_row.sqrt()  # their product would leave float64 twice as early


def frobenius_norm(x: Matrices) -> Float[Tensor, "*draw"]:
    """Return the root of the sum of squares, of numbers whose squares may be out of range."""
    largest = x.abs().amax(dim=(-2, -1), keepdim=True).clamp(min=FLOOR)
    scaled: Tensor = torch.linalg.matrix_norm(x / largest)
    return scaled * largest[..., 0, 0]


def relative_residual(tokens: Tokens, norm: Norm = composite_norm) -> Float[Tensor, "*draw"]:
    """Return the size of res(X) over that of X, and at least `FLOOR`.

    About 1 if tokens have nothing in common, 0 if they are all the same.
    """
    return (norm(tokens.residual) / norm(tokens.joined())).clamp(min=FLOOR)
