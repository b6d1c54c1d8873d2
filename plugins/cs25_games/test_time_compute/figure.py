"""The figure of `test-time-compute`: Elo against simulations, and against weights with search."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from cs25 import Measure, Result
from cs25_games.test_time_compute.bradley_terry import expected_score

__all__ = ["draw"]

#: Elo points that the lecture's rule of thumb gives a doubling.
_RULE = 120

#: Colours and markers of the numbers of evaluations, the fewest first; then again.
_COLOURS = ("C7", "C2", "C4", "C0", "C5", "C6")
_MARKERS = "osD^vP"


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw ratings against simulations, and against the weights of networks that search.

    Args:
        results: one for each seed; points are means over seeds.
        control: the same where no result counts in a search; may be empty.
    """
    figure = Figure(figsize=(11, 5), layout="constrained")
    left, right = figure.subplots(1, 2)
    _draw_searches(left, results, control)
    _draw_networks(right, results, control)
    finding = _finding(results)
    figure.suptitle(finding)
    figure.set_label(_description(finding, results, control))
    return figure


def _draw_searches(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    simulations, elo = _ratings(results, "searches", "simulations")
    mean, margin = _with_margin(results, "searches", elo)
    # Ratings have no zero of their own: here it is the shortest search's.
    axes.errorbar(
        simulations, mean - mean[0], margin, fmt="o-", color="C0", capsize=3,
        label="search with random playouts",
    )  # fmt: skip
    rule = _RULE * np.log2(simulations / simulations[0])
    axes.plot(simulations, rule, ":", color="C1", label=f"the lecture's rule: {_RULE} a doubling")
    if control:
        simulations, elo = _ratings(control, "searches", "simulations")
        flat = elo.mean(axis=0)
        axes.plot(simulations, flat - flat[0], "x--", color="C3", label="control: no result counts")
    axes.set(
        xlabel="Simulations for each move", ylabel="Elo above the shortest search",
        title="A search without a network",
    )  # fmt: skip
    _doublings(axes)
    axes.legend(fontsize="small", loc="upper left")


def _draw_networks(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    table = results[0].table("networks")
    levels = np.array(table.column("evaluations"))
    weights, elo = _ratings(results, "networks", "weights")
    mean, margin = _with_margin(results, "networks", elo)
    largest_alone = mean[(levels == levels.min()) & (weights == weights.max())][0]
    for i, level in enumerate(sorted(set(levels))):
        mine = levels == level
        axes.errorbar(
            weights[mine], mean[mine] - largest_alone, margin[:, mine],
            fmt=f"{_MARKERS[i % len(_MARKERS)]}-", color=_COLOURS[i % len(_COLOURS)], capsize=3,
            label="no search" if level == 1 else f"{level} evaluations for each move",
        )  # fmt: skip
    if control:
        weights, elo = _ratings(control, "networks", "weights")
        levels = np.array(control[0].table("networks").column("evaluations"))
        flat = elo.mean(axis=0)
        alone = flat[(levels == levels.min()) & (weights == weights.max())][0]
        mine = levels == levels.max()
        axes.plot(
            weights[mine], flat[mine] - alone, "x--", color="C3",
            label=f"control: {levels.max()}, no result counts",
        )  # fmt: skip
    axes.axhline(0, color="C7", lw=0.8, ls=":")
    axes.set(
        xlabel="Weights of the network", ylabel="Elo above the largest network alone",
        title="Networks with and without search",
    )  # fmt: skip
    _doublings(axes)
    axes.legend(fontsize="small", loc="best")


def _doublings(axes: Axes) -> None:
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_locator(LogLocator(base=2, numticks=12))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))


def _ratings(
    results: Sequence[Result], table: str, column: str
) -> tuple[Float[np.ndarray, " player"], Float[np.ndarray, "seed player"]]:
    """Return a column of a table, and the ratings of every seed."""
    tables = [result.table(table) for result in results]
    return (
        np.array(tables[0].column(column), dtype=float),
        np.array([table.column("elo") for table in tables], dtype=float),
    )


def _with_margin(
    results: Sequence[Result], table: str, elo: Float[np.ndarray, "seed player"]
) -> tuple[Float[np.ndarray, " player"], Float[np.ndarray, "2 player"]]:
    """Return the ratings' means, and how far the 95 % intervals reach below and above.

    Of several seeds they are Student's; of one, the bootstrap's.
    """
    mean = elo.mean(axis=0)
    if len(results) == 1:
        low, high = (results[0].table(table).column(end) for end in ("low", "high"))
        return mean, np.array([mean - low, high - mean])
    measures = [Measure.mean_of(seeds) for seeds in elo.T]
    return mean, np.array(
        [[m.value - (m.low or 0), (m.high or 0) - m.value] for m in measures]
    ).T  # fmt: skip


def _finding(results: Sequence[Result]) -> str:
    value = {name: _mean(results, name) for name in ("elo_per_doubling", "search_lead")}
    weights = results[0].measures["times_the_weights"].value
    lead = value["search_lead"]
    compared = "beats" if lead > 0 else "does not beat"
    return (
        f"A doubling of the search is worth {value['elo_per_doubling']:.0f} Elo; a network that "
        f"searches {compared} one {weights:.0f} times its size that does not"
    )


def _mean(results: Sequence[Result], name: str) -> float:
    return float(np.mean([result.measures[name].value for result in results]))


def _description(finding: str, results: Sequence[Result], control: Sequence[Result]) -> str:
    value = {name: _mean(results, name) for name in results[0].measures}
    text = (
        f"{finding}. On the left, Elo against the simulations of a search with random playouts, "
        f"beside the lecture's rule of {_RULE} Elo a doubling: {value['first_doublings']:.0f} a "
        f"doubling for the first ones, {value['last_doublings']:.0f} for the last. On the right, "
        "Elo against the weights of a network, one line for each number of evaluations of it: "
        f"search adds {value['search_gain']:.0f} on average, and the smallest with the longest "
        f"search is {value['search_lead']:.0f} above the largest without, "
        f"which is {expected_score(value['search_lead']):.0%} of the points."
    )
    for result in control[:1]:
        text += (
            " Where no result counts in a search, a doubling is worth "
            f"{result.measures['elo_per_doubling'].value:.0f} Elo."
        )
    return text
