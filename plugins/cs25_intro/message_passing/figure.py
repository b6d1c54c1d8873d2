"""The figure of `message-passing`: one graph, two inputs, and what asking is good for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from scipy.special import betaincinv

from cs25 import Result
from cs25_intro.message_passing.untrained import DRAWN_NODES

__all__ = ["draw"]

#: Column of the table, what it shows, colour.
_GRAPHS = (
    ("first", "Random parameters, one input", "C0"),
    ("second", "Same graph, new input", "C0"),
    ("average", "Control: an average, any input", "C3"),
)

_APART = 3.0  # from one circle's centre to the next, in its radii

_WIDTH_PT = 5.0  # of an arrow with all the weight

#: Fewer questions say too little for a point of their own.
_ENOUGH = 100


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw the weights as widths of arrows, and right answers against the number of senders."""
    figure = Figure(figsize=(9.5, 7.2), layout="constrained")
    grid = figure.add_gridspec(2, 1)
    answers = figure.add_subplot(grid[1])  # first: a terminal shows it, but no arrows
    _answers(answers, results, control)
    graphs = figure.add_subplot(grid[0])
    for i, (column, title, colour) in enumerate(_GRAPHS):
        graphs.text(i * _APART, 1.4, title, ha="center", fontweight="bold")
        _graph(graphs, results[0], column, colour, centre=i * _APART)
    width = _APART * (len(_GRAPHS) - 1)
    graphs.set(xlim=(-1.4, width + 1.4), ylim=(-1.2, 1.6), aspect="equal")
    graphs.axis("off")
    title = _finding(results)
    figure.suptitle(title)
    n_seeds = f", pooled over {len(results)} seeds" if len(results) > 1 else ""
    figure.set_label(
        f"{title}. Top: a random directed graph three times, with arrows as wide as their weights: "
        "for two inputs of an attention with random parameters, and for an average of all "
        f"senders; an arrow from an only sender is grey.{_isolated(results[0])} Bottom: share of "
        "right answers against the number of senders of the node that asks, with 95 % "
        f"intervals{n_seeds}, and the best that an average allows.{_control(control)}"
    )
    return figure


def _graph(axes: Axes, result: Result, column: str, colour: str, *, centre: float) -> None:
    """Draw nodes on a circle, those that nobody sends to with a dashed rim."""
    angle = np.pi / 2 - 2 * np.pi * np.arange(DRAWN_NODES) / DRAWN_NODES
    place = np.stack((centre + np.cos(angle), np.sin(angle)), axis=1)
    arrows = result.table("arrows")
    senders = Counter(arrows.column("receiver"))
    rows = zip(*(arrows.column(name) for name in ("sender", "receiver", column)), strict=True)
    for sender, receiver, weight in rows:
        axes.add_patch(
            FancyArrowPatch(
                place[sender],
                place[receiver],
                connectionstyle="arc3,rad=0.15",  # there and back side by side
                arrowstyle="-|>",
                mutation_scale=6 + 8 * weight,
                shrinkA=10,
                shrinkB=10,
                linewidth=_WIDTH_PT * weight,
                # A node's only sender has all its weight, whatever it says.
                color=colour if senders[receiver] > 1 else "C7",
            )
        )
    for node, (x, y) in enumerate(place):
        axes.text(
            x,
            y,
            str(node),
            ha="center",
            va="center",
            fontsize="small",
            bbox={
                "boxstyle": "circle",
                "facecolor": rcParams["axes.facecolor"],
                "edgecolor": rcParams["text.color"],
                "linestyle": "-" if node in senders else ":",
            },
        )


def _answers(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    for source, style, colour, label in (
        (results, "o", "C0", "attention, after learning"),
        (control, "x", "C3", "control: average, after learning"),
    ):
        if source:
            senders, share, low, high = _pooled(source)
            axes.errorbar(
                senders, share, (share - low, high - share), fmt=style, color=colour, label=label
            )
    table = results[0].table("senders")
    axes.plot(
        table.column("senders"), table.column("ceiling"), "--", color="C7",
        label="the best that an average allows",
    )  # fmt: skip
    axes.axhline(0.5, ls=":", lw=1, color="C7", label="chance")
    shown = _pooled(results)[0]
    axes.set(
        xlim=(min(shown) - 0.5, max(shown) + 0.5),
        ylim=(0.45, 1.03),
        xlabel="Senders of the node that asks",
        ylabel="Right answers (share)",
    )
    axes.legend(fontsize="small", loc="lower left", bbox_to_anchor=(0, 0.1))


def _pooled(results: Sequence[Result]) -> tuple[np.ndarray, ...]:
    """Return numbers of senders, the share of right answers, and its 95 % interval."""
    asked: dict[int, float] = {}
    right: dict[int, float] = {}
    for result in results:
        table = result.table("senders")
        rows = zip(*(table.column(name) for name in ("senders", "questions", "right")), strict=True)
        for n, questions, share in rows:
            asked[n] = asked.get(n, 0) + questions
            right[n] = right.get(n, 0) + questions * share
    senders = sorted(n for n in asked if asked[n] >= _ENOUGH)
    n, k = (np.array([of[count] for count in senders]) for of in (asked, right))
    # Clopper and Pearson's interval, which has a width even where all answers are right.
    low = np.where(k > 0.5, betaincinv(np.maximum(k, 1), n - k + 1, 0.025), 0.0)
    high = np.where(n - k > 0.5, betaincinv(k + 1, np.maximum(n - k, 1), 0.975), 1.0)
    return np.array(senders), k / n, low, high


def _finding(results: Sequence[Result]) -> str:
    change, right, best = (
        np.mean([result.measures[name].value for result in results])
        for name in ("learned_change", "looked_up", "ceiling")
    )
    return (
        f"New questions move {change:.0%} of a node's weight to other senders; it gets what it "
        f"asks for {right:.1%} of the time, where an average allows {best:.1%}"
    ).replace("%", "\N{NO-BREAK SPACE}%")


def _isolated(result: Result) -> str:
    alone = sorted(set(range(DRAWN_NODES)) - set(result.table("arrows").column("receiver")))
    if not alone:
        return ""
    return f" Nobody sends to {', '.join(map(str, alone))}: the rim is dashed."


def _control(control: Sequence[Result]) -> str:
    if not control:
        return ""
    right = np.mean([result.measures["looked_up"].value for result in control])
    return f" The control, trained alike, answers {right:.1%} right.".replace(
        "%", "\N{NO-BREAK SPACE}%"
    )
