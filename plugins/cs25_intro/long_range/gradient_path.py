"""How much of the gradient arrives at a token, by its distance, before any training.

Through a recurrent network it takes one step back for each position, and each step multiplies it:
what is multiplied by less than 1, n times, is gone geometrically. Through attention every position
is one step away.

Source: Bengio et al. 1994; Pascanu et al. 2013 (arXiv 1211.5063).
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

__all__ = ["decay_per_position", "jacobian_norms"]


def jacobian_norms(model: nn.Module, tokens: Int[Tensor, "prompt pos"]) -> Float[Tensor, " pos"]:
    """Return the size of d (last logits) / d (embedding at each distance), from distance 0 on.

    Args:
        model: has an ``embedding`` and gives logits.
        tokens: what it reads.

    Returns:
        Frobenius norms, root mean square over prompts.
    """
    seen: list[Tensor] = []
    hook = model.embedding.register_forward_hook(  # type: ignore[union-attr]
        lambda module, inputs, embedded: seen.append(embedded)
    )
    try:
        last = model(tokens)[:, -1]
    finally:
        hook.remove()
    square = torch.zeros(tokens.shape)
    for logit in last.sum(dim=0):  # prompts do not touch each other
        (gradient,) = torch.autograd.grad(logit, seen[0], retain_graph=True)
        square += gradient.square().sum(dim=-1)
    return square.mean(dim=0).sqrt().flip(0)


def decay_per_position(norms: Float[np.ndarray, " pos"]) -> float:
    """Return the slope of the logarithm of the norm in the distance, from distance 1 on; nats.

    >>> round(decay_per_position(np.array([9.0, 1.0, 0.5, 0.25])), 3)
    -0.693
    """
    distance = np.arange(1, len(norms))
    # A norm is the root of squares, and float32 makes zero of those below 1e-45: of norms below
    # some 1e-22. The line goes through what can be measured.
    there = norms[1:] > 0
    return float(np.polyfit(distance[there], np.log(norms[1:][there]), 1)[0])
