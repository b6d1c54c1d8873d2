"""How fast something shrinks: the exponent of a power law, and the order of convergence."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

__all__ = ["exponent", "order_of_convergence"]


def exponent(x: Float[Tensor, " n"], y: Float[Tensor, " n"]) -> float:
    """Return the least-squares slope of y over x: the exponent p of c xᵖ, given logarithms.

    Args:
        x: logarithms, not all alike.
        y: logarithms.

    >>> import torch
    >>> exponent(torch.tensor([-3.0, -2.0, -1.0]), torch.tensor([-8.0, -5.0, -2.0]))
    3.0
    """
    apart = x - x.mean()
    return float((apart * y).sum() / apart.square().sum())


def order_of_convergence(curve: Float[Tensor, " depth"], *, above: float) -> float:
    """Return the p of r(l + 1) = c r(l)ᵖ, fitted to a sequence of logarithms of r.

    1 if r falls exponentially, by the same factor in each step. Above 1 it falls doubly
    exponentially: the number of zeros behind the decimal point is multiplied by p in each step.

    Args:
        curve: logarithms of r, two or more steps of them before the floor.
        above: the floor; values that are no larger are left out.
    """
    kept = curve[curve > above]
    return exponent(kept[:-1], kept[1:])
