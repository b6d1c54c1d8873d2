"""Multi-head attention on tokens that are taken apart, exact however alike they are.

With X = 1 mᵀ + R the scores of a head are, up to their scale,

    (X W_Q + 1 bᵀ) (X W_K)ᵀ = (a constant in each row) + 1 rᵀ + E,
    rᵀ = (mᵀ W_Q + bᵀ) W_Kᵀ Rᵀ,   E = R W_Q W_Kᵀ Rᵀ.

A constant in a row drops out of its softmax. So what tokens have in common makes all of them
listen alike, with weights p = softmax(r), and only E, of second order in R, makes one listen
otherwise than another. What tells their outputs apart is (P - 1 pᵀ) R W_V, of third order. No
small weights are needed for that, and no mean of zero.

Source: Dong et al. 2021 (arXiv 2103.03404), theorem 2.2 and its proof.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from cs25_intro.rank_collapse.tokens import Tokens, split

__all__ = ["Attention", "Hears", "attend", "draw_attention", "scores"]

#: Whom a token hears: everyone; itself and those before it; or one neighbour, always the same.
Hears = Literal["everyone", "past", "neighbour"]

PerHead = Float[Tensor, "draw head token d_head"]
Scores = Float[Tensor, "draw head token token"]


@dataclass(frozen=True)
class Attention:
    """Parameters of one layer, for each draw.

    Queries alone have a bias. One of keys would be a constant in each row of scores, and one of
    values is the same for all tokens.
    """

    query: Float[Tensor, "draw head d_model d_head"]
    query_bias: Float[Tensor, "draw head d_head"]
    key: Float[Tensor, "draw head d_model d_head"]
    value: Float[Tensor, "draw head d_model d_head"]
    out: Float[Tensor, "draw d_model d_model"]


def draw_attention(
    n_draws: int, *, d_model: int, n_heads: int, sharpness: float, draw: torch.Generator
) -> Attention:
    """Draw normal parameters that keep the size of what they are given.

    Args:
        n_draws: how many layers side by side.
        d_model: width of a token.
        n_heads: divides ``d_model``.
        sharpness: standard deviation of the scores between independent tokens of variance 1.
        draw: draws them.
    """

    def normal(*shape: int) -> Tensor:
        return torch.randn(n_draws, *shape, generator=draw, dtype=torch.float64)

    d_head = d_model // n_heads
    scale = 1 / math.sqrt(d_model)
    query, key, value = (scale * normal(n_heads, d_model, d_head) for _ in range(3))
    # weights and bias of the queries give half of the variance each
    size = sharpness / math.sqrt(2)
    return Attention(
        size * query,
        size * normal(n_heads, d_head),
        key,
        value,
        scale * normal(d_model, d_model),
    )


def attend(tokens: Tokens, layer: Attention, hears: Hears = "everyone") -> Tokens:
    """Return what each token gathers from those that it hears.

    Args:
        tokens: what they hold.
        layer: the parameters.
        hears: "neighbour" takes no average: in head h, token i hears the one h + 1 places on.
    """
    common = tokens.mean[:, None, None] @ layer.value
    values = tokens.residual[:, None] @ layer.value
    if hears == "neighbour":
        heads = enumerate(values.unbind(dim=1))
        gathered = torch.stack([value.roll(-h - 1, dims=1) for h, value in heads], dim=1)
    else:
        shared, own = scores(tokens, layer)
        if hears == "past":
            later = torch.ones(own.shape[-2:], dtype=torch.bool).triu(1)
            gathered = (shared + own).masked_fill(later, -torch.inf).softmax(dim=-1) @ values
        else:
            weights = shared.softmax(dim=-1)
            common = common + weights @ values
            gathered = _deviations(weights, shared, own) @ values
    return split(_out(gathered, layer), _out(common, layer)[:, 0])


def scores(tokens: Tokens, layer: Attention) -> tuple[Float[Tensor, "draw head 1 token"], Scores]:
    """Return what all tokens ask of each, and what each asks of each on its own: r and E.

    The constant in each row, which the softmax drops, is left out.
    """
    scale = math.sqrt(layer.key.shape[-1])
    mean, residual = tokens.mean[:, None, None], tokens.residual[:, None]
    keys = residual @ layer.key
    asked = mean @ layer.query + layer.query_bias[:, :, None]
    return asked @ keys.mT / scale, (residual @ layer.query) @ keys.mT / scale


def _deviations(weights: Tensor, shared: Tensor, own: Scores) -> Scores:
    """Return softmax(shared + own) - softmax(shared), with all digits where ``own`` is tiny.

    With e = exp(own) - 1 and ē its mean under the shared weights p: p (e - ē) / (1 + ē).
    """
    e = own.expm1()
    mean = (weights * e).sum(dim=-1, keepdim=True)
    # exp could leave float64 where scores are large, and there no digits are lost in a difference
    plain = (shared + own).softmax(dim=-1) - weights
    large = own.abs().amax(dim=-1, keepdim=True) > 1
    return torch.where(large, plain, weights * (e - mean) / (1 + mean))


def _out(gathered: PerHead, layer: Attention) -> Float[Tensor, "draw token d_model"]:
    side_by_side = gathered.transpose(1, 2).flatten(2)
    return side_by_side @ layer.out
