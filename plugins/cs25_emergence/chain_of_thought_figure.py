"""The figure of `chain-of-thought`: accuracy against size, format by format, task by task."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cs25 import Result

__all__ = ["draw"]

#: What stands before the name of a task's table: what is asked, and how many answers there are.
_PANELS = {"": ("Sums mod 10", 10), "s5_": ("Permutations of five things", 120)}

_STYLES = {
    "step": ("C0", "o-", "step by step"),
    "direct": ("C1", "s-", "direct answer"),
    "filler": ("C2", "^-", "filler tokens"),
}


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw a panel for each task that was tried."""
    tried = {table.name for table in results[0].tables}
    panels = [prefix for prefix in _PANELS if f"{prefix}accuracy" in tried]
    figure = Figure(figsize=(7, 4.2) if len(panels) == 1 else (11, 4.4), layout="constrained")
    all_axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    findings = []
    for axes, prefix in zip(all_axes, panels, strict=True):
        _panel(axes, prefix, results, control)
        label, _ = _PANELS[prefix]
        said = "Writing steps down adds" if len(panels) == 1 else f"{label}:\nsteps add"
        findings.append(_finding(prefix, results, said))
        axes.set_title(findings[-1], fontsize="medium")
    all_axes[0].set_ylabel("Right answers (share)")
    all_axes[0].legend(fontsize="small")
    band = "bands: range over seeds" if len(results) > 1 else "bands: 95 % over questions"
    figure.set_label(
        ". ".join(findings).replace("\n", " ")
        + ". Share of right answers against the number of parameters for three formats; "
        + f"{band}."
        + "".join(f" {_control(prefix, control)}" for prefix in panels if control)
    )
    return figure


def _panel(axes: Axes, prefix: str, results: Sequence[Result], control: Sequence[Result]) -> None:
    for form, (colour, style, label) in _STYLES.items():
        size, middle, low, high = _curve(prefix, results, form)
        axes.plot(size, middle, style, color=colour, ms=4, label=label)
        axes.fill_between(size, low, high, color=colour, alpha=0.2, lw=0)
    if control:
        size, middle, *_ = _curve(prefix, control, "step")
        axes.plot(size, middle, "x--", color="C3", ms=4, label="control: step by step, shuffled")
    _, answers = _PANELS[prefix]
    axes.axhline(1 / answers, ls=":", lw=1, color="C7", label="chance")
    axes.set(xscale="log", ylim=(-0.03, 1.03), xlabel="Parameters")


def _control(prefix: str, control: Sequence[Result]) -> str:
    _, step, *_ = _curve(prefix, control, "step")
    label, answers = _PANELS[prefix]
    return (
        f"{label}, trained on shuffled chains: from {step.min():.3f} to {step.max():.3f}, where "
        f"chance is {1 / answers:.3f}."
    )


def _curve(prefix: str, results: Sequence[Result], form: str) -> tuple[np.ndarray, ...]:
    tables = [result.table(f"{prefix}accuracy") for result in results]
    size = np.array(tables[0].column("n_params"))
    values = np.array([table.column(form) for table in tables])
    if len(tables) == 1:
        return size, values[0], *(np.array(tables[0].column(form + e)) for e in ("_low", "_high"))
    return size, values.mean(axis=0), values.min(axis=0), values.max(axis=0)


def _finding(prefix: str, results: Sequence[Result], said: str) -> str:
    gain, smallest = (
        np.mean([result.measures[f"{prefix}gain_{size}"].value for result in results])
        for size in ("largest", "smallest")
    )
    size = results[0].table(f"{prefix}accuracy").column("n_params")
    finding = (
        f"{said} {round(100 * smallest)} points at {size[0]:,} parameters, "
        f"{round(100 * gain)} at {size[-1]:,}"
    )
    low, high = f"{prefix}crossover_low", f"{prefix}crossover_high"
    brackets = [r.measures for r in results if low in r.measures]
    if len(brackets) < len(results):
        return finding
    least = min(measures[low].value for measures in brackets)
    most = max(measures[high].value for measures in brackets)
    return f"{finding};\nthe turn lies between {least:,.0f} and {most:,.0f}"
