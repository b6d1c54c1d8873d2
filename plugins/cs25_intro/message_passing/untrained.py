"""What rounds of random parameters do with the edges of random graphs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import torch
from tqdm.auto import tqdm

from cs25 import Measure, Table
from cs25_intro.message_passing.change import (
    effective_senders,
    mean_of_choosers,
    total_variation,
    weight_matrix,
)
from cs25_intro.message_passing.graph import edges, random_graphs
from cs25_intro.message_passing.lookup import Hears
from cs25_intro.message_passing.messages import gather, weigh
from cs25_intro.message_passing.round import Round

__all__ = ["DRAWN_NODES", "arrows", "over_graphs", "untrained"]

#: Nodes of the graph that is drawn, and the mean number of their senders; more are a tangle.
DRAWN_NODES, DRAWN_DEGREE = 8, 2.0


@torch.no_grad()
def untrained(
    rounds: Sequence[Round], hears: Hears, *, draw: torch.Generator
) -> dict[str, Measure]:
    """Measure each round on two inputs of its own graph.

    Args:
        rounds: one for each graph.
        hears: the graphs.
        draw: draws what the nodes hold: standard normal vectors.
    """
    shares: dict[str, list[float | None]] = defaultdict(list)
    gaps = []
    for layer, graph in zip(tqdm(rounds, "untrained"), hears, strict=True):
        first, second = torch.randn(2, len(graph), layer.d_model, generator=draw)
        weights, moved = (weight_matrix(layer, nodes, graph) for nodes in (first, second))
        sharp = weight_matrix(layer, first, graph, sharpness=math.sqrt(layer.d_model))
        n_senders = graph.sum(dim=-1)
        for name, values in (
            ("weight_change", total_variation(weights, moved)),
            ("heard_share", effective_senders(weights) / n_senders),
            ("heard_share_unscaled", effective_senders(sharp) / n_senders),
        ):
            shares[name].append(mean_of_choosers(values, graph))
        gaps.append(_gap_to_torch(layer, first, graph))
    return {
        **{name: over_graphs(values) for name, values in shares.items()},
        "isolated": Measure(float((~hears.any(dim=-1)).double().mean()), "share of nodes"),
        "torch_gap": Measure(round(max(gaps), 5)),
    }


def _gap_to_torch(layer: Round, nodes: torch.Tensor, graph: torch.Tensor) -> float:
    query, key, value = layer.speak(nodes)
    links = edges(graph)
    received = gather(weigh(query, key, links), value, links)
    return float((received - layer.communicate(nodes, graph)).abs().max())


@torch.no_grad()
def arrows(layer: Round, *, draw: torch.Generator) -> Table:
    """Return a small graph's edges with their weights for two inputs and for a plain average."""
    (graph,) = random_graphs(1, n_nodes=DRAWN_NODES, mean_degree=DRAWN_DEGREE, draw=draw)
    inputs = torch.randn(2, DRAWN_NODES, layer.d_model, generator=draw)
    first, second = (weight_matrix(layer, nodes, graph) for nodes in inputs)
    rows = tuple(
        (sender, receiver, float(first[receiver, sender]), float(second[receiver, sender]),
         1 / int(graph[receiver].sum()))
        for sender, receiver in edges(graph)
    )  # fmt: skip
    return Table("arrows", ("sender", "receiver", "first", "second", "average"), rows)


def over_graphs(values: Sequence[float | None]) -> Measure:
    """Return the mean of shares over graphs, with Student's 95 % interval.

    Args:
        values: one for each graph, at least two of them; None for a graph with nothing to measure.
    """
    return Measure.mean_of((value for value in values if value is not None), "share")
