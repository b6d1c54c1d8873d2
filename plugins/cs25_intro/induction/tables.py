"""The tables of `induction`: the training, exam by exam, and the heads at its end."""

from __future__ import annotations

import numpy as np

from cs25 import Table
from cs25_intro.induction.development import Development
from cs25_intro.induction.measures import Scores, best_head

__all__ = ["tables"]


def tables(
    studied: Development, one_layer: Development, without: Scores
) -> tuple[Table, Table, Table]:
    """Return what was examined; the arguments are those of `measures`."""
    return _training(studied, one_layer), _matching(studied), _heads(studied, without)


def _training(studied: Development, one_layer: Development) -> Table:
    layer, head = best_head(studied)
    first = studied.previous_token[-1, 0].argmax()
    columns = {
        "step": studied.step,
        "in_context_score": studied.in_context_score,
        "one_layer_score": one_layer.in_context_score,
        "loss": studied.loss,
        "word_loss": studied.word_loss,
        "prefix_matching": studied.prefix_matching[:, layer, head],
        "previous_token": studied.previous_token[:, 0, first],
    }
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return Table("training", tuple(columns), tuple(rows))


def _matching(studied: Development) -> Table:
    """Prefix matching of every head, named by layer and head, at every exam."""
    n_layers, n_heads = studied.prefix_matching.shape[1:]
    heads = (f"{layer + 1}.{head + 1}" for layer, head in np.ndindex(n_layers, n_heads))
    rows = (
        (step, *matching.ravel().round(4).tolist())
        for step, matching in zip(studied.step.tolist(), studied.prefix_matching, strict=True)
    )
    return Table("matching", ("step", *heads), tuple(rows))


def _heads(studied: Development, without: Scores) -> Table:
    arrays = studied.previous_token[-1], studied.prefix_matching[-1], without
    rows = (
        (
            layer + 1,
            head + 1,
            *(float(array[layer, head]) for array in arrays),
        )
        for layer, head in np.ndindex(without.shape)
    )
    columns = ("layer", "head", "previous_token", "prefix_matching", "score_without")
    return Table("heads", columns, tuple(rows))
