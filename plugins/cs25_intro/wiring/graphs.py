"""The graphs that the lecture draws: who hears whom in an encoder-decoder.

Everywhere a row is what hears, and a column what is heard.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool
from torch import Tensor

__all__ = ["Graph", "everyone", "head_names", "in_series", "the_past", "wrong_edges"]

Graph = Bool[Tensor, "hears heard"]


def everyone(n_hears: int, n_heard: int) -> Graph:
    """Return the graph of an encoder, and of cross-attention: every edge."""
    return torch.ones(n_hears, n_heard, dtype=torch.bool)


def the_past(n: int) -> Graph:
    """Return the graph of a decoder: each position hears itself and what stands before it."""
    return everyone(n, n).tril()


def in_series(n_layers: int, n_heads: int) -> Graph:
    """Return the graph of all heads: none hears those beside it, each hears those before it.

    To hear a head is to gather something else when its queries, keys or values are others. So each
    hears itself.

    Args:
        n_layers: of the encoder, and of the decoder.
        n_heads: of each attention.

    The order is that of `head_names`. A decoder layer's cross-attention comes after its
    self-attention, and is where the decoder first hears the encoder.
    """
    n_stages = 3 * n_layers
    before = torch.ones(n_stages, n_stages, dtype=torch.bool).tril(-1)
    before[n_layers, :n_layers] = False  # the decoder's first self-attention
    graph = before.repeat_interleave(n_heads, 0).repeat_interleave(n_heads, 1)
    return graph | torch.eye(len(graph), dtype=torch.bool)


def head_names(n_layers: int, n_heads: int) -> list[str]:
    """Name all heads, the encoder's first, then the decoder's; layers and heads count from 1.

    >>> head_names(1, 2)
    ['encoder 1.1', 'encoder 1.2', 'self 1.1', 'self 1.2', 'cross 1.1', 'cross 1.2']
    """
    layers, heads = range(1, n_layers + 1), range(1, n_heads + 1)
    stages = [f"encoder {layer}" for layer in layers]
    stages += [f"{kind} {layer}" for layer in layers for kind in ("self", "cross")]
    return [f"{stage}.{head}" for stage in stages for head in heads]


def wrong_edges(found: Graph, expected: Graph) -> int:
    """Count edges that are there and should not be, or should and are not."""
    return int((found != expected).sum())
