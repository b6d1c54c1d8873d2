"""Few-shot: which sizes of model learn a task from the examples in the prompt?

Source: Wei et al. 2022 (arXiv 2206.07682), section 3: a few-shot task is emergent if models are at
chance up to some size and well above it from there on.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from annotated_types import Interval, MinLen, MultipleOf
from jaxtyping import Bool

from cs25 import Measure, Result, Table
from cs25_emergence.few_shot_family import DEPTHS, WIDTHS, train_family
from cs25_emergence.intervals import share

__all__ = ["few_shot"]

#: So near to chance a model counts as guessing, and from so far above as able.
AT_CHANCE, ABOVE = 0.03, 0.2

#: The smallest sizes that are to be at chance.
N_SMALLEST = 2

Width = Annotated[int, Interval(ge=2, le=128), MultipleOf(2)]


def few_shot(
    *,
    widths: Annotated[tuple[Width, ...], MinLen(2)] = WIDTHS,
    labels: Annotated[int, Interval(ge=4, le=9)] = 8,
    steps: Annotated[int, Interval(ge=10, le=100_000)] = 600,
    batch: Annotated[int, Interval(ge=2, le=1024)] = 32,
    questions: Annotated[int, Interval(ge=100, le=100_000)] = 4000,
    replicas: Annotated[int, Interval(ge=1, le=100)] = 2,
    control: Literal["none", "shuffled"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Train models of two depths on tables shown by example, and ask about tables they never saw.

    Args:
        widths: width of each two-layer model's residual stream, ascending and even; each has a
            one-layer twin with at least as many parameters.
        labels: pairs in a table, all shown before the question; a guess is right once in as many.
        steps: optimiser steps for each model.
        batch: prompts in a step.
        questions: new prompts about held-out tables, and as many about taught ones.
        replicas: models of each width below 24, where luck decides what is learned; each answers
            its share of the questions.
        control: "shuffled" trains on the answers to other prompts.
        seed: seeds tables, prompts and weights.
    """
    family = train_family(
        widths=sorted(widths),
        n_labels=labels,
        steps=steps,
        batch=batch,
        questions=questions,
        replicas=replicas,
        shuffled=control == "shuffled",
        seed=seed,
    )
    deep, shallow = (family[depth] for depth in DEPTHS)
    measures = _measures(deep["right"], shallow["right"], chance=1 / labels)
    measures |= _onset(deep["n_params"], deep["right"].mean(axis=1) - 1 / labels)
    taught_gap = deep["taught_right"][-1].mean() - deep["right"][-1].mean()
    measures["taught_gap"] = Measure(taught_gap, "share")
    return Result(measures, tables=tuple(_table(depth, family[depth]) for depth in DEPTHS))


Right = Bool[np.ndarray, "width question"]


def _measures(deep: Right, shallow: Right, *, chance: float) -> dict[str, Measure]:
    """Compare with chance; where the largest model has learned nothing, size explains nothing."""
    largest = _above(deep[-1], chance)
    measures = {"largest_above_chance": largest}
    if largest.value >= ABOVE:
        smallest = [_above(right, chance) for right in deep[:N_SMALLEST]]
        measures["smallest_above_chance"] = max(smallest, key=lambda gain: abs(gain.value))
        measures["one_layer_above_chance"] = max(
            (_above(right, chance) for right in shallow), key=lambda gain: gain.value
        )
    return measures


def _above(right: Bool[np.ndarray, " question"], chance: float) -> Measure:
    found = share(right)
    assert found.low is not None and found.high is not None  # noqa: PT018
    return Measure(found.value - chance, "share", found.low - chance, found.high - chance)


def _onset(n_params: np.ndarray, gain: np.ndarray) -> dict[str, Measure]:
    """Bracket the size at which models begin to learn; nothing where they never do."""
    guesses = np.minimum.accumulate(gain <= AT_CHANCE)  # and so does every smaller size
    able = np.minimum.accumulate((gain >= ABOVE)[::-1])[::-1]  # and so is every larger size
    if not guesses.any() or not able.any():
        return {}
    return {
        "onset_low": Measure(n_params[np.flatnonzero(guesses)[-1]], "parameters"),
        "onset_high": Measure(n_params[np.flatnonzero(able)[0]], "parameters"),
    }


def _table(depth: int, models: dict[str, np.ndarray]) -> Table:
    rows = []
    for i, size in enumerate(models["n_params"]):
        held_out = share(models["right"][i])
        rows.append(
            (
                size.item(), held_out.value, held_out.low, held_out.high,
                models["taught_right"][i].mean().item(), models["loss"][i].item(),
            )
        )  # fmt: skip
    columns = ("n_params", "accuracy", "accuracy_low", "accuracy_high", "taught", "loss_nats")
    return Table(f"layers_{depth}", columns, tuple(rows))
