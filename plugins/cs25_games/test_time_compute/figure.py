"""The figure of `test-time-compute`: Elo against simulations, and against weights with search."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure

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
    figure.set_label(_description(finding.replace("\n", ". "), results, control))
    return figure


def _draw_searches(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    simulations, elo, margin = _ratings(results, "searches", "simulations", zero=0)
    axes.errorbar(
        simulations, elo, margin, fmt="o-", color="C0", capsize=3,
        label="search with random playouts",
    )  # fmt: skip
    rule = _RULE * np.log2(simulations / simulations[0])
    axes.plot(simulations, rule, ":", color="C1", label=f"the lecture's rule: {_RULE} a doubling")
    if control:
        others, elo, _ = _ratings(control, "searches", "simulations", zero=0)
        axes.plot(others, elo, "x--", color="C3", label="control: no result counts")
    _ticks(axes, simulations)
    axes.set(
        xlabel="Simulations for each move", ylabel="Elo above the shortest search",
        title="Search with random playouts",
    )  # fmt: skip
    axes.legend(fontsize="small", loc="upper left")


def _draw_networks(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    levels = _levels(results)
    # Weights grow, and with the same weights the evaluations: the largest alone is there.
    alone = -len(set(levels))
    weights, elo, margin = _ratings(results, "networks", "weights", zero=alone)
    for i, level in enumerate(sorted(set(levels))):
        mine = levels == level
        axes.errorbar(
            weights[mine], elo[mine], margin[:, mine],
            fmt=f"{_MARKERS[i % len(_MARKERS)]}-", color=_COLOURS[i % len(_COLOURS)], capsize=3,
            label="no search" if level == 1 else f"{level} evaluations for each move",
        )  # fmt: skip
    if control:
        levels = _levels(control)
        others, elo, _ = _ratings(control, "networks", "weights", zero=-len(set(levels)))
        mine = levels == max(levels)
        label = f"control: {max(levels)}, no result counts"
        axes.plot(others[mine], elo[mine], "x--", color="C3", label=label)
    axes.axhline(0, color="C7", lw=0.8, ls=":")
    _ticks(axes, np.unique(weights))
    axes.set(
        xlabel="Weights of the network", ylabel="Elo above the largest network alone",
        title="Search with a network",
    )  # fmt: skip
    axes.legend(fontsize="small", loc="best")


def _ticks(axes: Axes, places: Float[np.ndarray, " tick"]) -> None:
    axes.set_xscale("log", base=2)
    places = places[:: 1 + len(places) // 10]
    axes.set_xticks(places, [f"{place:,.0f}" for place in places])


def _levels(results: Sequence[Result]) -> Int[np.ndarray, " player"]:
    return np.array(results[0].table("networks").column("evaluations"))


def _ratings(
    results: Sequence[Result], table: str, column: str, *, zero: int
) -> tuple[
    Float[np.ndarray, " player"], Float[np.ndarray, " player"], Float[np.ndarray, "2 player"]
]:
    """Return a column of a table, the mean ratings, and how far their 95 % intervals reach.

    Of several seeds the intervals are Student's, of one they are the bootstrap's.

    Args:
        results: one for each seed.
        table: its name.
        column: what the players differ in.
        zero: the player whose rating counts as zero: Elo has none of its own.
    """
    tables = [result.table(table) for result in results]
    x = np.array(tables[0].column(column), dtype=float)
    elo = np.array([t.column("elo") for t in tables], dtype=float)
    relative = elo - elo[:, [zero]]
    if len(results) == 1:
        low, high = (np.array(tables[0].column(end), dtype=float) for end in ("low", "high"))
        return x, relative[0], np.array([elo[0] - low, high - elo[0]])
    margins = [Measure.mean_of(seeds).margin for seeds in relative.T]
    return x, relative.mean(axis=0), np.array([margins, margins])


def _finding(results: Sequence[Result]) -> str:
    whole, first, last, lead = (
        Measure.over_seeds(results, name).value
        for name in ("elo_per_doubling", "first_doublings", "last_doublings", "search_lead")
    )
    weights = results[0].measures["times_the_weights"].value
    compared = "beats" if lead > 0 else "does not beat"
    return (
        f"Twice the search is worth {whole:.0f} Elo: {first:.0f} at first, {last:.0f} in the end\n"
        f"A network that searches {compared} one {weights:.0f} times its size that does not"
    )


def _description(finding: str, results: Sequence[Result], control: Sequence[Result]) -> str:
    gain, lead = (
        Measure.over_seeds(results, name).value for name in ("search_gain", "search_lead")
    )
    text = (
        f"{finding}. On the left, Elo against the simulations of a search with random playouts, "
        f"beside the lecture's rule of {_RULE} Elo a doubling. On the right, "
        "Elo against the weights of a network, one line for each number of evaluations of it: "
        f"search adds {gain:.0f} on average, and the smallest with the longest "
        f"search is {lead:.0f} above the largest without, "
        f"which is {expected_score(lead):.0%} of the points."
    )
    for result in control[:1]:
        text += (
            " Where no result counts in a search, a doubling is worth "
            f"{result.measures['elo_per_doubling'].value:.0f} Elo."
        )
    return text
