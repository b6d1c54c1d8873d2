"""Decoding strategies as functions: a distribution over the next token goes in, another comes out.

Whatever they cut is shared out among what is left, in proportion: all of them return probabilities
that sum to one. Which token is written is then drawn from what they return.

Source: Fan et al. 2018 (arXiv 1805.04833) for top-k; Holtzman et al. 2020 (arXiv 1904.09751),
section 3.1, for top-p, the nucleus; Meister et al. 2023 (arXiv 2202.00666) for typical.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import one_hot

__all__ = ["Strategy", "ancestral", "greedy", "temperature", "top_k", "top_p", "typical"]

Probs = Float[Tensor, "*row d_vocab"]
Strategy = Callable[[Probs], Probs]


def greedy(probs: Probs) -> Probs:
    """Return certainty: the likeliest token, the first of them if there are several.

    >>> greedy(torch.tensor([0.2, 0.5, 0.3]))
    tensor([0., 1., 0.])
    """
    return one_hot(probs.argmax(dim=-1), probs.shape[-1]).to(probs.dtype)


def ancestral(probs: Probs) -> Probs:
    """Return the model's own distribution, as it is."""
    return probs


def temperature(probs: Probs, *, t: float) -> Probs:
    """Return p^(1/t), normalised: sharper for t below 1, flatter above.

    Args:
        probs: of the model.
        t: 0 or more; towards 0 this becomes `greedy`, and 0 stands for that.

    >>> temperature(torch.tensor([0.25, 0.75]), t=0.5)
    tensor([0.1000, 0.9000])
    """
    if t == 0:
        return greedy(probs)
    # Relative to the likeliest, so that nothing overflows, however small t is.
    relative = (probs / probs.amax(dim=-1, keepdim=True)).log()
    return (relative / t).softmax(dim=-1)


def top_k(probs: Probs, *, k: int) -> Probs:
    """Keep the k likeliest tokens, and any that are as likely as the last of them.

    >>> top_k(torch.tensor([0.1, 0.3, 0.6]), k=2)
    tensor([0.0000, 0.3333, 0.6667])
    """
    least = probs.topk(min(k, probs.shape[-1]), dim=-1).values[..., -1:]
    return _only(probs, probs >= least)


def top_p(probs: Probs, *, p: float) -> Probs:
    """Keep the nucleus: cut as many of the least likely tokens as hold 1 - p at most.

    Args:
        probs: of the model.
        p: what the nucleus holds at least, above 0; 1 keeps all.

    >>> top_p(torch.tensor([0.1, 0.3, 0.6]), p=0.8)
    tensor([0.0000, 0.3333, 0.6667])
    """
    ordered, token = probs.sort(dim=-1)
    cut = ordered.cumsum(dim=-1) <= 1 - p
    cut[..., -1] = False  # 1 - p rounds to 1 for a very small p
    return _only(probs, torch.empty_like(cut).scatter(-1, token, ~cut))


def typical(probs: Probs, *, p: float) -> Probs:
    """Keep the tokens that surprise as much as the model expects to be surprised.

    The surprise of a token is -log p, and its mean is the entropy. Those nearest to the mean are
    kept until they hold p, with any that are as near as the last of them. The likeliest token may
    be cut.

    Args:
        probs: of the model.
        p: what the kept tokens hold at least, above 0; 1 keeps all.

    >>> typical(torch.tensor([0.4, 0.3, 0.2, 0.1]), p=0.3)
    tensor([0., 1., 0., 0.])
    """
    expected = torch.special.entr(probs).sum(dim=-1, keepdim=True)
    distance = (-probs.log() - expected).abs()
    ordered, token = distance.sort(dim=-1)
    held = probs.gather(-1, token).cumsum(dim=-1)
    last = (held < p).sum(dim=-1, keepdim=True).clamp(max=probs.shape[-1] - 1)
    return _only(probs, distance <= ordered.gather(-1, last))


def _only(probs: Probs, kept: Bool[Tensor, "*row d_vocab"]) -> Probs:
    left = probs.masked_fill(~kept, 0.0)
    return left / left.sum(dim=-1, keepdim=True)
