"""A family of decoders of growing size that learn running sums, and what each of them answers.

The demos `chain-of-thought` and `mirage` look at the same stored outputs; the family is trained
once for both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from cs25 import cached
from cs25.nn import (
    Decoder,
    Job,
    TransformerConfig,
    generate,
    n_params,
    n_params_non_embedding,
    run_fleet,
    train,
)
from cs25_emergence.running_sum import (
    BASE,
    D_VOCAB,
    FORMATS,
    batches,
    completion,
    prompt,
    sequence_loss,
)

__all__ = ["WIDTHS", "answers", "family", "train_one"]

#: d_model from 520 to 310,000 parameters, closest together where the steps are learned.
WIDTHS = (4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 32, 112)

# Peak learning rate at width 1; narrow models bear larger steps. Of 0.012, 0.025 and 0.05 this
# gave the best log-probabilities without a diverging model.
_LR = 0.025


@cached
def family(
    *,
    widths: Sequence[int],
    n_terms: int,
    steps: int,
    batch: int,
    questions: int,
    shuffled: bool,
    seed: int,
) -> dict[str, np.ndarray]:
    """Train one model for each width and ask all of them the same questions.

    Args:
        widths: d_model of each model.
        n_terms: terms in a question.
        steps: optimiser steps for each model.
        batch: questions of each of the three formats in a batch.
        questions: new questions that every model answers in every format.
        shuffled: train on chains and answers of other questions.
        seed: seeds questions, data and weights.

    Returns:
        ``n_params`` (model,), ``terms`` (question, term), ``direct`` and ``filler``
        (model, question): the answers; ``step`` (model, question, term): the generated chains;
        ``log_probs`` (model, question, term, d_vocab), nats: of every next token along the
        *right* chain.
    """
    draw = torch.Generator().manual_seed(2 * seed + 1)  # the training data have even seeds
    terms = torch.randint(BASE, (questions, n_terms), generator=draw)
    jobs = [
        Job(
            "cs25_emergence.family:train_one",
            {
                "d_model": width,
                "terms": terms,
                "steps": steps,
                "batch": batch,
                "shuffled": shuffled,
                "seed": seed,
            },
            n_steps=steps,
            # In parameters: a step's overhead costs as much as the products of about 40,000.
            cost_per_step=4e4 + n_params_non_embedding(_config(width, n_terms)),
        )
        for width in widths
    ]
    members = run_fleet(jobs, desc="training the family")
    shared = {name: np.stack([member[name] for member in members]) for name in members[0]}
    return {"terms": terms.numpy(), **shared}


def train_one(
    *,
    d_model: int,
    terms: Int[Tensor, "question term"],
    steps: int,
    batch: int,
    shuffled: bool,
    seed: int,
    progress: Callable[[int], None],
) -> dict[str, np.ndarray]:
    """Train one member and return its size and its answers."""
    n_terms = terms.shape[1]
    model = Decoder(_config(d_model, n_terms), seed=seed)
    train(
        model,
        batches(n_terms=n_terms, batch=batch, seed=2 * seed, shuffled=shuffled),
        n_steps=steps,
        lr=_LR / math.sqrt(d_model),
        loss=sequence_loss,
        progress=progress,
    )
    said = answers(model, terms)
    return {"n_params": np.array(n_params(model)), **said}


def answers(model: Decoder, terms: Int[Tensor, "question term"]) -> dict[str, np.ndarray]:
    """Ask one model every question in every format, greedily."""
    new = {
        form: generate(
            model, prompt(terms, form), completion(terms[:1], form).shape[1], temperature=0
        )
        for form in FORMATS
    }
    return {
        "direct": new["direct"][:, -1].numpy(),
        "filler": new["filler"][:, -1].numpy(),
        "step": new["step"].numpy(),
        "log_probs": _log_probs(model, terms).numpy(),
    }


@torch.inference_mode()
def _log_probs(
    model: Decoder, terms: Int[Tensor, "question term"]
) -> Float[Tensor, "question term d_vocab"]:
    """Return the log-probabilities along the right chain, each given the right beginning."""
    asked = prompt(terms, "step")
    tokens = torch.cat([asked, completion(terms, "step")[:, :-1]], dim=1)
    logits: Tensor = model(tokens)
    return logits[:, asked.shape[1] - 1 :].log_softmax(dim=-1)


def _config(d_model: int, n_terms: int) -> TransformerConfig:
    return TransformerConfig(
        d_vocab=D_VOCAB,
        d_model=d_model,
        n_layers=2,
        n_heads=1 if d_model < 32 else 4,
        n_ctx=2 * n_terms + 2,
        # A step reads its term at a fixed distance. With learned positions every step would have
        # to find it anew, and how many of them do so is a matter of luck.
        positions="rotary",
    )
