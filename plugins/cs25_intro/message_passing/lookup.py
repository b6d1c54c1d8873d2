"""A task of looking up: every node asks one of its senders, by name, for the bit it holds.

A node holds its own name, the name it asks for, and a bit. Which sender is meant depends on what
the nodes hold, so a round of messages solves the task only if its weights do, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from cs25.nn import IGNORE
from cs25_intro.message_passing.graph import random_graphs
from cs25_intro.message_passing.round import Round

__all__ = ["Hears", "LookUp", "Questions", "ask", "batches", "ceiling"]

#: Who hears whom, on several graphs.
Hears = Bool[Tensor, "graph receiver sender"]


class Questions(NamedTuple):
    """What the nodes of some graphs hold, and what they should answer.

    Args:
        held: each node's name, the name it asks for, and its bit.
        hears: who hears whom.
        answer: the bit of the sender that is asked; `IGNORE` where a node has no sender.
    """

    held: Int[Tensor, "graph node 3"]
    hears: Hears
    answer: Int[Tensor, "graph node"]


def ask(hears: Hears, *, draw: torch.Generator) -> Questions:
    """Draw names without repetition, bits, and for each node one of its senders to ask.

    Args:
        hears: True where the first node hears the second.
        draw: draws them.
    """
    n_graphs, n_nodes, _ = hears.shape
    name = torch.rand(n_graphs, n_nodes, generator=draw).argsort(dim=-1)
    bit = torch.randint(2, (n_graphs, n_nodes), generator=draw)
    asked = (torch.rand(hears.shape, generator=draw) * hears).argmax(dim=-1)
    answer = bit.gather(1, asked).masked_fill(~hears.any(dim=-1), IGNORE)
    return Questions(torch.stack((name, name.gather(1, asked), bit), dim=-1), hears, answer)


def batches(
    n_graphs: int, *, n_nodes: int, mean_degree: float, draw: torch.Generator
) -> Iterator[Questions]:
    """Draw new questions on new graphs for ever."""
    while True:
        hears = random_graphs(n_graphs, n_nodes=n_nodes, mean_degree=mean_degree, draw=draw)
        yield ask(hears, draw=draw)


def ceiling(degree: int) -> float:
    """Return the best share of right answers that the average of the senders allows.

    The average of W x over the senders is W times the average of x: it tells which names are
    there, and how many bits are 1, but not which bit goes with which name. So the bit asked for is
    1 with the share k / n of ones among n bits, and no one can do better than to answer with the
    majority: E[max(k, n - k)] / n = 1/2 + C(n - 1, floor((n - 1) / 2)) / 2^n.

    Args:
        degree: senders of the node, n, at least 1.

    >>> [ceiling(n) for n in (1, 2, 3, 4)]
    [1.0, 0.75, 0.75, 0.6875]
    """
    return 0.5 + math.comb(degree - 1, (degree - 1) // 2) * 0.5**degree


class LookUp(nn.Module):
    """One round of message passing between vectors for what is held and logits for the bit.

    Args:
        n_nodes: how many names there are.
        d_model: width of a node's vector.
        average: the round weighs all senders alike.
    """

    def __init__(self, n_nodes: int, d_model: int, *, average: bool) -> None:
        super().__init__()
        self.embeddings = nn.ModuleList(nn.Embedding(n, d_model) for n in (n_nodes, n_nodes, 2))
        self.round = Round(d_model, average=average)
        self.read = nn.Linear(d_model, 2)

    def forward(
        self, held: Int[Tensor, "graph node 3"], hears: Hears
    ) -> Float[Tensor, "graph node 2"]:
        """Return logits of the bit that each node asked for."""
        return self.read(self.round(self.embed(held), hears))  # type: ignore[no-any-return]

    def embed(self, held: Int[Tensor, "*graph 3"]) -> Float[Tensor, "*graph d_model"]:
        """Return what a node holds as one vector, with a variance of about 1."""
        parts = [
            table(column) for table, column in zip(self.embeddings, held.unbind(-1), strict=True)
        ]
        return torch.stack(parts).sum(dim=0) / math.sqrt(len(parts))
