"""Two consequences of a decoder that hears the past only, tried on its logits."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from cs25.nn import EncoderDecoder

__all__ = ["cached_logits", "future_change"]

Source = Int[Tensor, "1 source"]
Target = Int[Tensor, "1 target"]


@torch.inference_mode()
def future_change(
    model: EncoderDecoder, source: Source, target: Target, *, draw: torch.Generator
) -> float:
    """Return the largest change of any logit when all tokens behind it become others.

    Every place to cut is tried, each in a run of its own: in one batch another row may be summed
    in another order, and the last digit would differ for no fault of the model.

    Args:
        model: what is tried.
        source: what it reads.
        target: what it has written, at least 2 tokens.
        draw: draws the new tokens, each unlike the one in its place.
    """
    d_vocab = model.decoder.config.d_vocab
    logits = model(source, target)
    largest = 0.0
    for cut in range(1, target.shape[1]):
        other = target.clone()
        step = torch.randint(1, d_vocab, other[:, cut:].shape, generator=draw)
        other[:, cut:] = (other[:, cut:] + step) % d_vocab
        change = (model(source, other) - logits)[:, :cut].abs().max()
        largest = max(largest, float(change))
    return largest


@torch.inference_mode()
def cached_logits(
    model: EncoderDecoder, source: Source, target: Target
) -> Float[Tensor, "1 target d_vocab"]:
    """Return the logits as decoding finds them: one token at a time, keys and values kept."""
    memory = model.encoder(source)
    cache = model.decoder.new_cache(n_memory=memory.shape[1])
    steps = [
        model.decoder(token[:, None], memory=memory, cache=cache) for token in target.unbind(dim=1)
    ]
    return torch.cat(steps, dim=1)
