"""What a head looks at, and what is lost without it.

Source: Olsson et al. 2022 (arXiv 2209.11895) for prefix matching and knock-outs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from cs25.nn import Attention, Decoder
from cs25_intro.induction.network import layers

__all__ = ["Places", "Weights", "ablate_head", "followers", "share_on", "watch"]

#: Of one layer.
Weights = Float[Tensor, "sentence head query key"]

#: True where a query is asked about, and its key is looked for.
Places = Bool[Tensor, "sentence query key"]


@torch.inference_mode()
def watch(
    model: Decoder, tokens: Int[Tensor, "sentence pos"]
) -> tuple[Float[Tensor, "sentence pos d_vocab"], list[Weights]]:
    """Run a network; return its logits, and the weights of every head, layer by layer."""
    found: list[Weights] = []
    with ExitStack() as undo:
        for block in layers(model):
            _record(block.attention, found, undo)
        return model(tokens), found


def followers(tokens: Int[Tensor, "sentence pos"]) -> Places:
    """Return where the key stands right behind an earlier occurrence of the query's token."""
    same = tokens[:, :, None] == tokens[:, None, :]
    behind = torch.zeros_like(same)
    behind[:, :, 1:] = same[:, :, :-1]
    return behind.tril()  # at the query itself: right behind the same token


def share_on(weights: Weights, places: Places) -> Float[Tensor, " head"]:
    """Return how much of its attention each head spends on some keys.

    Args:
        weights: of one layer.
        places: the keys; queries without any are left out.
    """
    on = (weights * places[:, None]).sum(dim=-1)
    asked = places.any(dim=-1)
    return on.transpose(0, 1)[:, asked].mean(dim=1)


@contextmanager
def ablate_head(model: Decoder, layer: int, head: int) -> Iterator[Decoder]:
    """Let a head say the same everywhere inside the block: its average over all it is shown.

    Args:
        model: it is as it was after the block.
        layer: of the head, from 0.
        head: from 0.
    """
    attention = layers(model)[layer].attention
    part = slice(head * attention.d_head, (head + 1) * attention.d_head)

    def silence(_module: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor]:
        gathered = inputs[0].clone()  # the heads' vectors side by side
        gathered[..., part] = gathered[..., part].mean(dim=(0, 1))
        return (gathered,)

    handle = attention.out.register_forward_pre_hook(silence)
    try:
        yield model
    finally:
        handle.remove()


def _record(attention: Attention, found: list[Weights], undo: ExitStack) -> None:
    attend = attention.attend
    undo.callback(setattr, attention, "attend", attend)

    def recorded(
        query: Tensor, key: Tensor, value: Tensor, *, n_heads: int, **options: Any
    ) -> Tensor:
        later = torch.ones(query.shape[1], key.shape[1], dtype=torch.bool).triu(1)
        scores = (query @ key.mT) / math.sqrt(query.shape[-1])
        weights = scores.masked_fill(later, -torch.inf).softmax(dim=-1)
        found.append(torch.unflatten(weights, 0, (-1, n_heads)))
        return attend(query, key, value, n_heads=n_heads, **options)

    attention.attend = recorded
