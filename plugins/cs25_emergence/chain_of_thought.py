"""Chain of thought: which sizes of model gain from writing the steps down?

Source: Wei et al. 2022 (arXiv 2201.11903), figure 4: small models gain nothing, large ones much.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from annotated_types import Interval, MinLen
from jaxtyping import Bool, Float, Int
from matplotlib.figure import Figure

from cs25 import Measure, Result, Table
from cs25_emergence.family import WIDTHS, family
from cs25_emergence.intervals import paired_difference, share
from cs25_emergence.running_sum import BASE, chain_accuracy

__all__ = ["chain_of_thought", "draw"]

#: The gains between which the crossover is bracketed, and from which there is one at all.
NO_GAIN, GAIN = 0.02, 0.2


def chain_of_thought(
    *,
    widths: Annotated[tuple[Annotated[int, Interval(ge=2, le=256)], ...], MinLen(2)] = WIDTHS,
    n_terms: Annotated[int, Interval(ge=2, le=20)] = 6,
    steps: Annotated[int, Interval(ge=10, le=100_000)] = 1000,
    batch: Annotated[int, Interval(ge=1, le=1024)] = 32,
    questions: Annotated[int, Interval(ge=100, le=100_000)] = 5000,
    replicas: Annotated[int, Interval(ge=1, le=100)] = 2,
    control: Literal["none", "shuffled"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Train a family of models on running sums, and ask for the answer in three formats.

    Args:
        widths: width of each model's residual stream, ascending and even.
        n_terms: digits to add, mod 10.
        steps: optimiser steps for each model; each step sees all three formats alike.
        batch: questions of each format in a step.
        questions: new questions that every width answers in every format.
        replicas: models of each width below 32, where luck decides what is learned; each answers
            its share of the questions.
        control: "shuffled" trains on the chains and answers of other questions.
        seed: seeds questions, training data and weights.
    """
    outputs = family(
        widths=sorted(widths),
        n_terms=n_terms,
        steps=steps,
        batch=batch,
        questions=questions,
        replicas=replicas,
        shuffled=control == "shuffled",
        seed=seed,
    )
    sums = outputs["terms"].cumsum(axis=1) % BASE
    answer = sums[:, -1]
    n_params = outputs["n_params"]
    right = {
        "direct": outputs["direct"] == answer,
        "step": outputs["step"][:, :, -1] == answer,
        "filler": outputs["filler"] == answer,
    }
    step_right = outputs["log_probs"].argmax(axis=-1) == sums
    step_accuracy = step_right.mean(axis=(1, 2))
    predicted = np.array(
        [_predicted(*one) for one in zip(step_right, outputs["replica"], strict=True)]
    )
    measures = {
        **_gains(right),
        **_crossover(n_params, right["step"], right["direct"]),
        "step_accuracy": Measure(step_accuracy[-1], "share"),
        "closed_form_gap": Measure(np.abs(predicted - right["step"].mean(axis=1)).max(), "share"),
    }
    return Result(measures, tables=(_table(n_params, right, step_accuracy, predicted),))


Right = Bool[np.ndarray, "width question"]


def _predicted(
    step_right: Bool[np.ndarray, "question term"], replica: Int[np.ndarray, " question"]
) -> float:
    """Return the accuracy that the steps of each model predict, averaged over questions."""
    models, n = np.unique(replica, return_counts=True)
    accuracy = [chain_accuracy(step_right[replica == model].mean(axis=0)) for model in models]
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
    return Table("accuracy", ("n_params", *columns, "step_accuracy", "step_predicted"), tuple(rows))


_STYLES = {
    "step": ("C0", "o-", "step by step"),
    "direct": ("C1", "s-", "direct answer"),
    "filler": ("C2", "^-", "filler tokens"),
}


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw accuracy against size, format by format."""
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.subplots()
    for form, (colour, style, label) in _STYLES.items():
        size, middle, low, high = _curve(results, form)
        axes.plot(size, middle, style, color=colour, ms=4, label=label)
        axes.fill_between(size, low, high, color=colour, alpha=0.2, lw=0)
    if control:
        size, middle, *_ = _curve(control, "step")
        axes.plot(size, middle, "x--", color="C3", ms=4, label="control: step by step, shuffled")
    axes.axhline(1 / BASE, ls=":", lw=1, color="C7", label="chance")
    axes.set(xscale="log", ylim=(-0.03, 1.03), xlabel="Parameters", ylabel="Right answers (share)")
    axes.legend(fontsize="small")
    band = "bands: range over seeds" if len(results) > 1 else "bands: 95 % over questions"
    title = _finding(results)
    axes.set_title(title, fontsize="medium")
    figure.set_label(
        f"{title}. Share of right answers against the number of parameters for three formats; "
        f"{band}." + (" Trained on shuffled chains, every size stays at chance." if control else "")
    )
    return figure


def _curve(results: Sequence[Result], form: str) -> tuple[np.ndarray, ...]:
    tables = [result.table("accuracy") for result in results]
    size = np.array(tables[0].column("n_params"))
    values = np.array([table.column(form) for table in tables])
    if len(tables) == 1:
        return size, values[0], *(np.array(tables[0].column(form + e)) for e in ("_low", "_high"))
    return size, values.mean(axis=0), values.min(axis=0), values.max(axis=0)


def _finding(results: Sequence[Result]) -> str:
    gain = np.mean([result.measures["gain_largest"].value for result in results])
    smallest = np.mean([result.measures["gain_smallest"].value for result in results])
    size = results[0].table("accuracy").column("n_params")
    finding = (
        f"Writing steps down adds {round(100 * smallest)} points at {size[0]:,} parameters, "
        f"{round(100 * gain)} at {size[-1]:,}"
    )
    brackets = [r.measures for r in results if "crossover_low" in r.measures]
    if len(brackets) < len(results):
        return finding
    low = min(measures["crossover_low"].value for measures in brackets)
    high = max(measures["crossover_high"].value for measures in brackets)
    return f"{finding};\nthe turn lies between {low:,.0f} and {high:,.0f}"
