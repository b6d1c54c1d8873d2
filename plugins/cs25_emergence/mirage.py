"""Is emergence made by the metric? The same answers, scored in five ways.

The family of `chain-of-thought` writes chains of sums; exact match gives credit only for a chain
without a fault, log-probability for every bit of certainty. Sparse parity is the other case: there
is nothing to give partial credit for.

Source: Schaeffer et al. 2023 (arXiv 2304.15004).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
import torch
from annotated_types import Interval, MinLen
from jaxtyping import Float
from matplotlib.figure import Figure

from cs25 import Measure, Result, Table
from cs25_emergence.family import WIDTHS, family
from cs25_emergence.group import group
from cs25_emergence.metrics import METRICS
from cs25_emergence.parity import parity_family
from cs25_emergence.rise_width import rise_width

__all__ = ["draw", "mirage"]

#: Hidden units of the networks that learn sparse parity.
PARITY_WIDTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64)

#: A curve counts as a rise from this share of the way between guessing and perfection.
LEAST = 0.1


def mirage(
    *,
    widths: Annotated[tuple[Annotated[int, Interval(ge=2, le=256)], ...], MinLen(2)] = WIDTHS,
    n_terms: Annotated[int, Interval(ge=2, le=20)] = 6,
    steps: Annotated[int, Interval(ge=10, le=100_000)] = 1000,
    batch: Annotated[int, Interval(ge=1, le=1024)] = 32,
    questions: Annotated[int, Interval(ge=100, le=100_000)] = 5000,
    replicas: Annotated[int, Interval(ge=1, le=100)] = 2,
    parity_bits: Annotated[int, Interval(ge=2, le=64)] = 20,
    parity_k: Annotated[int, Interval(ge=2, le=8)] = 4,
    parity_steps: Annotated[int, Interval(ge=10, le=100_000)] = 1500,
    parity_replicas: Annotated[int, Interval(ge=1, le=256)] = 32,
    control: Literal["none", "shuffled"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Score the same stored answers by five metrics and compare how sharply each one rises.

    Args:
        widths: of the family that writes chains, as in chain-of-thought.
        n_terms: digits to add, mod 10; the length of a chain.
        steps: optimiser steps for each model of the family.
        batch: questions of each format in a step.
        questions: new questions for every width.
        replicas: models of each width below 32, as in chain-of-thought.
        parity_bits: bits of a parity question.
        parity_k: bits that count; at most parity_bits.
        parity_steps: optimiser steps for each parity network.
        parity_replicas: parity networks of each width.
        control: "shuffled" trains on labels that belong to other questions.
        seed: seeds questions, training data and weights.
    """
    shuffled = control == "shuffled"
    chains = family(
        task="sums",
        widths=sorted(widths),
        n_terms=n_terms,
        steps=steps,
        batch=batch,
        questions=questions,
        replicas=replicas,
        shuffled=shuffled,
        seed=seed,
    )
    digits = group("sums")
    sums = digits.partial_products(torch.from_numpy(chains["terms"])).numpy()
    written = chains["step"]
    scores = _scores(written, np.broadcast_to(sums, written.shape), chains["log_probs"])
    bits = parity_family(
        widths=PARITY_WIDTHS,
        n_bits=parity_bits,
        k=min(parity_k, parity_bits),
        steps=parity_steps,
        batch=64,
        replicas=parity_replicas,
        questions=500,
        shuffled=shuffled,
        seed=seed,
    )
    n_widths = len(PARITY_WIDTHS)
    log_probs = bits["log_probs"].reshape(n_widths, -1, 1, 2)  # a one-token answer
    parity_scores = _scores(log_probs.argmax(axis=-1), bits["right"].reshape(n_widths, -1, 1),
                            log_probs)  # fmt: skip
    measures = {
        **_widths("chain", chains["n_params"], scores, n_tokens=n_terms, options=digits.order),
        **_widths("parity", bits["n_params"], parity_scores, n_tokens=1, options=2),
    }
    for name in ("chain", "parity"):
        exact, soft = (
            measures.get(f"{name}_{m}_width") for m in ("exact_match", "log_probability")
        )
        if exact and soft:
            measures[f"{name}_ratio"] = Measure(exact.value / soft.value, "ratio")
    tables = (
        _table("chain", chains["n_params"], scores),
        _table("parity", bits["n_params"], parity_scores),
        Table(
            "reach",
            ("ability", *METRICS),
            (
                ("chain", *(metric.reach(n_terms, digits.order) for metric in METRICS.values())),
                ("parity", *(metric.reach(1, 2) for metric in METRICS.values())),
            ),
        ),
    )
    return Result(measures, tables)


Scores = dict[str, Float[np.ndarray, " size"]]


def _scores(written: np.ndarray, right: np.ndarray, log_probs: np.ndarray) -> Scores:
    """Score every size; the first axis of each array runs over sizes."""
    return {
        name: np.array(
            [metric.score(*outputs) for outputs in zip(written, right, log_probs, strict=True)]
        )
        for name, metric in METRICS.items()
    }


def _widths(
    ability: str, n_params: np.ndarray, scores: Scores, *, n_tokens: int, options: int
) -> dict[str, Measure]:
    measures = {}
    for name, score in scores.items():
        least = LEAST * METRICS[name].reach(n_tokens, options)
        width = rise_width(n_params, score, least=least)
        if width is not None:
            measures[f"{ability}_{name}_width"] = Measure(width, "decades")
    return measures


def _table(name: str, n_params: np.ndarray, scores: Scores) -> Table:
    rows = zip(n_params.tolist(), *(score.tolist() for score in scores.values()), strict=True)
    return Table(name, ("n_params", *scores), tuple(rows))


_STYLES = {"exact_match": "o-", "edit_distance": "v:", "token_accuracy": "^:", "brier": "s--",
           "log_probability": "D-"}  # fmt: skip
_PANELS = {"chain": "Chains of sums", "parity": "Sparse parity"}


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw every metric on its own scale from the smallest size (0) to the largest (1)."""
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    for axes, (table, label) in zip(figure.subplots(1, 2), _PANELS.items(), strict=True):
        for i, (name, style) in enumerate(_STYLES.items()):
            size, score, spread = _curve(results, table, name)
            bottom, reach = score[0], _scale(results, table, name, score[-1] - score[0])
            middle = (score - bottom) / reach
            axes.plot(size, middle, style, color=f"C{i}", ms=3, label=METRICS[name].name)
            if len(results) > 1 and name in ("exact_match", "log_probability"):
                half = spread / abs(reach)
                axes.fill_between(
                    size, middle - half, middle + half, color=f"C{i}", alpha=0.2, lw=0
                )
            if control and name == "log_probability":
                size, other, _ = _curve(control, table, name)
                axes.plot(size, (other - bottom) / reach, "x--", color="C7", ms=3,
                          label="control: log-probability, shuffled")  # fmt: skip
        axes.set(
            xscale="log", ylim=(-0.15, 1.1), xlabel="Parameters",
            ylabel="Score (0: smallest, 1: largest size)", title=label + _ratio(results, table),
        )  # fmt: skip
        axes.title.set_fontsize("medium")
    figure.axes[0].legend(fontsize="x-small")
    title = _finding(results)
    figure.suptitle(title, fontsize="medium")
    bands = " Bands: one standard deviation over seeds." if len(results) > 1 else ""
    figure.set_label(
        f"{title}. Five scores of the same answers against the number of parameters, each from "
        "its value at the smallest size to that at the largest; left chains of running sums, "
        f"right sparse parity.{bands}"
        + (" " + " ".join(_change(control, table) for table in _PANELS) if control else "")
    )
    return figure


def _change(control: Sequence[Result], table: str) -> str:
    _, score, _ = _curve(control, table, "log_probability")
    return (
        f"{_PANELS[table]}, shuffled: log-probability goes from {score[0]:.2f} to {score[-1]:.2f}."
    )


def _curve(results: Sequence[Result], table: str, name: str) -> tuple[np.ndarray, ...]:
    tables = [result.table(table) for result in results]
    values = np.array([one.column(name) for one in tables])
    deviation = values.std(axis=0, ddof=1) if len(tables) > 1 else np.zeros(values.shape[1])
    return np.array(tables[0].column("n_params")), values.mean(axis=0), deviation


def _scale(results: Sequence[Result], ability: str, name: str, risen: float) -> float:
    """Return what is drawn as 1: the rise, or the whole reach where there is no rise."""
    rows = results[0].table("reach")
    reach = float(rows.column(name)[rows.column("ability").index(ability)])
    return risen if risen >= LEAST * reach else reach


def _mean(results: Sequence[Result], measure: str) -> float | None:
    values = [r.measures[measure].value for r in results if measure in r.measures]
    return float(np.mean(values)) if values else None


def _ratio(results: Sequence[Result], table: str) -> str:
    ratio = _mean(results, f"{table}_ratio")
    return "" if ratio is None else f" (ratio of widths {ratio:.2f})"


def _finding(results: Sequence[Result]) -> str:
    exact = _mean(results, "chain_exact_match_width")
    soft = _mean(results, "chain_log_probability_width")
    if exact is None or soft is None:
        return "No metric rises enough to have a width"
    return (
        f"The same chains rise over {exact:.2f} decades of size by exact match, "
        f"over {soft:.2f} by log-probability"
    )
