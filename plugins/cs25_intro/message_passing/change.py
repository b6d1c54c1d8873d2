"""How far a node's weights move when what the nodes hold changes, and how soft they are."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from cs25_intro.message_passing.graph import edges
from cs25_intro.message_passing.messages import weigh
from cs25_intro.message_passing.round import Round

__all__ = ["effective_senders", "mean_of_choosers", "total_variation", "weight_matrix"]

Graph = Bool[Tensor, "receiver sender"]
#: One row for each receiver; that of a node without senders is zero.
WeightMatrix = Float[Tensor, "receiver sender"]


def weight_matrix(
    layer: Round, nodes: Float[Tensor, "node d_model"], graph: Graph, *, sharpness: float = 1.0
) -> WeightMatrix:
    """Return the weight of every edge, in the loop's own numbers; zero where there is none.

    Args:
        layer: what asks and answers.
        nodes: what the nodes hold.
        graph: who hears whom.
        sharpness: a factor for all scores.
    """
    query, key, _ = layer.speak(nodes)
    matrix = nodes.new_zeros(graph.shape)
    matrix[graph] = weigh(sharpness * query, key, edges(graph))
    return matrix


def total_variation(first: WeightMatrix, second: WeightMatrix) -> Float[Tensor, " receiver"]:
    """Return which share of each receiver's weight has gone to other senders, 0 to 1.

    Half the sum of absolute differences. If scores are independent and standard normal, as those
    of standard normal queries and keys nearly are, its mean tends to erf(1/2) = 0.52 as senders
    become many: the Gini coefficient of exp(score).

    >>> total_variation(torch.tensor([[0.5, 0.5]]), torch.tensor([[0.125, 0.875]]))
    tensor([0.3750])
    """
    return (first - second).abs().sum(dim=-1) / 2


def effective_senders(weights: WeightMatrix) -> Float[Tensor, " receiver"]:
    """Return exp(entropy) of each receiver's weights: n if n are equal, 1 if one has it all.

    >>> effective_senders(torch.tensor([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]))
    tensor([2., 1.])
    """
    entropy: Tensor = torch.special.entr(weights).sum(dim=-1)
    return entropy.exp()


def mean_of_choosers(values: Float[Tensor, " receiver"], graph: Graph) -> float | None:
    """Return the mean over nodes with two senders or more; None where there is no such node.

    A node with one sender has nothing to choose: its only weight is 1, whatever anyone holds.
    """
    choosers = graph.sum(dim=-1) >= 2
    return float(values[choosers].mean()) if choosers.any() else None
