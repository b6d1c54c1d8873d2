"""Long-range: how far back can a recurrent network look, and how far a transformer?

Each of four networks of one size is trained from scratch at each distance, on as many tokens, at
the learning rate that suits it best there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import torch
from annotated_types import Interval, MinLen, MultipleOf
from tqdm.auto import tqdm

from cs25 import Measure, Result, Table
from cs25.errors import ParameterError
from cs25_intro.long_range.gradient_path import decay_per_position, jacobian_norms
from cs25_intro.long_range.learning_rates import RATES, best, shipped_rate, sweep_table
from cs25_intro.long_range.networks import (
    ARCHITECTURES,
    RECURRENT,
    Architecture,
    Positions,
    build,
)
from cs25_intro.long_range.tasks import D_VOCAB, LONGEST, TASKS, Task
from cs25_intro.long_range.trials import Outcome, Trial, run_trials

__all__ = ["HELD", "long_range"]

#: A network holds a distance with so many answers right.
HELD = 0.9

#: The gradient's path is measured up to this distance, over so many prompts of random tokens.
_PATH, _PATH_PROMPTS = 64, 32

Distance = Annotated[int, Interval(ge=2, le=256), MultipleOf(2)]
Accuracies = Mapping[tuple[Task, Architecture], Mapping[int, float]]


def long_range(
    *,
    distances: Annotated[tuple[Distance, ...], MinLen(2)] = (4, 8, 16, 32),
    steps: Annotated[int, Interval(ge=10, le=1_000_000)] = 1250,
    tokens: Annotated[int, Interval(ge=64, le=65_536)] = 1024,
    positions: Positions = "rotary",
    rates: Literal["shipped", "sweep"] = "shipped",
    control: Literal["none", "shuffled"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Train four networks of one size to copy and to recall, from scratch at each distance.

    Args:
        distances: tokens in the list that is asked about; even, and for recall up to 32.
            Recurrent networks are tried up to half the longest: one that held that much would
            settle the matter.
        steps: optimiser steps of each network.
        tokens: in each step of each network; longer prompts are fewer.
        positions: of the transformer. "rotary" turns queries and keys, so "as many tokens back"
            is one angle; "learned" and "sinusoidal" add a vector for each position.
        rates: "shipped" trains at the learning rate that was best at that task, architecture and
            distance (with rotary positions); "sweep" tries all of them again and keeps the best.
        control: "shuffled" trains on the answers to other prompts.
        seed: seeds weights, prompts and questions.
    """
    if min(distances) > LONGEST["recall"]:
        raise ParameterError(
            parameter="distances",
            found=distances,
            expected=f"at least one of {LONGEST['recall']} or less, where recall can be tried",
        )
    trials = [
        Trial(task, architecture, distance, lr)
        for task in TASKS
        for architecture in ARCHITECTURES
        for distance in _tried(task, architecture, distances)
        for lr in (RATES if rates == "sweep" else (shipped_rate(task, architecture, distance),))
    ]
    outcomes = run_trials(
        trials,
        steps=steps,
        tokens=tokens,
        positions=positions,
        shuffled=control == "shuffled",
        seed=seed,
    )
    kept = best(trials, outcomes)
    tables = [_table(kept)]
    if rates == "sweep":
        tables.append(sweep_table(trials, outcomes))
    slopes, path = _gradient(positions=positions, seed=seed)
    measures = _measures(_accuracies(kept), shortest=min(distances)) | slopes
    return Result(measures, tables=(*tables, path))


def _tried(task: Task, architecture: Architecture, distances: Sequence[int]) -> list[int]:
    in_order = [distance for distance in sorted(set(distances)) if distance <= LONGEST[task]]
    if architecture == "transformer":
        return in_order
    return [distance for distance in in_order if distance <= max(in_order[0], in_order[-1] / 2)]


def _accuracies(kept: Mapping[Trial, Outcome]) -> Accuracies:
    found: dict[tuple[Task, Architecture], dict[int, float]] = {}
    for trial, outcome in kept.items():
        found.setdefault((trial.task, trial.architecture), {})[trial.distance] = outcome.accuracy
    return found


def _measures(accuracies: Accuracies, *, shortest: int) -> dict[str, Measure]:
    """Compare how far the networks reach; where no recurrent one does, there is no comparison."""
    measures = {
        "worst_rnn_short": Measure(
            min(accuracies[task, cell][shortest] for task in TASKS for cell in RECURRENT), "share"
        )
    }
    for task in TASKS:
        of_rnns = max(_longest(accuracies[task, cell]) for cell in RECURRENT)
        of_transformer = _unbroken(accuracies[task, "transformer"])
        measures[f"reach_rnn_{task}"] = Measure(of_rnns, "tokens")
        measures[f"reach_transformer_{task}"] = Measure(of_transformer, "tokens")
        if of_rnns:
            measures[f"reach_ratio_{task}"] = Measure(of_transformer / of_rnns)
        margin = _margin(accuracies, task)
        if margin is not None:
            measures[f"margin_{task}"] = Measure(margin, "share")
    return measures


def _margin(accuracies: Accuracies, task: Task) -> float | None:
    """Return by how much the transformer reaches four times as far as any recurrent network.

    It does if it holds every distance, and none of them holds one beyond a quarter of the longest.
    The reaches themselves jump by factors from seed to seed; this says how near a jump is.
    """
    of_transformer = accuracies[task, "transformer"]
    beyond = [
        share
        for cell in RECURRENT
        for distance, share in accuracies[task, cell].items()
        if distance > max(of_transformer) / 4
    ]
    if not beyond:
        return None
    return min(min(of_transformer.values()) - HELD, HELD - max(beyond))


def _longest(accuracy: Mapping[int, float]) -> int:
    """Return the longest distance that is held, whatever is at shorter ones; 0 if none is."""
    return max((distance for distance, share in accuracy.items() if share >= HELD), default=0)


def _unbroken(accuracy: Mapping[int, float]) -> int:
    """Return the longest distance up to which all are held; 0 if not even the shortest is."""
    reach = 0
    for distance in sorted(accuracy):
        if accuracy[distance] < HELD:
            break
        reach = distance
    return reach


def _gradient(*, positions: Positions, seed: int) -> tuple[dict[str, Measure], Table]:
    """Follow the gradient back through networks as they are before training."""
    draw = torch.Generator().manual_seed(seed)
    prompts = torch.randint(D_VOCAB, (_PATH_PROMPTS, _PATH + 1), generator=draw)
    measures, rows = {}, []
    drawn: Sequence[tuple[Architecture, Literal["long", "torch"]]] = (
        *((architecture, "long") for architecture in ARCHITECTURES),
        *((cell, "torch") for cell in RECURRENT),
    )
    for architecture, initial in tqdm(drawn, "gradients"):
        model = build(architecture, seed=seed, initial=initial, positions=positions)
        norms = jacobian_norms(model, prompts).numpy()
        slope = decay_per_position(norms)
        suffix = "" if initial == "long" else "_torch"
        measures[f"gradient_slope_{architecture}{suffix}"] = Measure(slope, "nats per position")
        rows += [(architecture, initial, i, norm.item()) for i, norm in enumerate(norms)]
    return measures, Table("gradient", ("architecture", "initial", "distance", "norm"), tuple(rows))


def _table(kept: Mapping[Trial, Outcome]) -> Table:
    columns = ("task", "architecture", "distance", "lr", "n_params", "loss_nats", "accuracy")
    rows = tuple(
        (t.task, t.architecture, t.distance, t.lr, o.n_params, o.loss, o.accuracy)
        for t, o in kept.items()
    )
    return Table("accuracy", columns, rows)
