"""The figure of `reward-model`: learning curves beside the best there is, and judges of sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from cs25 import Measure, Result

__all__ = ["draw"]

#: Model, colour, marker with line, and name.
_CURVES = (
    ("large", "C0", "o-", "transformer"),
    ("bag", "C1", "s-", "linear, counts symbols"),
)

#: Judges of sentences: measure, colour, hatch, and name.
_JUDGES = (
    ("text_accuracy", "C0", "", "MiniLM's vectors"),
    ("text_by_length", "C1", "//", "length alone"),
    ("text_shuffled", "C7", "..", "shuffled labels"),
)

#: What a fault is called in the figure.
_FAULTS = {
    "rambles": "rambles",
    "half": "does half",
    "ignores": "strays",
    "refuses": "refuses",
    "rude": "is rude",
    "invents": "invents",
    "harms": "does harm",
}


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw accuracy and rank correlation by comparisons; judges of sentences; and their faults."""
    figure = Figure(figsize=(11, 7.6), layout="constrained")
    (accuracy, order), (judges, faults) = figure.subplots(2, 2)
    _draw_curves(accuracy, results, control, "accuracy")
    bayes = Measure.over_seeds(results, "bayes_accuracy")
    accuracy.axhline(bayes.value, color="C2", ls="--", label="knows the gold reward")
    accuracy.axhline(0.5, color="C7", lw=0.8, ls=":", label="coin")
    accuracy.set_title("How often the preferred response is picked", fontsize="medium")
    accuracy.set_ylabel("Expected accuracy, new prompts")
    accuracy.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    low, high = accuracy.get_ylim()
    accuracy.set_ylim(low - 0.5 * (high - low), high)  # room for the legend below all curves
    accuracy.legend(fontsize="small", loc="lower left", ncols=2)
    _draw_curves(order, results, control, "rank_correlation")
    order.set_title("How like gold all responses are put in order", fontsize="medium")
    order.set_ylabel("Rank correlation, new prompts")
    order.legend(fontsize="small")
    _draw_judges(judges, results, control)
    _draw_faults(faults, results)
    finding = _finding(results)
    figure.suptitle(finding)
    figure.set_label(_description(finding, results, control))
    return figure


def _draw_curves(
    axes: Axes, results: Sequence[Result], control: Sequence[Result], column: str
) -> None:
    for model, colour, style, name in _CURVES:
        n, curves = _curve(results, model, column)
        margins = [Measure.mean_of(seeds).margin for seeds in curves.T]
        axes.errorbar(
            n, curves.mean(axis=0), margins, fmt=style, color=colour, capsize=3, label=name
        )
    if control:
        n, curves = _curve(control, "large", column)
        axes.plot(n, curves.mean(axis=0), "x--", color="C7", label="control: shuffled labels")
    axes.set(xscale="log", xlabel="Comparisons learned from")


def _draw_judges(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    runs = [(results, *judge) for judge in _JUDGES]
    if control:
        runs.append((control, "text_accuracy", "C3", "xx", "control"))
    for place, (shown, name, colour, hatch, _) in enumerate(runs):
        # Seeds share the requests, so an interval over requests is the honest one.
        shares = [result.measures[name] for result in shown]
        value, margin = (
            float(np.mean(numbers))
            for numbers in zip(*[(share.value, share.margin) for share in shares], strict=True)
        )
        axes.bar(place, value, 0.7, yerr=margin, color=colour, hatch=hatch, capsize=4)
    axes.axhline(0.5, color="C7", lw=0.8, ls=":")
    axes.set_xticks(range(len(runs)), [run[-1] for run in runs])
    axes.set(ylim=(0, 1), ylabel="Pairs right, unseen requests")
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_title("English: 50 requests, 300 pairs, a linear reward", fontsize="medium")


def _draw_faults(axes: Axes, results: Sequence[Result]) -> None:
    tables = [result.table("faults") for result in results]
    names, pairs = tables[0].column("fault"), tables[0].column("pairs")
    for column, place, (_, colour, hatch, label) in (
        ("right", -0.19, _JUDGES[0]),
        ("by_length", 0.19, _JUDGES[1]),
    ):
        shares = np.mean([table.column(column) for table in tables], axis=0)
        axes.barh(
            np.arange(len(names)) + place, shares, 0.36, color=colour, hatch=hatch, label=label
        )
    axes.axvline(0.5, color="C7", lw=0.8, ls=":")
    axes.set_yticks(
        range(len(names)), [f"{_FAULTS[name]} ({n})" for name, n in zip(names, pairs, strict=True)]
    )
    axes.invert_yaxis()
    axes.set(xlim=(0, 1), xlabel="Pairs right")
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.legend(fontsize="small", loc="best")
    axes.set_title("A response without fault against one that …", fontsize="medium")


def _curve(
    results: Sequence[Result], model: str, column: str
) -> tuple[Float[np.ndarray, " point"], Float[np.ndarray, "seed point"]]:
    chosen = np.array(results[0].table("learning").column("model")) == model
    n = np.array(results[0].table("learning").column("comparisons"), dtype=float)[chosen]
    curves = [result.table("learning").column(column) for result in results]
    return n, np.array(curves, dtype=float)[:, chosen]


def _finding(results: Sequence[Result]) -> str:
    accuracy, bayes, rank, slope, text = (
        Measure.over_seeds(results, name).value
        for name in ("accuracy", "bayes_accuracy", "rank_correlation", "slope", "text_accuracy")
    )
    n = results[0].table("learning").column("comparisons")[-1]
    return (
        f"From {n:,} comparisons a reward model gets {100 * accuracy:.1f}"
        f"\N{NO-BREAK SPACE}% of new ones right; the best possible is {100 * bayes:.1f}"
        f"\N{NO-BREAK SPACE}%\nRank correlation {rank:.2f}, calibration slope {slope:.2f}; "
        f"on English sentences {100 * text:.0f}\N{NO-BREAK SPACE}% of pairs"
    )


def _description(finding: str, results: Sequence[Result], control: Sequence[Result]) -> str:
    bag, length, chance = (
        Measure.over_seeds(results, name).value
        for name in ("bag_accuracy", "text_by_length", "text_shuffled")
    )
    text = (
        f"{finding.replace(chr(10), '. ')}. The upper panels show accuracy and rank correlation "
        "against the comparisons learned from, on a logarithmic axis, for a transformer and for a "
        f"linear reward that counts symbols, which reaches {bag:.1%}. The lower panels show judges "
        f"of English responses: by length alone {length:.0%} of pairs are right, with shuffled "
        f"labels {chance:.0%}; and for each kind of fault how often it is seen."
    )
    for result in control[:1]:
        text += (
            f" With shuffled labels the transformer's accuracy is "
            f"{result.measures['accuracy'].value:.1%}."
        )
    return text
