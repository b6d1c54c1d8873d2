"""What stands beside attention in a transformer, on tokens that are taken apart: MLP and norm."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from cs25_intro.rank_collapse.tokens import Tokens, split

__all__ = ["MLP", "compute", "draw_mlp", "layer_norm"]


@dataclass(frozen=True)
class MLP:
    """Parameters of x -> W_2 ReLU(W_1 x), for each draw."""

    hidden: Float[Tensor, "draw d_model d_mlp"]
    out: Float[Tensor, "draw d_mlp d_model"]


def draw_mlp(n_draws: int, *, d_model: int, draw: torch.Generator) -> MLP:
    """Draw normal parameters that keep the size of what they are given (He et al. 2015)."""
    d_mlp = 4 * d_model
    hidden = torch.randn(n_draws, d_model, d_mlp, generator=draw, dtype=torch.float64)
    out = torch.randn(n_draws, d_mlp, d_model, generator=draw, dtype=torch.float64)
    return MLP(math.sqrt(2 / d_model) * hidden, math.sqrt(1 / d_mlp) * out)


def compute(tokens: Tokens, mlp: MLP) -> Tokens:
    """Send each token through the MLP."""
    common = tokens.mean[:, None] @ mlp.hidden
    step = tokens.residual @ mlp.hidden
    # ReLU(common + step) - ReLU(common), without adding to the common part first
    active = torch.where(common > 0, torch.maximum(step, -common), (common + step).relu())
    return split(active @ mlp.out, (common.relu() @ mlp.out)[:, 0])


def layer_norm(tokens: Tokens) -> Tokens:
    """Shift and scale each token to mean 0 and variance 1.

    With c the common row and r what a token has apart, both shifted, and s the root mean square:
    (c + r) / s(c + r) - c / s(c) = r / s(c + r) + c (s(c) - s(c + r)) / (s(c) s(c + r)).
    """
    common = tokens.mean - tokens.mean.mean(dim=-1, keepdim=True)
    apart = tokens.residual - tokens.residual.mean(dim=-1, keepdim=True)
    common = common[:, None]
    of_common = common.square().mean(dim=-1, keepdim=True).sqrt()
    of_token = (common + apart).square().mean(dim=-1, keepdim=True).sqrt()
    # s(c)² - s(c + r)², divided by the sum of the two
    fall = -((2 * common + apart) * apart).mean(dim=-1, keepdim=True) / (of_common + of_token)
    normed = apart / of_token + common * fall / (of_common * of_token)
    return split(normed, (common / of_common)[:, 0])
