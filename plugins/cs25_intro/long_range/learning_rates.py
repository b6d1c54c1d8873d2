"""The learning rate of every network: the best of a sweep, at each task and distance.

`learning_rates.json` is the table ``sweep`` of the demo at ``rates="sweep"``, with its other
parameters as they are by default and seed 0. Nothing is shared between distances: an architecture
that likes another rate for long sequences gets it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from cs25 import Table
from cs25_intro.long_range.networks import Architecture
from cs25_intro.long_range.tasks import Task
from cs25_intro.long_range.trials import Outcome, Trial

__all__ = ["RATES", "best", "best_rate", "shipped_losses", "shipped_rate", "sweep_table"]

#: Peak learning rates that are tried. Where the largest is chosen, twice as much reaches no
#: further. Loss in nats and share of right answers, seed 0, at 0.015 and at 0.03:
#:
#: - copying 8: GRU 0.219, 0.931 and 0.479, 0.796; LSTM 0.082, 0.974 and 0.101, 0.957
#: - copying 16: GRU 1.179, 0.513 and 1.337, 0.440; the RNN guesses with either
#: - recall 8: GRU 0.284, 0.878 and 0.623, 0.695
#: - recall 16: LSTM 1.130, 0.464 and 1.116, 0.468
#:
#: Nor does a smaller one than the smallest where that is not enough: the RNN at recall 16 has
#: 1.324, 0.351 at 0.001 and 1.375, 0.281 at 0.0004; at copying 16 it guesses with these, too. (The
#: GRU at recall 16 has the smallest, too, and 0.434 right: far from 0.9 with any rate.)
RATES = (1e-3, 2.5e-3, 6e-3, 1.5e-2)

# Losses that are nearer than this tell nothing of the rates: where several rates solve a task, or
# all fail alike, the smallest is kept, which is the least likely to have been lucky.
_ALIKE_NATS = 1e-3

_COLUMNS = ("task", "architecture", "distance", "lr", "loss_nats", "accuracy")


def best(trials: Sequence[Trial], outcomes: Sequence[Outcome]) -> dict[Trial, Outcome]:
    """Keep the trial of the best rate of each task, architecture and distance."""
    found = dict(zip(trials, outcomes, strict=True))
    losses: dict[tuple[Task, Architecture, int], dict[float, float]] = {}
    for trial, outcome in found.items():
        key = (trial.task, trial.architecture, trial.distance)
        losses.setdefault(key, {})[trial.lr] = outcome.loss
    kept = [Trial(*key, lr=best_rate(of_rate)) for key, of_rate in losses.items()]
    return {trial: found[trial] for trial in kept}


def best_rate(losses: Mapping[float, float]) -> float:
    """Return the smallest rate whose loss is the least, or as good as that.

    Args:
        losses: in nats, by rate.

    >>> best_rate({0.001: 0.5, 0.01: 0.0003, 0.1: 0.0001})
    0.01
    """
    least = min(losses.values())
    return min(lr for lr, loss in losses.items() if loss <= least + _ALIKE_NATS)


def sweep_table(trials: Sequence[Trial], outcomes: Sequence[Outcome]) -> Table:
    """Return every trial and what came of it."""
    rows = tuple(
        (trial.task, trial.architecture, trial.distance, trial.lr, outcome.loss, outcome.accuracy)
        for trial, outcome in zip(trials, outcomes, strict=True)
    )
    return Table("sweep", _COLUMNS, rows)


def shipped_rate(task: Task, architecture: Architecture, distance: int) -> float:
    """Return the rate that the shipped sweep chose at that distance, or at the nearest it tried."""
    losses = shipped_losses(task, architecture)
    return best_rate(losses[min(losses, key=lambda tried: abs(math.log(tried / distance)))])


def shipped_losses(task: Task, architecture: Architecture) -> dict[int, dict[float, float]]:
    """Return the losses of the shipped sweep, in nats, by distance and rate."""
    losses: dict[int, dict[float, float]] = {}
    for tried, who, distance, lr, loss, _ in _shipped_rows():
        if (tried, who) == (task, architecture):
            losses.setdefault(distance, {})[lr] = loss
    return losses


@cache
def _shipped_rows() -> tuple[tuple[Any, ...], ...]:
    text = files("cs25_intro.long_range").joinpath("learning_rates.json").read_text("utf-8")
    return tuple(tuple(row) for row in json.loads(text)["rows"])
