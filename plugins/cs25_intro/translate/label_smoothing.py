"""Label smoothing: a tenth of the target goes to all tokens alike, so no answer is ever certain.

The target of token k is (1 - ε) [k = right] + ε / d_vocab, and the loss is the cross-entropy with it.
It is least where the model gives the right token 1 - ε + ε / d_vocab and every other ε / d_vocab:
whoever is surer of the right token has a lower perplexity and a higher loss.

Source: Szegedy et al. 2015 (arXiv 1512.00567), section 7; Vaswani et al. 2017, section 5.4.
"""

from __future__ import annotations

from jaxtyping import Float, Int
from torch import Tensor

from cs25.nn import IGNORE

__all__ = ["smoothed_loss"]


def smoothed_loss(
    logits: Float[Tensor, "batch pos d_vocab"],
    targets: Int[Tensor, "batch pos"],
    *,
    smoothing: float,
) -> Float[Tensor, ""]:
    """Return the mean cross-entropy with smoothed targets, in nats.

    Args:
        logits: unnormalised.
        targets: the right tokens; those that are `IGNORE` do not count.
        smoothing: ε, from 0 (none) to 1; 0.1 in the paper.
    """
    counts = targets != IGNORE
    log_probs = logits.log_softmax(dim=-1)
    right = log_probs.gather(-1, targets.where(counts, 0).unsqueeze(-1)).squeeze(-1)
    loss = -(1 - smoothing) * right - smoothing * log_probs.mean(dim=-1)
    return (loss * counts).sum() / counts.sum()
