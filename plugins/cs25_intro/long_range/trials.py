"""One trial is one network, trained from scratch at one distance and asked new questions there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from torch import Tensor, nn

from cs25.nn import Job, n_params, run_fleet, train
from cs25_intro.long_range.networks import Architecture, Positions, build
from cs25_intro.long_range.tasks import Task, ask, batches, n_answers, n_pos

__all__ = ["Outcome", "Trial", "run_trials", "train_one"]

#: Answers asked for after the training, to choose between learning rates and again to judge.
QUESTIONS = 4000

# Milliseconds of a step with 1024 tokens on one thread, for each position and for each step: what
# the fleet's order and its bar go by. Recurrent networks go one position at a time.
_COST = {"rnn": (0.15, 1.0), "gru": (0.3, 2.0), "lstm": (0.1, 1.5), "transformer": (0.1, 8.0)}


@dataclass(frozen=True)
class Trial:
    """What is trained, on what, and how fast it learns."""

    task: Task
    architecture: Architecture
    distance: int
    lr: float


@dataclass(frozen=True)
class Outcome:
    """What came of a trial.

    Args:
        n_params: of the network.
        loss: on questions of their own, for choosing between trials; nats.
        accuracy: share of right answers to other new questions.
    """

    n_params: int
    loss: float
    accuracy: float


def run_trials(
    trials: Sequence[Trial],
    *,
    steps: int,
    tokens: int,
    positions: Positions,
    shuffled: bool,
    seed: int,
) -> list[Outcome]:
    """Train all networks, side by side, and return what came of each.

    Args:
        trials: those of one task and distance see the same prompts.
        steps: optimiser steps of each.
        tokens: in a step of each.
        positions: of the transformer.
        shuffled: train on answers to other prompts.
        seed: seeds weights, prompts and questions.
    """
    shared = {
        "steps": steps,
        "tokens": tokens,
        "positions": positions,
        "shuffled": shuffled,
        "seed": seed,
    }
    jobs = [
        Job(
            "cs25_intro.long_range.trials:train_one",
            {"trial": trial, **shared},
            n_steps=steps,
            cost_per_step=_cost_per_step(trial),
        )
        for trial in trials
    ]
    made = run_fleet(jobs, desc="training at each distance")
    return [Outcome(int(m["n_params"]), float(m["loss"]), float(m["accuracy"])) for m in made]


def _cost_per_step(trial: Trial) -> float:
    per_position, per_step = _COST[trial.architecture]
    return per_position * n_pos(trial.task, trial.distance) + per_step


def train_one(
    *,
    trial: Trial,
    steps: int,
    tokens: int,
    positions: Positions,
    shuffled: bool,
    seed: int,
    progress: Callable[[int], None],
) -> dict[str, np.ndarray]:
    """Train one network and return the fields of its `Outcome`."""
    model = build(
        trial.architecture,
        seed=seed,
        positions=positions,
        n_ctx=n_pos(trial.task, trial.distance),
    )
    train(
        model,
        batches(trial.task, trial.distance, tokens=tokens, seed=3 * seed, shuffled=shuffled),
        n_steps=steps,
        lr=trial.lr,
        weight_decay=0.0,  # every prompt is new: there is nothing to overfit
        progress=progress,
    )
    loss, _ = _examine(model, trial, seed=3 * seed + 1)
    _, accuracy = _examine(model, trial, seed=3 * seed + 2)
    return {
        "n_params": np.array(n_params(model)),
        "loss": loss.numpy(),
        "accuracy": accuracy.numpy(),
    }


@torch.inference_mode()
def _examine(model: nn.Module, trial: Trial, *, seed: int) -> tuple[Tensor, Tensor]:
    """Return mean loss in nats and share of right answers, on new prompts."""
    due = n_answers(trial.task, trial.distance)
    draw = torch.Generator().manual_seed(seed)
    prompts, answers = ask(trial.task, trial.distance, prompts=-(-QUESTIONS // due), draw=draw)
    logits = model(prompts)[:, -due:].flatten(0, 1)
    answers = answers.flatten()
    right = logits.argmax(dim=-1) == answers
    return F.cross_entropy(logits, answers), right.double().mean()
