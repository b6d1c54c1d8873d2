"""The control: an encoder-decoder in which every graph is another."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from cs25.nn import Attention, EncoderDecoder
from cs25_intro.wiring.layers import attentions

__all__ = ["let_heads_talk", "miswire"]


def miswire(model: EncoderDecoder) -> None:
    """Make the encoder hear the past only, the decoder everything, and nobody the memory.

    Every head, in all three, also hears one beside it.
    """
    encoder = attentions(model.encoder, "attention")
    own, cross = (attentions(model.decoder, kind) for kind in ("attention", "cross"))
    for attention in encoder:
        attention.causal = True
    for attention in own:
        attention.causal = False
    for attention in cross:
        nn.init.zeros_(attention.out.weight)
    for attention in (*encoder, *own, *cross):
        let_heads_talk(attention)


def let_heads_talk(attention: Attention) -> None:
    """Add to what each head gathers what the head before it in the same layer has gathered."""
    attend = attention.attend

    def talk(
        query: Tensor, key: Tensor, value: Tensor, *, n_heads: int, causal: bool, mask: Any = None
    ) -> Tensor:
        gathered = attend(query, key, value, n_heads=n_heads, causal=causal, mask=mask)
        by_sequence = torch.unflatten(gathered, 0, (-1, n_heads))
        return (by_sequence + by_sequence.roll(1, dims=1)).flatten(0, 1)

    attention.attend = talk
