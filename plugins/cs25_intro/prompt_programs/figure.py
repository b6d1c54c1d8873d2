"""The figure of `prompt-programs`: accuracy by number of examples, and task by task."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cs25 import Result
from cs25_intro.prompt_programs.effects import mean_over_tasks

__all__ = ["draw"]

#: What examples are compared with: colour, marker and name.
_COMPARED = {
    "told": ("C7", "D", "told in words, no example"),
    "swapped": ("C2", "^", "with each other's answers"),
    "wrong": ("C1", "s", "of another task"),
}


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw the mean over tasks by number of examples, and every task without and with the most."""
    figure = Figure(figsize=(10, 4.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    _draw_means(left, results, control)
    _draw_tasks(right, results, control)
    finding = _finding(results)
    figure.suptitle(finding, fontsize="large")
    plain = finding.replace("\n", " ")
    band = "range over seeds" if len(results) > 1 else "95 % over tasks"
    figure.set_label(
        f"{plain}. {results[0].text} Left, accuracy (mean over tasks; band: {band}) against the number of examples "
        f"in the prompt.{_others(results)} Right, each task without an example and with the most: "
        f"{_each_task(results)}.{_mixed(control)}"
    )
    return figure


def _draw_means(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    shots, own = _own(results)
    where = np.arange(len(shots))  # evenly apart: most happens with the first few examples
    middle, low, high = _pooled(own)
    axes.plot(where, middle, "o-", color="C0", ms=4, label="examples of the task")
    axes.fill_between(where, low, high, color="C0", alpha=0.2, lw=0)
    for kind, (colour, marker, label) in _COMPARED.items():
        (at,), (bottom,), (top,) = _pooled(_compared(results, kind)[:, None])
        ends = [[at - bottom], [top - at]]
        place = where[0] if kind == "told" else where[-1]
        axes.errorbar([place], [at], ends, fmt=marker, color=colour, ms=5, capsize=3, label=label)
    if control:
        middle, *_ = _pooled(_own(control)[1])
        axes.plot(where, middle, "x--", color="C3", ms=5, label="control: of all others, mixed")
    axes.set_xticks(where, [str(n) for n in shots])
    axes.set(
        ylim=(-0.03, 1.03), xlabel="Examples in the prompt",
        ylabel="Right answers (share, mean over tasks)",
    )  # fmt: skip
    axes.legend(fontsize="small", loc="upper left")


def _draw_tasks(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    none, most = _ends(results)
    order = np.argsort(most, kind="stable")
    where = np.arange(len(order))
    axes.hlines(where, none[order], most[order], color="C0", lw=1.5)
    axes.plot(none[order], where, "|", color="C0", ms=9, label="without an example")
    axes.plot(most[order], where, "o", color="C0", ms=6, label="examples of the task")
    for kind, (colour, marker, label) in _COMPARED.items():
        found = _compared(results, kind).mean(axis=0)
        axes.plot(found[order], where, marker, color=colour, ms=5, label=label)
    if control:
        mixed = _ends(control)[1]
        axes.plot(mixed[order], where, "x", color="C3", ms=6, label="control: mixed")
    written = results[0].table("written")
    names = [
        f"{task}\n{word} → {right}"
        for task, word, right in zip(*map(written.column, ("task", "word", "right")), strict=True)
    ]
    axes.set_yticks(where, [names[i] for i in order], fontsize="small")
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.6, len(order) - 0.4), xlabel="Right answers (share)")


def _tasks(results: Sequence[Result]) -> tuple[str, ...]:
    return results[0].table("compared").column("task")


def _own(results: Sequence[Result]) -> tuple[list[int], Float[np.ndarray, "seed shots task"]]:
    tables = [result.table("accuracy") for result in results]
    shots = sorted(set(tables[0].column("examples")))
    values = [np.array(table.column("own")).reshape(-1, len(shots)).T for table in tables]
    return shots, np.array(values)


def _compared(results: Sequence[Result], kind: str) -> Float[np.ndarray, "seed task"]:
    return np.array([result.table("compared").column(kind) for result in results])


def _ends(
    results: Sequence[Result],
) -> tuple[Float[np.ndarray, " task"], Float[np.ndarray, " task"]]:
    """Return each task's accuracy without an example and with the most, mean over seeds."""
    _, own = _own(results)
    return own[:, 0].mean(axis=0), own[:, -1].mean(axis=0)


def _pooled(
    values: Float[np.ndarray, "seed place task"],
) -> tuple[Float[np.ndarray, " place"], Float[np.ndarray, " place"], Float[np.ndarray, " place"]]:
    """Return the mean over tasks and seeds, with the range over seeds or, of one, 95 % over tasks."""
    means = values.mean(axis=2)
    if len(means) > 1:
        return means.mean(axis=0), means.min(axis=0), means.max(axis=0)
    found = [mean_over_tasks(tasks, least=0) for tasks in values[0]]
    low, high = (np.array([getattr(m, end) for m in found]) for end in ("low", "high"))
    return means[0], low, high


def _finding(results: Sequence[Result]) -> str:
    shots, own = _own(results)
    none, most = own[:, 0].mean(), own[:, -1].mean()
    wrong = _compared(results, "wrong").mean()
    examples = "1 example" if shots[-1] == 1 else f"{shots[-1]} examples"
    return (
        f"The same weights: {100 * none:.0f} % right without an example,\n"
        f"{100 * most:.0f} % with {examples} of the task, {100 * wrong:.0f} % with "
        f"{shots[-1]} of another task"
    )


def _others(results: Sequence[Result]) -> str:
    swapped, told = (_compared(results, kind).mean() for kind in ("swapped", "told"))
    return (
        f" The most examples with each other's answers: {swapped:.2f}; the task said in words, "
        f"without an example: {told:.2f}."
    )


def _each_task(results: Sequence[Result]) -> str:
    return ", ".join(
        f"{task} {none:.2f} to {most:.2f}"
        for task, none, most in zip(_tasks(results), *_ends(results), strict=True)
    )


def _mixed(control: Sequence[Result]) -> str:
    if not control:
        return ""
    none, most = _ends(control)
    return f" Control, examples of all other tasks: {none.mean():.2f} to {most.mean():.2f}."
