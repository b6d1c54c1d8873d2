"""Beam search: write several translations at once, and keep those the model finds likeliest.

Greedy decoding takes the likeliest token at each step and cannot go back. A beam of width B keeps
the B likeliest beginnings. A translation that stops while it is among them is finished, and the
search goes on until no beginning can still overtake the B best. These are ranked by

``score(Y) = log P(Y | X) / lp(Y)`` with ``lp(Y) = ((5 + |Y|) / 6)^α``,

because every further token makes a translation less likely, right or wrong: α > 0 gives back
to long ones some of what they lose.

Source: Wu et al. 2016 (arXiv 1609.08144), equation 14, without its coverage penalty; Vaswani et
al. 2017, section 6.1, take B = 4 and α = 0.6.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from cs25.nn import EncoderDecoder

__all__ = ["Hypotheses", "beam_search", "length_penalty"]


@dataclass(frozen=True)
class Hypotheses:
    """Translations of each source, the best first.

    Args:
        tokens: what was written; after the stop there is nothing but stops.
        log_probs: ``log P(Y | X)``, the stop included, in nats; minus infinity where there is none.
        scores: the same over the length penalty.
    """

    tokens: Int[Tensor, "source rank new"]
    log_probs: Float[Tensor, "source rank"]
    scores: Float[Tensor, "source rank"]

    def merge(self, other: Hypotheses) -> Hypotheses:
        """Return the best of both, as many as there were."""
        scores = torch.cat([self.scores, other.scores], dim=1)
        scores, best = scores.topk(self.scores.shape[1])
        tokens = torch.cat([self.tokens, other.tokens], dim=1)
        log_probs = torch.cat([self.log_probs, other.log_probs], dim=1)
        return Hypotheses(_pick(tokens, best), log_probs.gather(1, best), scores)


def length_penalty(length: int, *, alpha: float) -> float:
    """Return what divides the log-probability of a translation.

    Args:
        length: tokens, the stop included.
        alpha: 0 for no penalty; 1 is near to the mean log-probability of a token.

    >>> length_penalty(1, alpha=0.6), length_penalty(7, alpha=1.0), length_penalty(7, alpha=0.0)
    (1.0, 2.0, 1.0)
    """
    return math.pow((5 + length) / 6, alpha)


@torch.inference_mode()
def beam_search(
    model: EncoderDecoder,
    source: Int[Tensor, "source pos"],
    *,
    seen: Bool[Tensor, "source pos"],
    start: int,
    stop: int,
    n_new: int,
    width: int = 4,
    alpha: float = 0.6,
) -> Hypotheses:
    """Translate every source.

    Args:
        model: reads the sources and writes translations.
        source: the sources' tokens.
        seen: False where a token is padding.
        start: the token that begins a translation.
        stop: the token that ends one.
        n_new: most tokens of a translation, the stop included; one that has so many counts as
            finished.
        width: translations under way for each source; 1 without length penalty is greedy decoding.
        alpha: exponent of the length penalty, at least 0.
    """
    n_sources, decoder = len(source), model.decoder
    rows = torch.arange(n_sources * width).view(n_sources, width)  # the decoder's batch
    memory = model.encoder(source, seen=seen).repeat_interleave(width, dim=0)
    memory_mask = seen.repeat_interleave(width, dim=0)[:, None, None, :]
    cache = decoder.new_cache(n_memory=memory.shape[1])

    tokens = torch.full((n_sources * width, 1), start)
    written = torch.full((n_sources, width, n_new), stop)
    alive = torch.full((n_sources, width), -torch.inf)
    finished = Hypotheses(written, alive, alive)  # none
    alive = alive.index_fill(1, torch.tensor(0), 0.0)  # all beginnings are still the same one
    for length in range(1, n_new + 1):
        logits = decoder(tokens, memory=memory, memory_mask=memory_mask, cache=cache)[:, -1]
        d_vocab = logits.shape[-1]
        grown = alive.unsqueeze(-1) + logits.log_softmax(dim=-1).view(n_sources, width, d_vocab)
        # Each beginning stops in one way only, so among twice the width enough go on.
        log_probs, best = grown.flatten(1).topk(min(2 * width, width * d_vocab))
        parents, token = best // d_vocab, best % d_vocab
        candidates = _pick(written, parents)
        candidates[:, :, length - 1] = token
        stops = token == stop

        ends = stops.clone() if length < n_new else torch.ones_like(stops)
        ends[:, width:] = False
        ended = log_probs.masked_fill(~ends, -torch.inf)
        scores = ended / length_penalty(length, alpha=alpha)
        finished = finished.merge(Hypotheses(candidates, ended, scores))

        alive, kept = log_probs.masked_fill(stops, -torch.inf).topk(width)
        # At best, all that is still to be written is certain and as long as can be.
        attainable = alive[:, :1] / length_penalty(n_new, alpha=alpha)
        if (finished.scores[:, -1:] >= attainable).all():
            break
        written = _pick(candidates, kept)
        tokens = token.gather(1, kept).view(-1, 1)
        # Each row goes on with what the beginning that it continues has seen.
        continued = rows.gather(1, parents.gather(1, kept)).flatten()
        for block in cache:
            block.own.keep(continued, n_rows=len(continued))
    return finished


def _pick(
    tokens: Int[Tensor, "source rank new"], which: Int[Tensor, "source picked"]
) -> Int[Tensor, "source picked new"]:
    return tokens.gather(1, which.unsqueeze(-1).expand(-1, -1, tokens.shape[2]))
