"""Chain of thought: which sizes of model gain from writing the steps down?

Source: Wei et al. 2022 (arXiv 2201.11903), figure 4: small models gain nothing, large ones much.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import torch
from annotated_types import Interval, MinLen
from jaxtyping import Bool, Float, Int

from cs25 import Measure, Result, Table
from cs25_emergence.chains import chain_accuracy
from cs25_emergence.family import WIDTHS, family
from cs25_emergence.group import group
from cs25_emergence.intervals import paired_difference, share

__all__ = ["chain_of_thought"]

#: What stands before the names of a task's measures and of its table.
PREFIX = {"sums": "", "permutations": "s5_"}

#: What is stored of a question is a probability for each of 120 permutations, step by step.
MOST_PERMUTATIONS = 2000

#: The gains between which the crossover is bracketed, and from which there is one at all.
NO_GAIN, GAIN = 0.02, 0.2


def chain_of_thought(
    *,
    tasks: Annotated[tuple[Literal["sums", "permutations"], ...], MinLen(1)] = ("sums",),
    widths: Annotated[tuple[Annotated[int, Interval(ge=2, le=256)], ...], MinLen(2)] = WIDTHS,
    n_terms: Annotated[int, Interval(ge=2, le=20)] = 6,
    steps: Annotated[int, Interval(ge=10, le=100_000)] = 1000,
    permutation_steps: Annotated[int, Interval(ge=10, le=100_000)] = 2000,
    batch: Annotated[int, Interval(ge=1, le=1024)] = 32,
    questions: Annotated[int, Interval(ge=100, le=100_000)] = 5000,
    replicas: Annotated[int, Interval(ge=1, le=100)] = 2,
    control: Literal["none", "shuffled"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Train a family of models on products, and ask for the answer in three formats.

    Args:
        tasks: "sums" of digits mod 10, where order does not matter, and "permutations": five
            things in any order, of which two are swapped again and again.
        widths: width of each model's residual stream, ascending and even.
        n_terms: digits to add; or one order and all swaps that follow.
        steps: optimiser steps for each model; each step sees all three formats alike.
        permutation_steps: the same for permutations: 1,200 swaps to learn, and not 100 sums.
        batch: questions of each format in a step.
        questions: new questions that every width answers in every format; at most 2,000 of
            permutations.
        replicas: models of each width below 32, where luck decides what is learned; each answers
            its share of the questions.
        control: "shuffled" trains on the chains and answers of other questions.
        seed: seeds questions, training data and weights.
    """
    measures: dict[str, Measure] = {}
    tables: list[Table] = []
    for task in dict.fromkeys(tasks):
        outputs = family(
            task=task,
            widths=sorted(widths),
            n_terms=n_terms,
            steps=steps if task == "sums" else permutation_steps,
            batch=batch,
            questions=questions if task == "sums" else min(questions, MOST_PERMUTATIONS),
            replicas=replicas,
            shuffled=control == "shuffled",
            seed=seed,
        )
        found, table = _compared(task, outputs)
        measures |= {PREFIX[task] + name: measure for name, measure in found.items()}
        tables.append(table)
    return Result(measures, tables=tuple(tables))


def _compared(task: str, outputs: dict[str, np.ndarray]) -> tuple[dict[str, Measure], Table]:
    """Compare the formats of one task."""
    elements = group(task)
    products = elements.partial_products(torch.from_numpy(outputs["terms"])).numpy()
    answer = products[:, -1]
    n_params = outputs["n_params"]
    right = {
        "direct": outputs["direct"] == answer,
        "step": outputs["step"][:, :, -1] == answer,
        "filler": outputs["filler"] == answer,
    }
    step_right = outputs["log_probs"].argmax(axis=-1) == products
    step_accuracy = step_right.mean(axis=(1, 2))
    predicted = np.array(
        [
            _predicted(*one, order=elements.order)
            for one in zip(step_right, outputs["replica"], strict=True)
        ]
    )
    measures = {
        **_gains(right),
        **_crossover(n_params, right["step"], right["direct"]),
        "step_accuracy": Measure(step_accuracy[-1], "share"),
        "closed_form_gap": Measure(np.abs(predicted - right["step"].mean(axis=1)).max(), "share"),
    }
    return measures, _table(PREFIX[task], n_params, right, step_accuracy, predicted)


Right = Bool[np.ndarray, "width question"]


def _predicted(
    step_right: Bool[np.ndarray, "question term"],
    replica: Int[np.ndarray, " question"],
    *,
    order: int,
) -> float:
    """Return the accuracy that the steps of each model predict, averaged over questions."""
    models, n = np.unique(replica, return_counts=True)
    accuracy = [
        chain_accuracy(step_right[replica == model].mean(axis=0), order=order) for model in models
    ]
    return float(np.average(accuracy, weights=n))


def _gains(right: dict[str, Right]) -> dict[str, Measure]:
    largest = paired_difference(right["step"][-1], right["direct"][-1])
    smallest = paired_difference(right["step"][0], right["direct"][0])
    filler = paired_difference(right["filler"][-1], right["direct"][-1])
    measures = {"gain_largest": largest, "gain_smallest": smallest, "filler_gain": filler}
    if largest.value >= GAIN:
        # A share of nothing means nothing: without a gain there is no claim to be true.
        measures["smallest_share"] = _part(smallest, largest)
        measures["filler_share"] = _part(filler, largest)
    return measures


def _part(part: Measure, whole: Measure) -> Measure:
    """Return part / whole; the whole's interval is narrow beside the part's."""
    assert part.low is not None and part.high is not None  # noqa: PT018
    return Measure(
        part.value / whole.value, "of the gain", part.low / whole.value, part.high / whole.value
    )


def _crossover(n_params: np.ndarray, step: Right, direct: Right) -> dict[str, Measure]:
    """Bracket the size at which steps begin to help; nothing where they never do."""
    gain = step.mean(axis=1) - direct.mean(axis=1)
    helps = np.minimum.accumulate((gain >= GAIN)[::-1])[::-1]  # and at every larger size
    hurts = np.minimum.accumulate(gain <= NO_GAIN)  # and at every smaller size
    if not helps.any() or not hurts.any():
        return {}
    return {
        "crossover_low": Measure(n_params[np.flatnonzero(hurts)[-1]], "parameters"),
        "crossover_high": Measure(n_params[np.flatnonzero(helps)[0]], "parameters"),
    }


def _table(
    prefix: str,
    n_params: np.ndarray,
    right: dict[str, Right],
    step_accuracy: Float[np.ndarray, " width"],
    predicted: Float[np.ndarray, " width"],
) -> Table:
    rows = []
    for i, size in enumerate(n_params):
        cells = [share(right[form][i]) for form in right]
        rows.append(
            (
                size.item(),
                *(number for cell in cells for number in (cell.value, cell.low, cell.high)),
                step_accuracy[i].item(),
                predicted[i].item(),
            )
        )
    columns = [f"{form}{end}" for form in right for end in ("", "_low", "_high")]
    return Table(
        f"{prefix}accuracy", ("n_params", *columns, "step_accuracy", "step_predicted"), tuple(rows)
    )
