"""Attention told as messages: one loop over the edges of a directed graph for each thing done.

A node's query is what it looks for, its key what it has, its value what it says. Along every edge
the receiver's query meets the sender's key; a softmax over the edges into a node makes weights of
these scores; each sender's value arrives with its weight.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from cs25_intro.message_passing.graph import Edge

__all__ = ["gather", "weigh"]

Vectors = Float[Tensor, "node d_head"]
Weights = Float[Tensor, " edge"]


def weigh(query: Vectors, key: Vectors, edges: Sequence[Edge]) -> Weights:
    """Return the weight of every edge: a softmax over the edges into each node.

    Args:
        query: what each node looks for.
        key: what each node has.
        edges: (sender, receiver), each once.
    """
    n_nodes, d_head = query.shape
    score = query.new_empty(len(edges))
    highest = query.new_full((n_nodes,), -torch.inf)
    for edge, (sender, receiver) in enumerate(edges):
        score[edge] = query[receiver] @ key[sender] / math.sqrt(d_head)
        highest[receiver] = torch.maximum(highest[receiver], score[edge])

    weight = torch.empty_like(score)
    total = query.new_zeros(n_nodes)
    for edge, (_, receiver) in enumerate(edges):
        # The highest score of each node is taken off first: exp of a large one would overflow.
        weight[edge] = torch.exp(score[edge] - highest[receiver])
        total[receiver] += weight[edge]

    for edge, (_, receiver) in enumerate(edges):
        weight[edge] /= total[receiver]
    return weight


def gather(weight: Weights, value: Vectors, edges: Sequence[Edge]) -> Vectors:
    """Return what each node receives: the values of its senders, each by the weight of its edge.

    A node without senders receives nothing, which is the zero vector: a sum over no edges. The
    softmax over no edges, 0 / 0, is never formed. torch's attention, too, returns zeros there;
    it once returned NaN (pytorch/pytorch#103963).

    Args:
        weight: of every edge.
        value: what each node says.
        edges: (sender, receiver), in the order of the weights.
    """
    received = torch.zeros_like(value)
    for edge, (sender, receiver) in enumerate(edges):
        received[receiver] += weight[edge] * value[sender]
    return received
