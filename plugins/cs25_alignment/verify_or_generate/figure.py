"""The figure of `verify-or-generate`: both networks of each task as they learn, and four choices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from cs25 import Measure, Result
from cs25_alignment.verify_or_generate.contest import CHOICES, HARD, VERIFIED

__all__ = ["draw"]

_CURVES = (
    ("auc", "C0", "o-", "verifier: right answer above near miss"),
    ("success", "C1", "s-", "generator: problems solved"),
)
_CHOICES = {
    "one": ("C7", "", "one sample"),
    "majority": ("C1", "\\\\", "majority vote"),
    "best": ("C0", "", "the verifier's choice"),
    "any": ("C2", "..", "perfect choice"),
}


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw what both networks of each task can do by how long they have learned, and the choices.

    Args:
        results: one for each seed; points are means over seeds.
        control: the same with verifiers that learned shuffled faults; may be empty.
    """
    figure = Figure(figsize=(10.5, 7.6), layout="constrained")
    *panels, last = figure.subplots(2, 2).flat
    for axes, task in zip(panels, _tasks(results), strict=True):
        _draw_task(axes, task, results, control)
    _draw_choices(last, results, control)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    finding = _finding(results)
    figure.suptitle(finding)
    figure.set_label(_description(finding, results, control))
    return figure


def _draw_task(axes: Axes, task: str, results: Sequence[Result], control: Sequence[Result]) -> None:
    for column, colour, style, label in _CURVES:
        step, curves = _curves(results, task, column)
        means = [Measure.mean_of(values) for values in curves.T.tolist()]
        axes.errorbar(
            step, [mean.value for mean in means], [mean.margin for mean in means],
            fmt=style, color=colour, ms=3.5, lw=1.4, elinewidth=0.8, label=label,
        )  # fmt: skip
    if control:
        step, curves = _curves(control, task, "auc")
        axes.plot(step, curves.mean(axis=0), "x--", color="C3", ms=4, label="control: verifier, shuffled faults")  # fmt: skip
    axes.axhline(VERIFIED, color="C0", lw=0.8, ls=":")
    axes.axhline(HARD, color="C1", lw=0.8, ls=":")
    axes.set(ylim=(-0.02, 1.03), xlabel="Steps of training", ylabel="Share")
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_title(task.capitalize(), fontsize="medium")


def _draw_choices(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    tasks = _tasks(results)
    places = np.arange(len(tasks), dtype=float)
    for number, choice in enumerate(CHOICES):
        colour, hatch, label = _CHOICES[choice]
        shares = [Measure.mean_of(values) for values in _choices(results, choice).T.tolist()]
        axes.bar(
            places + 0.2 * number - 0.3, [share.value for share in shares], 0.18,
            yerr=[share.margin for share in shares], color=colour, hatch=hatch, label=label,
        )  # fmt: skip
    if control:
        axes.plot(
            places + 0.1, _choices(control, "best").mean(axis=0), "x", color="C3", ms=9, mew=2.2,
            label="control: its choice",
        )  # fmt: skip
    axes.set_xticks(places, [task.capitalize() for task in tasks])
    axes.set(ylim=(0, 1.35), yticks=np.arange(0, 1.1, 0.2), ylabel="Problems solved")
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.legend(fontsize="small", ncols=2, loc="upper left")
    axes.set_title("One answer from several samples", fontsize="medium")


def _tasks(results: Sequence[Result]) -> tuple[str, ...]:
    return results[0].table("choices").column("task")


def _curves(
    results: Sequence[Result], task: str, column: str
) -> tuple[Float[np.ndarray, " check"], Float[np.ndarray, "seed check"]]:
    table = results[0].table("learning")
    chosen = np.array(table.column("task")) == task
    curves = [result.table("learning").column(column) for result in results]
    return np.array(table.column("step"))[chosen], np.array(curves, dtype=float)[:, chosen]


def _choices(results: Sequence[Result], choice: str) -> Float[np.ndarray, "seed task"]:
    return np.array([result.table("choices").column(choice) for result in results], dtype=float)


def _finding(results: Sequence[Result]) -> str:
    hard = [result for result in results if "auc_where_hard" in result.measures]
    first = (
        "Where the generator solves at most half, the verifier is right "
        f"{_percent(Measure.over_seeds(hard, 'auc_where_hard').value)} of the time, or more"
        if len(hard) == len(results)
        else "The generator solves more than half of every task"
    )
    gain = 100 * Measure.over_seeds(results, "gain_over_majority").value
    return (
        f"{first};\nits choice among samples solves {abs(gain):.0f} points "
        f"{'more' if gain > 0 else 'fewer'} than their majority vote, or better"
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


def _description(finding: str, results: Sequence[Result], control: Sequence[Result]) -> str:
    ends = "; ".join(
        f"{task}: verifier {_curves(results, task, 'auc')[1].mean(axis=0)[-1]:.3f}, generator "
        f"{_curves(results, task, 'success')[1].mean(axis=0)[-1]:.2f}"
        for task in _tasks(results)
    )
    picked = "; ".join(
        f"{_CHOICES[choice][2]} "
        + ", ".join(f"{share:.2f}" for share in _choices(results, choice).mean(axis=0))
        for choice in CHOICES
    )
    text = (
        f"{finding.replace(chr(10), ' ')}. Three panels show, for {', '.join(_tasks(results))}, the "
        "share of pairs of a right answer and a near miss in which the verifier scores the right "
        "one higher, and the share of problems that the generator solves, by steps of training. In "
        f"the end, {ends}. A fourth panel has the share of problems solved by one answer out of "
        f"many, in the same order of tasks: {picked}."
    )
    if control:
        auc = np.mean([_curves(control, task, "auc")[1][:, -1].mean() for task in _tasks(control)])
        text += f" In the control, verifiers that learned shuffled faults end at {auc:.2f}."
    return text
