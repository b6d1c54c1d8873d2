"""The Jacobian of a signal with respect to others, and its norm from position to position."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["between_heads", "between_positions", "jacobians"]

#: Of one sequence.
Signal = Float[Tensor, "1 pos width"]
Jacobian = Float[Tensor, "pos width other_pos other_width"]


def jacobians(
    signal: Signal,
    nudges: Sequence[Float[Tensor, "1 _ _"]],
    *,
    progress: Callable[[int], object] = lambda n: None,
) -> list[Float[Tensor, "pos width _ _"]]:
    """Differentiate every number of a signal by every number of each nudge.

    A zero of the result is exact. Every path from a position that is masked goes through a softmax
    weight that is exp(-inf) = 0; a product with an exact zero is zero in floating point, too, and
    so is a sum of nothing but zeros.

    Args:
        signal: what is differentiated.
        nudges: by what.
        progress: called once, with how many numbers the signal has.
    """
    _, n_pos, width = signal.shape
    size = n_pos * width
    gradients = torch.autograd.grad(
        signal.flatten(),
        nudges,
        torch.eye(size),
        is_grads_batched=True,  # a backward pass for every number, side by side: four times faster
        retain_graph=True,
        allow_unused=True,
    )
    progress(size)
    return [
        # torch says None where no path leads from a nudge to the signal.
        nudge.new_zeros(n_pos, width, *nudge.shape[1:])
        if gradient is None
        else torch.unflatten(gradient[:, 0], 0, (n_pos, width))
        for nudge, gradient in zip(nudges, gradients, strict=True)
    ]


def between_positions(jacobian: Jacobian) -> Float[Tensor, "pos other_pos"]:
    """Return the Frobenius norm of each block from position to position."""
    # Squares of numbers that float32 can just hold would vanish in it; in float64 they do not.
    return jacobian.double().square().sum(dim=(1, 3)).sqrt()


def between_heads(
    jacobian: Float[Tensor, "pos width other_head numbers"], *, d_head: int
) -> Float[Tensor, "head other_head"]:
    """Return the Frobenius norm of each block from head to head, over all positions.

    Args:
        jacobian: of a signal in which vectors of heads lie side by side, by rows of numbers, one
            for each head.
        d_head: width of one head's vectors in the signal.
    """
    by_number = jacobian.double().square().sum(dim=(0, 3))
    return torch.unflatten(by_number, 0, (-1, d_head)).sum(dim=1).sqrt()
