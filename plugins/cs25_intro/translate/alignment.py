"""Alignment: which source tokens the decoder looks at while it writes each token.

Source: Bahdanau et al. 2014 (arXiv 1409.0473), section 5.2.1, for reading the weights of attention
between two sentences as an alignment of their words.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from cs25.nn import Attention, EncoderDecoder

__all__ = ["cross_attention"]


@torch.inference_mode()
def cross_attention(
    model: EncoderDecoder, source: Int[Tensor, " source"], so_far: Int[Tensor, " target"]
) -> Float[Tensor, "layer head target source"]:
    """Return the weights of each head of each layer; over the source they sum to 1.

    Args:
        model: reads one source.
        source: its tokens, without padding.
        so_far: the start and the tokens of the translation; row i tells where the model looks
            while it writes what comes after token i.
    """
    modules = model.decoder.modules()
    layers = [module for module in modules if isinstance(module, Attention) and module.cross]
    with _watched(layers) as weights:
        model(source.unsqueeze(0), so_far.unsqueeze(0))
    return torch.stack(weights)


@contextmanager
def _watched(layers: list[Attention]) -> Iterator[list[Tensor]]:
    """Note the weights of each layer, in the order in which they are called."""
    weights: list[Tensor] = []
    original = [layer.attend for layer in layers]

    def attend(query: Tensor, key: Tensor, value: Tensor, **_: Any) -> Tensor:
        weights.append((query @ key.mT / math.sqrt(query.shape[-1])).softmax(dim=-1))
        return weights[-1] @ value

    for layer in layers:
        layer.attend = attend
    try:
        yield weights
    finally:
        for layer, before in zip(layers, original, strict=True):
            layer.attend = before
