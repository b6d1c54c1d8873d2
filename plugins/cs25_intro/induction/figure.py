"""The figure of `induction`: when the skill came, how suddenly, and which heads carry it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cs25 import Measure, Result
from cs25_intro.induction.transition import rise

__all__ = ["draw"]

#: Column of the table of training, whether it rises or falls, colour, style, name.
_CURVES = (
    ("in_context_score", 1, "C0", "-", "in-context score"),
    ("prefix_matching", 1, "C2", "-", "prefix matching of the head"),
    ("loss", -1, "C1", "--", "loss over all tokens"),
)


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw the score in training, its rise beside that of the loss, and what is left without heads."""
    figure = Figure(figsize=(10.5, 6.8), layout="constrained")
    grid = figure.add_gridspec(2, 2)
    _training(figure.add_subplot(grid[0, :]), results, control)
    _rises(figure.add_subplot(grid[1, 0]), results)
    _heads(figure.add_subplot(grid[1, 1]), results)
    title = _finding(results)
    figure.suptitle(title)
    seeds = f" One line for each of {len(results)} seeds." if len(results) > 1 else ""
    figure.set_label(
        f"{title}. Top: the in-context score, in nats, against the step of training, with two "
        f"layers and with one.{seeds} Bottom left: the share of each change that is done, against "
        "the step over the one at which a tenth of the score's rise is done: for the score, for "
        "the prefix matching of the head that ends highest, and for the loss over all tokens. "
        "Bottom right: the score after training without each head in turn, against that head's "
        f"prefix matching.{_control(control)}"
    )
    return figure


def _training(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    for source, column, style, colour, label in (
        (results, "in_context_score", "-", "C0", "studied: two layers or more"),
        (results, "one_layer_score", "--", "C3", "beside it: one layer"),
        (control, "in_context_score", ":", "C7", "control: one layer"),
    ):
        for i, result in enumerate(source):
            x, y = (_column(result, name) for name in ("step", column))
            axes.plot(x, y, style, color=colour, lw=1.3, label=label if i == 0 else None)
    for i, result in enumerate(results):
        window = [
            result.measures[name].value for name in ("start", "end") if name in result.measures
        ]
        level = [
            np.interp(step, _column(result, "step"), _column(result, "in_context_score"))
            for step in window
        ]
        axes.plot(
            window, level, "o", color="C0", mfc="none",
            label="10 and 90 % of the rise" if i == 0 else None,
        )  # fmt: skip
    axes.set(xlabel="Step of training", ylabel="In-context score (nats)")
    axes.legend(fontsize="small")


def _rises(axes: Axes, results: Sequence[Result]) -> None:
    """Draw changes on a clock of their own: 1 is where a tenth of the score's rise is done."""
    dated = [result for result in results if "start" in result.measures]
    for column, sign, colour, style, label in _CURVES:
        for i, result in enumerate(dated):
            x = _column(result, "step") / result.measures["start"].value
            y = sign * _column(result, column)
            if column == "in_context_score":
                y = np.maximum(y, 0)  # as its window was found
            smooth = rise(y)
            done = (y - smooth[0]) / (smooth[-1] - smooth[0])
            axes.plot(x[1:], done[1:], style, color=colour, lw=1.2, label=label if i == 0 else None)
    for place, style in ((1, ":"), (2, "-.")):
        axes.axvline(place, ls=style, lw=1, color="C7")
    for share in (0.1, 0.9):
        axes.axhline(share, ls=":", lw=1, color="C7")
    axes.set(
        xscale="log",
        ylim=(-0.1, 1.15),
        xlabel="Step, over the step at 10 % of the score's rise",
        ylabel="Share of the change that is done",
    )
    if dated:
        axes.legend(fontsize="small", loc="upper left")


def _heads(axes: Axes, results: Sequence[Result]) -> None:
    """Draw what each head is worth against what it looks at."""
    by_layer: dict[int, list[tuple[float, float]]] = {}
    for result in results:
        table = result.table("heads")
        for layer, matching, left in zip(
            *(table.column(name) for name in ("layer", "prefix_matching", "score_without")),
            strict=True,
        ):
            by_layer.setdefault(layer, []).append((matching, left))
    for layer, marker in zip(sorted(by_layer), "sovD", strict=False):
        x, y = zip(*by_layer[layer], strict=True)
        axes.plot(x, y, marker, color=f"C{layer - 1}", alpha=0.8, label=f"a head of layer {layer}")
    axes.axhline(
        Measure.over_seeds(results, "in_context_score").value,
        ls=":",
        lw=1,
        color="C7",
        label="with all heads",
    )
    axes.set(
        xlim=(-0.03, 1.03),
        xlabel="Prefix matching of the head (share of its attention)",
        ylabel="Score without it (nats)",
    )
    axes.legend(fontsize="small")


def _column(result: Result, name: str) -> Float[np.ndarray, " exam"]:
    return np.array(result.table("training").column(name), dtype=float)


def _finding(results: Sequence[Result]) -> str:
    n_steps = max(result.table("training").column("step")[-1] for result in results)
    dated = sum("start" in result.measures for result in results)
    if dated < len(results):
        return f"In {n_steps:,.0f} steps the skill came in {dated} of {len(results)} runs"
    start, end = (Measure.over_seeds(results, name).value for name in ("start", "end"))
    average = ", on average" if len(results) > 1 else ""
    return (
        f"A tenth of the skill is there after {start:,.0f} steps, nine tenths "
        f"{end - start:,.0f} steps later{average}"
    )


def _control(control: Sequence[Result]) -> str:
    if not control:
        return ""
    return f" The control, with one layer, ends at {Measure.over_seeds(control, 'in_context_score').value:.2f} nats."
