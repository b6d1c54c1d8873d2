"""The figure of `mcts`: errors on boards by simulations, and exploitability at poker."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from cs25 import Measure, Result

__all__ = ["draw"]

#: Colour, marker and name of each curve.
_BOARDS = {
    "hex": ("C2", "^", "hex: wrong moves"),
    "connect_four": ("C1", "s", "connect four: wrong moves"),
    "tic_tac_toe": ("C0", "o", "tic-tac-toe: games lost"),
}
_POKER = {
    "hidden": ("C3", "D", "search, cards hidden"),
    "face_up": ("C5", "P", "search, cards face up"),
    "cfr": ("C4", "v", "CFR, cards hidden"),
}
_CONTROL = "control: random play"


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw a panel for boards, and one for Kuhn poker."""
    figure = Figure(figsize=(10.5, 4.8), layout="constrained")
    boards, poker = figure.subplots(1, 2)
    _draw_boards(boards, results, control)
    _draw_poker(poker, results, control)
    finding = _finding(results)
    figure.suptitle(finding)
    lines = [line for axes in (boards, poker) for line in axes.lines if line.get_label()[0] != "_"]
    figure.legend(handles=lines, loc="outside lower center", ncols=4)
    figure.set_label(_description(finding.replace("\n", " "), results, control))
    return figure


def _draw_boards(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    for name, (colour, marker, label) in _BOARDS.items():
        simulations, rates = _board_curve(results, name)
        _plot(axes, simulations, rates, colour, f"{marker}-", label, most=1)
        if control:
            _, rates = _board_curve(control, name)
            axes.plot(simulations, rates.mean(axis=0), ":", color=colour, lw=1.2)
    axes.set(xscale="log", xlabel="Simulations before a move", ylabel="Share of moves or games")
    axes.set_ylim(bottom=-0.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_title(_tic_tac_toe(results), fontsize="medium")


def _draw_poker(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    for name, (colour, marker, label) in _POKER.items():
        simulations, exploitability = _poker_curve(results, name)
        _plot(axes, simulations, exploitability, colour, f"{marker}-", label)
    if control:
        _, exploitability = _poker_curve(control, "hidden")
        axes.axhline(exploitability[0, 0], ls=":", color="C7", label=_CONTROL)
    axes.set(
        xscale="log", yscale="log", xlabel="Simulations (CFR: as many states visited)",
        ylabel="Exploitability (antes a game)",
    )  # fmt: skip
    axes.set_title("The same search at Kuhn poker", fontsize="medium")


def _plot(
    axes: Axes,
    x: np.ndarray,
    values: np.ndarray,
    colour: str,
    line: str,
    label: str,
    *,
    most: float = math.inf,
) -> None:
    """Draw the mean over seeds, with its 95 % interval; ``most`` is the most that a value can be."""
    pooled = [Measure.mean_of(column, least=0, most=most) for column in values.T.tolist()]
    mean = [measure.value for measure in pooled]
    axes.plot(x, mean, line, color=colour, label=label)
    if len(values) > 1:
        low, high = ([getattr(measure, end) for measure in pooled] for end in ("low", "high"))
        axes.fill_between(x, low, high, color=colour, alpha=0.2, lw=0)


def _board_curve(results: Sequence[Result], game: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of simulations, and the share of errors for each seed and each of them."""
    if game == "tic_tac_toe":
        tables = [result.table("tic_tac_toe") for result in results]
        tallies = np.array([[row[1:] for row in table.rows] for table in tables], dtype=float)
        return np.array(tables[0].column("simulations")), tallies[..., 0] / tallies.sum(axis=-1)
    return _chosen(results, "errors", game, "simulations", "errors")


def _poker_curve(results: Sequence[Result], player: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of simulations, and exploitability for each seed and each of them."""
    return _chosen(results, "kuhn", player, "simulations", "exploitability")


def _chosen(
    results: Sequence[Result], table: str, name: str, x: str, y: str
) -> tuple[np.ndarray, np.ndarray]:
    tables = [result.table(table) for result in results]
    chosen = np.array(tables[0].column(tables[0].columns[0])) == name
    places = np.mean([t.column(x) for t in tables], axis=0)[chosen]
    values = np.array([t.column(y) for t in tables], dtype=float)[:, chosen]
    return places, values


def _finding(results: Sequence[Result]) -> str:
    hidden, face_up = (
        Measure.over_seeds(results, f"kuhn_{name}").value for name in ("hidden", "face_up")
    )
    return (
        f"At poker with all cards face up, tree search can be exploited by {face_up:.2g} antes a game,"
        f"\nand with hidden cards by {hidden:.2g}"
    )


def _tic_tac_toe(results: Sequence[Result]) -> str:
    lost, games = (
        Measure.over_seeds(results, f"tic_tac_toe_{what}").value for what in ("lost", "games")
    )
    return f"Boards: {lost:,.3g} of {games:,.0f} games of tic-tac-toe lost"


def _description(finding: str, results: Sequence[Result], control: Sequence[Result]) -> str:
    most = f"{_board_curve(results, 'hex')[0][-1]:,.0f}"
    cfr = Measure.over_seeds(results, "kuhn_cfr").value
    text = (
        f"{finding}. Left: {_tic_tac_toe(results)}. Against the number of simulations before a move, the share of games of "
        "tic-tac-toe that are lost when the search meets every reply, and of positions in which its "
        f"move is wrong; with {most} simulations that is {Measure.over_seeds(results, 'connect_four_errors').value:.1%} "
        f"at connect four and {Measure.over_seeds(results, 'hex_errors').value:.1%} at hex. Right: exploitability at "
        "Kuhn poker against the number of simulations, both axes logarithmic; CFR, which visits as "
        f"many states, ends at {cfr:.2g} antes."
    )
    if control:
        errors = " and ".join(
            f"{Measure.over_seeds(control, f'{name}_errors').value:.0%} of moves at {label}"
            for name, label in {"connect_four": "connect four", "hex": "hex"}.items()
        )
        text += (
            f" In the control, which plays at random, {errors} are wrong, and poker stays at "
            f"{Measure.over_seeds(control, 'kuhn_hidden').value:.2g} antes."
        )
    return text
