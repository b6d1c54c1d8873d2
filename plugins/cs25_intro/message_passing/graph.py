"""Random directed graphs: who sends to whom."""

from __future__ import annotations

import torch
from jaxtyping import Bool
from torch import Tensor

__all__ = ["Edge", "edges", "random_graphs"]

#: (sender, receiver)
Edge = tuple[int, int]


def random_graphs(
    n_graphs: int, *, n_nodes: int, mean_degree: float, draw: torch.Generator
) -> Bool[Tensor, "graph receiver sender"]:
    """Join every ordered pair of distinct nodes with the same probability.

    Some nodes may have no sender. None sends to itself: what a node holds, it has anyway.

    Args:
        n_graphs: how many to draw.
        n_nodes: nodes of each, at least 2.
        mean_degree: senders of a node on average, at most ``n_nodes - 1``.
        draw: draws the edges.

    Returns:
        True where the receiver hears the sender: the mask that attention takes.
    """
    chance = torch.rand(n_graphs, n_nodes, n_nodes, generator=draw)
    return (chance < mean_degree / (n_nodes - 1)) & ~torch.eye(n_nodes, dtype=torch.bool)


def edges(hears: Bool[Tensor, "receiver sender"]) -> list[Edge]:
    """List the edges of one graph.

    >>> edges(torch.tensor([[False, False, True], [False, False, False], [True, True, False]]))
    [(2, 0), (0, 2), (1, 2)]
    """
    return [(sender, receiver) for receiver, sender in hears.nonzero().tolist()]
