"""One round of message passing: a communication phase, then a compute phase.

It is a transformer's layer with one head, without norms: attention where nodes talk to each other,
then an MLP where each is alone with what it heard.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from jaxtyping import Bool, Float
from torch import Tensor, nn

__all__ = ["Round"]

Nodes = Float[Tensor, "*graph node d_model"]
Hears = Bool[Tensor, "*graph node node"]


class Round(nn.Module):
    """Every node hears its senders, then computes.

    Args:
        d_model: width of a node's vector, and of its query, key and value.
        average: nobody asks for anything: all queries are zero, so all scores are equal, and each
            of a node's n senders has the weight 1 / n, whatever it holds.

    Weights are drawn from torch's global generator. Those of queries, keys and values keep the
    variance of what they are given.
    """

    def __init__(self, d_model: int, *, average: bool = False) -> None:
        super().__init__()
        self.d_model, self.average = d_model, average
        self.query = nn.Linear(d_model, d_model, bias=False)
        self.key = nn.Linear(d_model, d_model, bias=False)
        self.value = nn.Linear(d_model, d_model, bias=False)
        self.compute = nn.Sequential(
            nn.Linear(d_model, 4 * d_model), nn.GELU(), nn.Linear(4 * d_model, d_model)
        )
        for projection in (self.query, self.key, self.value):
            nn.init.normal_(projection.weight, std=1 / math.sqrt(d_model))

    def forward(self, nodes: Nodes, hears: Hears) -> Nodes:
        """Return the vectors of all nodes after one round."""
        nodes = nodes + self.communicate(nodes, hears)
        return nodes + self.compute(nodes)  # type: ignore[no-any-return]

    def communicate(self, nodes: Nodes, hears: Hears) -> Nodes:
        """Return what each node receives; zero where nobody sends.

        The same as `weigh` and `gather`, for many graphs at once and fast enough to train.
        """
        query, key, value = self.speak(nodes)
        return F.scaled_dot_product_attention(query, key, value, attn_mask=hears)

    def speak(self, nodes: Nodes) -> tuple[Nodes, Nodes, Nodes]:
        """Return each node's query, key and value."""
        query = self.query(nodes)
        if self.average:
            query = torch.zeros_like(query)
        return query, self.key(nodes), self.value(nodes)
