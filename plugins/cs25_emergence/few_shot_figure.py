"""The figure of `few-shot`: accuracy against size for two depths."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from cs25 import Result

__all__ = ["draw"]

_STYLES = {2: ("C0", "o-", "two layers"), 1: ("C1", "s-", "one layer")}


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw the share of right answers about held-out tables, with chance and the control."""
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.subplots()
    for depth, (colour, style, label) in _STYLES.items():
        size, middle, low, high = _curve(results, depth)
        axes.plot(size, middle, style, color=colour, ms=4, label=label)
        axes.fill_between(size, low, high, color=colour, alpha=0.2, lw=0)
    if control:
        size, middle, *_ = _curve(control, 2)
        axes.plot(
            size, middle, "x--", color="C3", ms=4, label="control: two layers, others' answers"
        )
    chance = _chance(results)
    axes.axhline(chance, ls=":", lw=1, color="C7", label=f"chance: one in {round(1 / chance)}")
    axes.set(
        xscale="log", ylim=(-0.03, 1.03), xlabel="Parameters",
        ylabel="Right answers about new tables (share)", title=_finding(results),
    )  # fmt: skip
    axes.title.set_fontsize("medium")
    axes.legend(fontsize="small", loc="upper left")
    band = "range over seeds" if len(results) > 1 else "95 % over questions"
    figure.set_label(
        f"{_finding(results)}. Share of right answers about tables that the training never "
        "showed, against the number of parameters, for models of two layers and of one; bands: "
        f"{band}; chance is {chance:.3f}.".replace("\n", " ")
        + _onset(results)
        + (_control(control) if control else "")
    )
    return figure


def _control(control: Sequence[Result]) -> str:
    _, middle, *_ = _curve(control, 2)
    return (
        " Two layers, trained on the answers to other prompts: from "
        f"{middle.min():.3f} to {middle.max():.3f}."
    )


def _chance(results: Sequence[Result]) -> float:
    """Return the share that a guess has right: what the largest model's gain is counted from."""
    accuracy = results[0].table("layers_2").column("accuracy")[-1]
    return float(accuracy) - results[0].measures["largest_above_chance"].value


def _curve(results: Sequence[Result], depth: int) -> tuple[np.ndarray, ...]:
    tables = [result.table(f"layers_{depth}") for result in results]
    size = np.array(tables[0].column("n_params"))
    values = np.array([table.column("accuracy") for table in tables])
    if len(tables) == 1:
        ends = (np.array(tables[0].column(f"accuracy_{end}")) for end in ("low", "high"))
        return size, values[0], *ends
    return size, values.mean(axis=0), values.min(axis=0), values.max(axis=0)


def _finding(results: Sequence[Result]) -> str:
    size, accuracy, *_ = _curve(results, 2)
    shallow, of_shallow, *_ = _curve(results, 1)
    return (
        f"Two layers answer {100 * accuracy[0]:.0f} % right at {size[0]:,} parameters,\n"
        f"{100 * accuracy[-1]:.0f} % at {size[-1]:,}; one layer {100 * of_shallow[-1]:.0f} % at "
        f"{shallow[-1]:,}"
    )


def _onset(results: Sequence[Result]) -> str:
    brackets = [result.measures for result in results if "onset_low" in result.measures]
    if len(brackets) < len(results):
        return ""
    least = min(measures["onset_low"].value for measures in brackets)
    most = max(measures["onset_high"].value for measures in brackets)
    return f" Two layers begin to learn between {least:,.0f} and {most:,.0f} parameters."
