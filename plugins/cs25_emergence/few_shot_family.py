"""A family of decoders of two depths and growing size that learn tables from their prompts.

To find which label stood beside an input, one layer has to note at each label what stood before
it, and the next to look for that note: an induction head, which needs two layers. So each model of
two layers has a twin of one layer with at least as many parameters and as many attention heads.

Source: Olsson et al. 2022 (arXiv 2209.11895); Sanford et al. 2024 (arXiv 2408.14332), who prove
that one layer can do it only if it is exponentially larger.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from jaxtyping import Int
from torch import Tensor

from cs25.nn import (
    Decoder,
    Job,
    TransformerConfig,
    n_params,
    n_params_non_embedding,
    run_fleet,
    train,
)
from cs25_emergence.tables import ask, batches, d_vocab, split_tables

__all__ = ["DEPTHS", "WIDTHS", "WIDTH_OF_LUCK", "shallow_twin", "train_family", "train_one"]

#: d_model of the models of two layers, from 170 to 26,000 parameters, closest together where they
#: begin to learn.
WIDTHS = (2, 4, 8, 12, 16, 32)

DEPTHS = (2, 1)

#: Below this width luck decides whether a model learns, so there are several of each.
WIDTH_OF_LUCK = 24

#: Inputs asked for in each prompt of the training.
QUERIES = 8

# Peak learning rate at width 1. Of 0.01, 0.02, 0.03, 0.05 and 0.1, on seeds 0 and 1, the two
# largest left wide models at chance.
_LR = 0.02


def train_family(
    *,
    widths: Sequence[int],
    n_labels: int,
    steps: int,
    batch: int,
    questions: int,
    replicas: int,
    shuffled: bool,
    seed: int,
) -> dict[int, dict[str, np.ndarray]]:
    """Train models of each width and depth, and ask each size the same questions.

    Args:
        widths: d_model of the models of two layers; those of one layer are their twins.
        n_labels: labels, and inputs.
        steps: optimiser steps for each model.
        batch: prompts in a step.
        questions: about tables that no training shows, and as many about those that it does.
        replicas: models of each width below `WIDTH_OF_LUCK`, each of which answers its share of
            the questions; their twins, too.
        shuffled: train on answers to other prompts.
        seed: seeds tables, questions, data and weights.

    Returns:
        For each depth: ``n_params`` (width,); ``right`` (width, question): about held-out tables;
        ``taught_right`` (width, question): about taught ones; ``loss`` (width,): on held-out
        tables, in nats.
    """
    tables = split_tables(n_labels, seed=seed)
    draw = torch.Generator().manual_seed(2 * seed + 1)  # the training data have even seeds
    taught, held_out = (
        torch.cat(ask(side, prompts=questions, examples=n_labels, queries=1, draw=draw), dim=1)
        for side in tables
    )
    shared = {"n_labels": n_labels, "table_seed": seed, "steps": steps, "batch": batch,
              "shuffled": shuffled}  # fmt: skip
    shares = {
        width: _split(taught, held_out, models=replicas if width < WIDTH_OF_LUCK else 1)
        for width in widths
    }
    plans = [
        (depth, width, *share) for depth in DEPTHS for width in widths for share in shares[width]
    ]
    jobs = [_job(*plan, {**shared, "seed": 1000 * seed + i}) for i, plan in enumerate(plans)]
    models = iter(run_fleet(jobs, desc="training on tables"))
    return {
        depth: _stacked([[next(models) for _ in shares[width]] for width in widths])
        for depth in DEPTHS
    }


def _split(taught: Tensor, held_out: Tensor, *, models: int) -> list[tuple[Tensor, Tensor]]:
    """Give each of several models its share of the questions."""
    sides = (torch.tensor_split(side, models) for side in (taught, held_out))
    return list(zip(*sides, strict=True))


def _job(depth: int, width: int, taught: Tensor, held_out: Tensor, settings: dict[str, int]) -> Job:
    d_model = width if depth == 2 else shallow_twin(width, settings["n_labels"])
    config = _config(d_model, depth, settings["n_labels"])
    return Job(
        "cs25_emergence.few_shot_family:train_one",
        {"d_model": d_model, "depth": depth, "taught": taught, "held_out": held_out, **settings},
        n_steps=settings["steps"],
        # In parameters: a block's overhead costs as much as the products of about 20,000.
        cost_per_step=2e4 * (1 + depth) + n_params_non_embedding(config),
    )


def _stacked(by_width: list[list[dict[str, np.ndarray]]]) -> dict[str, np.ndarray]:
    return {
        "n_params": np.array([models[0]["n_params"] for models in by_width]),
        "right": np.stack([np.concatenate([m["right"] for m in models]) for models in by_width]),
        "taught_right": np.stack(
            [np.concatenate([m["taught_right"] for m in models]) for models in by_width]
        ),
        "loss": np.array([np.mean([m["loss"] for m in models]) for models in by_width]),
    }


def train_one(
    *,
    d_model: int,
    depth: int,
    n_labels: int,
    taught: Int[Tensor, "question pos"],
    held_out: Int[Tensor, "question pos"],
    table_seed: int,
    steps: int,
    batch: int,
    shuffled: bool,
    seed: int,
    progress: Callable[[int], None],
) -> dict[str, np.ndarray]:
    """Train one member and return its size and which questions it has right."""
    model = Decoder(_config(d_model, depth, n_labels), seed=seed)
    tables, _ = split_tables(n_labels, seed=table_seed)
    train(
        model,
        batches(tables, batch=batch, queries=QUERIES, seed=2 * seed, shuffled=shuffled),
        n_steps=steps,
        lr=_LR / math.sqrt(d_model),
        progress=progress,
    )
    right, loss = _answers(model, held_out)
    taught_right, _ = _answers(model, taught)
    return {
        "n_params": np.array(n_params(model)),
        "right": right.numpy(),
        "taught_right": taught_right.numpy(),
        "loss": loss.numpy(),
    }


@torch.inference_mode()
def _answers(model: Decoder, questions: Int[Tensor, "question pos"]) -> tuple[Tensor, Tensor]:
    """Return which questions are answered right, and the mean loss in nats."""
    # A few at a time: all at once would need hundreds of MiB, and only the last place is read.
    logits = torch.cat([model(some[:, :-1])[:, -1] for some in torch.split(questions, 500)])
    answer = questions[:, -1]
    return logits.argmax(dim=-1) == answer, F.cross_entropy(logits, answer)


def shallow_twin(width: int, n_labels: int) -> int:
    """Return the least width at which one layer has as many parameters as two of ``width``.

    A multiple of 4: two heads, whose vectors the rotary positions turn in pairs.

    >>> shallow_twin(8, 8)
    12
    """
    wanted = _size(_config(width, 2, n_labels))
    twin = 4
    while _size(_config(twin, 1, n_labels)) < wanted:
        twin += 4
    return twin


def _size(config: TransformerConfig) -> int:
    return n_params_non_embedding(config) + 2 * config.d_vocab * config.d_model


def _config(d_model: int, depth: int, n_labels: int) -> TransformerConfig:
    return TransformerConfig(
        d_vocab=d_vocab(n_labels),
        d_model=d_model,
        n_layers=depth,
        n_heads=2 // depth,  # two in all
        n_ctx=2 * n_labels + QUERIES,
        positions="rotary",
    )
