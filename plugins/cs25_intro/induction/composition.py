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
from tqdm.auto import tqdm

from cs25 import Result
from cs25.nn import Decoder, TransformerConfig
from cs25_intro.induction.development import develop
from cs25_intro.induction.exam import Exam
from cs25_intro.induction.heads import ablate_head
from cs25_intro.induction.language import D_VOCAB, batches, grammar, speak
from cs25_intro.induction.measures import Scores, measures
from cs25_intro.induction.network import attention_only
from cs25_intro.induction.tables import tables

__all__ = ["induction"]

#: Length of a sentence, words and names.
N_CTX = 48

D_HEAD = 16

#: Sentences in a step of training, and in an exam.
BATCH, N_HELD_OUT = 64, 128

#: Learning rate.
LR = 0.01


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
    return Result(measures(studied, one_layer, without), tables=tables(studied, one_layer, without))


def _scores_without(model: Decoder, exam: Exam) -> Scores:
    """Return the in-context score without each head in turn."""
    scores = np.empty((model.config.n_layers, model.config.n_heads))
    for layer, head in np.ndindex(scores.shape):
        with ablate_head(model, layer, head):
            scores[layer, head] = exam.in_context_score(model)
    return scores
