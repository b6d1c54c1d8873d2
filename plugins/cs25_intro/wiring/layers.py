"""The attentions of a stack of blocks, one for each layer."""

from __future__ import annotations

from typing import Literal, cast

from cs25.nn import Attention, Decoder, Encoder

__all__ = ["attentions"]


def attentions(stack: Encoder | Decoder, kind: Literal["attention", "cross"]) -> list[Attention]:
    """Return the attentions of all layers: to the sequence itself, or to the memory."""
    return [cast("Attention", getattr(block, kind)) for block in stack.blocks]
