"""A family of decoders of growing size that learn to multiply, and what each of them answers.

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
from cs25_emergence.chains import FORMATS, batches, completion, d_vocab, prompt, sequence_loss
from cs25_emergence.group import Group, group

__all__ = ["WIDTHS", "WIDTH_OF_LUCK", "answers", "family", "train_one"]

#: d_model from 170 to 300,000 parameters, closest together where the steps are learned. At width
#: 4 some models know the odd from the even already; 2 is the first where none knows anything.
WIDTHS = (2, 4, 6, 8, 10, 12, 16, 24, 40, 112)

#: Below this width luck decides whether a model learns, so there are several of each.
WIDTH_OF_LUCK = 32

# Peak learning rate at width 1; narrow models bear larger steps. Of 0.012, 0.025 and 0.05 this
# gave the best log-probabilities without a diverging model.
_LR = 0.025


@cached
def family(
    *,
    task: str,
    widths: Sequence[int],
    n_terms: int,
    steps: int,
    batch: int,
    questions: int,
    replicas: int,
    shuffled: bool,
    seed: int,
) -> dict[str, np.ndarray]:
    """Train models of each width and ask every width the same questions.

    Args:
        task: the group to multiply in, by the name `cs25_emergence.group.group` knows it by.
        widths: d_model of each model.
        n_terms: terms in a question.
        steps: optimiser steps for each model.
        batch: questions of each of the three formats in a batch.
        questions: new questions that every width answers in every format.
        replicas: models of each width below `WIDTH_OF_LUCK`, with weights and data of their own.
            Each answers its share of the questions, so a width's mean over questions is also one
            over models.
        shuffled: train on chains and answers of other questions.
        seed: seeds questions, data and weights.

    Returns:
        ``n_params`` (width,), ``terms`` (question, term), ``replica`` (width, question): which
        model answered; ``direct`` and ``filler`` (width, question): the answers; ``step``
        (width, question, term): the generated chains; ``log_probs`` (width, question, term,
        d_vocab), nats: of every next token along the *right* chain.
    """
    draw = torch.Generator().manual_seed(2 * seed + 1)  # the training data have even seeds
    terms = group(task).random_terms(questions, n_terms, draw)
    shares = {
        width: torch.tensor_split(terms, replicas if width < WIDTH_OF_LUCK else 1)
        for width in widths
    }
    shared = {"task": task, "steps": steps, "batch": batch, "shuffled": shuffled}
    jobs = [
        Job(
            "cs25_emergence.family:train_one",
            {"d_model": width, "terms": share, "seed": 1000 * seed + i, **shared},
            n_steps=steps,
            # In parameters: a step's overhead costs as much as the products of about 40,000.
            cost_per_step=4e4 + n_params_non_embedding(_config(group(task), width, n_terms)),
        )
        for width in widths
        for i, share in enumerate(shares[width])
    ]
    models = iter(run_fleet(jobs, desc="training the family"))
    by_width = [_joined([next(models) for _ in shares[width]]) for width in widths]
    stacked = {name: np.stack([one[name] for one in by_width]) for name in by_width[0]}
    return {"terms": terms.numpy(), **stacked}


def _joined(models: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Put the answers of one width's models together, question after question."""
    names = [name for name in models[0] if name != "n_params"]
    joined = {name: np.concatenate([model[name] for model in models]) for name in names}
    replica = np.repeat(np.arange(len(models)), [len(model[names[0]]) for model in models])
    return {"n_params": models[0]["n_params"], "replica": replica, **joined}


def train_one(
    *,
    task: str,
    d_model: int,
    terms: Int[Tensor, "question term"],
    steps: int,
    batch: int,
    shuffled: bool,
    seed: int,
    progress: Callable[[int], None],
) -> dict[str, np.ndarray]:
    """Train one member and return its size and its answers."""
    elements, n_terms = group(task), terms.shape[1]
    model = Decoder(_config(elements, d_model, n_terms), seed=seed)
    train(
        model,
        batches(elements, n_terms=n_terms, batch=batch, seed=2 * seed, shuffled=shuffled),
        n_steps=steps,
        lr=_LR / math.sqrt(d_model),
        loss=sequence_loss,
        progress=progress,
    )
    said = answers(model, elements, terms)
    return {"n_params": np.array(n_params(model)), **said}


def answers(
    model: Decoder, elements: Group, terms: Int[Tensor, "question term"]
) -> dict[str, np.ndarray]:
    """Ask one model every question in every format, greedily."""
    new = {
        form: generate(
            model,
            prompt(elements, terms, form),
            completion(elements, terms[:1], form).shape[1],
            temperature=0,
        )
        for form in FORMATS
    }
    return {
        "direct": new["direct"][:, -1].numpy(),
        "filler": new["filler"][:, -1].numpy(),
        "step": new["step"].numpy(),
        "log_probs": _log_probs(model, elements, terms).numpy(),
    }


@torch.inference_mode()
def _log_probs(
    model: Decoder, elements: Group, terms: Int[Tensor, "question term"]
) -> Float[Tensor, "question term d_vocab"]:
    """Return the log-probabilities along the right chain, each given the right beginning."""
    asked = prompt(elements, terms, "step")
    tokens = torch.cat([asked, completion(elements, terms, "step")[:, :-1]], dim=1)
    logits: Tensor = model(tokens)
    return logits[:, asked.shape[1] - 1 :].log_softmax(dim=-1)


def _config(elements: Group, d_model: int, n_terms: int) -> TransformerConfig:
    return TransformerConfig(
        d_vocab=d_vocab(elements),
        d_model=d_model,
        n_layers=2,
        n_heads=1 if d_model < 32 else 4,
        n_ctx=2 * n_terms + 2,
        # A step reads its term at a fixed distance. With learned positions every step would have
        # to find it anew, and how many of them do so is a matter of luck.
        positions="rotary",
    )
