"""How far new data move the weights of attention, and what that is good for.

First with random parameters, where no task has asked for it. Then a round learns to look things
up, which it can only if its weights follow what the nodes hold.

Source: the lecture's own picture of attention, message passing on a directed graph.
"""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from annotated_types import Interval
from tqdm.auto import tqdm

from cs25 import Measure, Result, Table, seeded
from cs25.nn import IGNORE, train
from cs25_intro.message_passing.change import mean_of_choosers, total_variation, weight_matrix
from cs25_intro.message_passing.graph import random_graphs
from cs25_intro.message_passing.lookup import Hears, LookUp, ask, batches, ceiling
from cs25_intro.message_passing.round import Round
from cs25_intro.message_passing.skill import skill_score
from cs25_intro.message_passing.untrained import arrows, over_graphs, untrained

__all__ = ["message_passing"]

#: Graphs in a step of training.
BATCH = 32

#: Peak learning rate. With 0.003, 0.01 and 0.03 alike, on seed 0, the task is learned.
LR = 0.01

#: Graphs on which questions are asked after training.
N_ASKED = 1000


def message_passing(
    *,
    nodes: Annotated[int, Interval(ge=6, le=64)] = 16,
    mean_degree: Annotated[float, Interval(ge=2.0, le=5.0)] = 4.0,
    d_model: Annotated[int, Interval(ge=8, le=256)] = 32,
    graphs: Annotated[int, Interval(ge=5, le=500)] = 40,
    steps: Annotated[int, Interval(ge=10, le=100_000)] = 400,
    control: Literal["none", "average"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Send messages along the edges of random graphs, and learn to ask one sender among several.

    Args:
        nodes: nodes of each graph.
        mean_degree: senders of a node, on average.
        d_model: width of a node's vector, and of its query, key and value.
        graphs: graphs on which the weights are measured, each with parameters of its own.
        steps: optimiser steps of the round that learns to look things up.
        control: "average" lets nobody ask: all senders of a node have the same weight, always.
        seed: seeds graphs, vectors, parameters and questions.
    """
    average = control == "average"
    draw = torch.Generator().manual_seed(2 * seed)
    hears = random_graphs(graphs, n_nodes=nodes, mean_degree=mean_degree, draw=draw)
    with seeded(seed):
        drawn, *rounds = (Round(d_model, average=average) for _ in range(graphs + 1))
        model = LookUp(nodes, d_model, average=average)
    measures = untrained(rounds, hears, draw=draw)
    shown = arrows(drawn, draw=draw)

    # A generator of its own: batches may be made ahead, in another thread.
    new = torch.Generator().manual_seed(2 * seed + 1)
    questions = batches(BATCH, n_nodes=nodes, mean_degree=mean_degree, draw=new)
    with tqdm(total=steps, desc="learning to look up") as bar:
        train(model, questions, n_steps=steps, lr=LR, weight_decay=0.0, progress=bar.update)

    measures["learned_change"] = over_graphs(_learned_changes(model, hears, draw=draw))
    asked = random_graphs(N_ASKED, n_nodes=nodes, mean_degree=mean_degree, draw=draw)
    looked_up, degrees = _look_up(model, asked, draw=draw)
    return Result(measures | looked_up, tables=(shown, degrees))


@torch.no_grad()
def _learned_changes(model: LookUp, hears: Hears, *, draw: torch.Generator) -> list[float | None]:
    """Return how far the learned weights move between two sets of questions on each graph."""
    inputs = [model.embed(ask(hears, draw=draw).held) for _ in range(2)]
    changes = []
    for *nodes, graph in zip(*inputs, hears, strict=True):
        first, second = (weight_matrix(model.round, held, graph) for held in nodes)
        changes.append(mean_of_choosers(total_variation(first, second), graph))
    return changes


@torch.no_grad()
def _look_up(
    model: LookUp, hears: Hears, *, draw: torch.Generator
) -> tuple[dict[str, Measure], Table]:
    """Ask the trained model, beside the best that an average of the senders allows."""
    questions = ask(hears, draw=draw)
    right = (model(questions.held, hears).argmax(dim=-1) == questions.answer).double()
    senders, answered = hears.sum(dim=-1), questions.answer != IGNORE
    counts = sorted(set(senders[answered].tolist()))
    best = torch.zeros_like(right)
    for n in counts:
        best[senders == n] = ceiling(n)
    measures = {
        "looked_up": Measure(float(right[answered].mean()), "share"),
        "ceiling": Measure(float(best[answered].mean()), "share"),
        "lookup_skill": skill_score(right, best, answered),
    }
    rows = tuple(
        (n, int((senders == n).sum()), float(right[senders == n].mean()), ceiling(n))
        for n in counts
    )
    return measures, Table("senders", ("senders", "questions", "right", "ceiling"), rows)
