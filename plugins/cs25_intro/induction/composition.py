"""When a skill that is composed of two comes, in the training of a network that only attends.

To know who sits beside someone, one has to know who was named behind them before. No layer of
attention can find that by itself: it looks for tokens, and the one that is wanted is not known. But
a first layer can write beside every name who was named before it, and a second one can look for
the name behind the present one. Such a head of the second layer is called an induction head.

Source: Olsson et al. 2022 (arXiv 2209.11895).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
import torch
from annotated_types import Interval
from jaxtyping import Float
from tqdm.auto import tqdm

from cs25 import Measure, Result, Table
from cs25.nn import Decoder, TransformerConfig
from cs25_intro.induction.development import Development, develop
from cs25_intro.induction.exam import Exam
from cs25_intro.induction.heads import without_head
from cs25_intro.induction.language import D_VOCAB, batches, grammar, speak
from cs25_intro.induction.network import attention_only
from cs25_intro.induction.transition import Transition, transition

__all__ = ["induction"]

Scores = Float[np.ndarray, "layer head"]

#: Length of a sentence, words and names.
N_CTX = 48

D_HEAD = 16

#: Sentences in a step of training, and in an exam.
BATCH, N_HELD_OUT = 64, 128

#: Learning rate.
LR = 0.01

#: A rise of less is not put a date to: nats; share of a head's attention.
LEAST, LEAST_MATCHING = 0.3, 0.1


def induction(
    *,
    steps: Annotated[int, Interval(ge=20, le=100_000)] = 1200,
    layers: Annotated[int, Interval(ge=2, le=4)] = 2,
    heads: Annotated[int, Interval(ge=2, le=8)] = 4,
    glances: Annotated[int, Interval(ge=4, le=9)] = 8,
    control: Literal["none", "one-layer"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Train a network that only attends, and watch when it learns what.

    Args:
        steps: optimiser steps.
        layers: of the network; one with a single layer is trained beside it, on the same sentences.
        heads: of each layer; each is 16 wide.
        glances: how often each sentence names four who sit side by side.
        control: "one-layer" studies the network with a single layer.
        seed: seeds the language, its sentences and the weights.
    """
    draw = torch.Generator().manual_seed(2 * seed)
    successors = grammar(draw)
    exam = Exam(speak(N_HELD_OUT, successors, n_ctx=N_CTX, glances=glances, draw=draw))
    config = TransformerConfig(
        d_vocab=D_VOCAB,
        d_model=heads * D_HEAD,
        n_layers=layers,
        n_heads=heads,
        n_ctx=N_CTX,
        positions="learned",
    )
    sizes = (1,) if control == "one-layer" else (layers, 1)
    trained = []
    with tqdm(total=steps * len(sizes), desc="learning to speak") as bar:
        for n_layers in sizes:
            model = attention_only(replace(config, n_layers=n_layers), seed=seed)
            # The same sentences for both, from a generator of their own: they are made ahead.
            new = torch.Generator().manual_seed(2 * seed + 1)
            sentences = batches(BATCH, successors, n_ctx=N_CTX, glances=glances, draw=new)
            development = develop(model, sentences, exam, n_steps=steps, lr=LR, progress=bar.update)
            trained.append((model, development))
    (model, studied), (_, one_layer) = trained[0], trained[-1]
    without = _scores_without(model, exam)
    measures = {
        "score": Measure(studied.score[-1], "nats"),
        "one_layer_score": Measure(one_layer.score.max(), "nats"),
        "previous": Measure(studied.previous[-1, 0].max(), "share"),
    }
    # Below 0 context does harm, as it may in a network with random weights: that is no skill yet.
    window = transition(studied.step, np.maximum(studied.score, 0), least=LEAST)
    if window is not None:
        measures |= _dates(studied, window)
        if len(without) > 1:
            measures |= _of_heads(studied, window, without)
    return Result(measures, tables=(_training(studied, one_layer), _heads(studied, without)))


def _dates(studied: Development, window: Transition) -> dict[str, Measure]:
    """Return when the skill came, and how that compares with losses; what did not fall has no date."""
    measures = {
        "start": Measure(window.start, "steps"),
        "end": Measure(window.end, "steps"),
        "rise_doublings": Measure(window.doublings, "doublings"),
    }
    for name, loss in (
        ("loss_doublings", studied.loss),
        ("word_doublings", studied.word_loss),
    ):
        fall = transition(studied.step, -loss, least=LEAST)
        if fall is not None:
            measures[name] = Measure(fall.doublings, "doublings")
    return measures


def _of_heads(studied: Development, window: Transition, without: Scores) -> dict[str, Measure]:
    """Return what the head does that looks for what followed, when it came, and what it is worth."""
    layer, head = _best_head(studied)
    kept = without / studied.score[-1]
    measures = {
        "matching": Measure(studied.matching[-1, layer, head], "share"),
        "kept_without_head": Measure(kept[layer, head], "share"),
        "kept_without_other": Measure(np.delete(kept[layer], head).mean(), "share"),
        "kept_without_first": Measure(kept[0].min(), "share"),
    }
    appeared = transition(studied.step, studied.matching[:, layer, head], least=LEAST_MATCHING)
    if appeared is not None:
        place = (appeared.middle - window.start) / (window.end - window.start)
        measures["head_step"] = Measure(appeared.middle, "steps")
        measures["head_place"] = Measure(place)
    return measures


def _best_head(studied: Development) -> tuple[int, int]:
    """Return layer and head, behind the first layer, whose prefix matching ends highest."""
    last = studied.matching[-1]
    behind = min(1, len(last) - 1)  # a network of one layer has no other
    layer, head = np.unravel_index(last[behind:].argmax(), last[behind:].shape)
    return int(layer) + behind, int(head)


def _scores_without(model: Decoder, exam: Exam) -> Scores:
    """Return the in-context score without each head in turn."""
    scores = np.empty((model.config.n_layers, model.config.n_heads))
    for layer, head in np.ndindex(scores.shape):
        with without_head(model, layer, head):
            scores[layer, head] = exam.score(model)
    return scores


def _training(studied: Development, one_layer: Development) -> Table:
    layer, head = _best_head(studied)
    first = studied.previous[-1, 0].argmax()
    columns = {
        "step": studied.step,
        "score": studied.score,
        "one_layer_score": one_layer.score,
        "loss": studied.loss,
        "word_loss": studied.word_loss,
        "matching": studied.matching[:, layer, head],
        "previous": studied.previous[:, 0, first],
    }
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return Table("training", tuple(columns), tuple(rows))


def _heads(studied: Development, without: Scores) -> Table:
    arrays = studied.previous[-1], studied.matching[-1], without
    rows = (
        (
            layer + 1,
            head + 1,
            *(float(array[layer, head]) for array in arrays),
        )
        for layer, head in np.ndindex(without.shape)
    )
    return Table("heads", ("layer", "head", "previous", "matching", "score_without"), tuple(rows))
