"""Reading: what the model expects, token by token, where a person went on writing.

The same contexts show what temperature and truncation do to a distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from cs25.nn import Decoder
from cs25_intro.decoding.strategies import Strategy

__all__ = ["Reading", "entropy", "read"]


@dataclass(frozen=True)
class Reading:
    """What the model made of texts that people wrote.

    Args:
        log_probs: of each token that followed the prompt, in nats.
        entropy: of each strategy's distribution at some of these places, in nats.
        candidates: how many tokens each strategy leaves possible there.
    """

    log_probs: Float[Tensor, "text pos"]
    entropy: Float[Tensor, "strategy text place"]
    candidates: Int[Tensor, "strategy text place"]


def entropy(probs: Float[Tensor, "*row d_vocab"]) -> Float[Tensor, "*row"]:
    """Return the entropy of distributions, in nats: the mean of -log p.

    >>> round(entropy(torch.tensor([0.5, 0.25, 0.25])).item(), 4)  # 1.5 ln 2
    1.0397
    """
    return torch.special.entr(probs).sum(dim=-1)  # type: ignore[no-any-return]


@torch.inference_mode()
def read(
    model: Decoder,
    texts: Int[Tensor, "text pos"],
    strategies: Sequence[Strategy],
    *,
    n_prompt: int,
    every: int = 1,
    never: Sequence[int] = (),
) -> Reading:
    """Read texts, and apply strategies to what the model expects after the prompt.

    Args:
        model: a decoder.
        texts: all of one length.
        strategies: what becomes of the distributions.
        n_prompt: tokens at the beginning that nobody predicts.
        every: strategies are applied at every so many places, the first one included.
        never: tokens that are never written; the others share their probability.
    """
    log_probs, entropies, candidates = [], [], []
    for text in texts:  # one by one: logits at every place, of all tokens, are large
        logits = model(text[None, :-1])[0, n_prompt - 1 :]
        logits[:, list(never)] = -torch.inf
        expected = logits.log_softmax(dim=-1)
        log_probs.append(expected.gather(1, text[n_prompt:, None])[:, 0])
        probs = expected[::every].exp()
        changed = [strategy(probs) for strategy in strategies]
        entropies.append(torch.stack([entropy(own) for own in changed]))
        candidates.append(torch.stack([(own > 0).sum(dim=-1) for own in changed]))
    return Reading(
        torch.stack(log_probs), torch.stack(entropies, dim=1), torch.stack(candidates, dim=1)
    )
