"""The figure of `self-play`: learners in three competitive games, and who understands whom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cs25 import Measure, Result

__all__ = ["draw"]

_GAMES = {
    "rock_paper_scissors": "Rock-paper-scissors",
    "kuhn_poker": "Kuhn poker",
    "three_players": "Three-player matching pennies",
}
#: Learner, which of its policies, colour, line, and name.
_CURVES = (
    ("iterated best response", "last", "C1", "o-", "iterated best response, last policy"),
    ("fictitious play", "average", "C0", "s-", "fictitious play, average"),
    ("regret matching", "average", "C2", "^-", "regret matching, average"),
    ("magnetic mirror descent", "last", "C3", "D-", "magnetic mirror descent, last policy"),
)
#: Lower exploitability is drawn here.
_FLOOR = 1e-4


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw a panel for each competitive game, and one for conventions."""
    figure = Figure(figsize=(10.5, 7.6), layout="constrained")
    *games, talk = figure.subplots(2, 2).flat
    for axes, (game, title) in zip(games, _GAMES.items(), strict=True):
        _draw_game(axes, game, results, control)
        axes.set_title(title, fontsize="medium")
    _draw_talk(talk, results, control)
    handles, labels = games[1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    finding = _finding(results)
    figure.suptitle(finding)
    figure.set_label(_description(finding, results, control))
    return figure


def _draw_game(axes: Axes, game: str, results: Sequence[Result], control: Sequence[Result]) -> None:
    for learner, policy, colour, style, label in _CURVES:
        iterations, curves = _curves(results, game, learner, policy)
        mean = curves.mean(axis=0).clip(min=_FLOOR)
        axes.plot(iterations, mean, style, color=colour, label=label, ms=3.5, markevery=4)
        low, high = curves.min(axis=0).clip(min=_FLOOR), curves.max(axis=0).clip(min=_FLOOR)
        axes.fill_between(iterations, low, high, color=colour, alpha=0.2, lw=0)
    if control:
        iterations, curves = _curves(control, game, "fictitious play", "average")
        axes.plot(
            iterations, curves.mean(axis=0).clip(min=_FLOOR), "x--", color="C7", ms=4,
            markevery=6, label=f"control: uniform for ever (at {_FLOOR:g}: 0)",
        )  # fmt: skip
    axes.set(
        xscale="log", yscale="log", xlabel="Iterations",
        ylabel="Exploitability (antes)" if game == "kuhn_poker" else "Exploitability (points)",
    )  # fmt: skip


def _draw_talk(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    names = ("partners", "strangers")
    for runs, place, colour, hatch, label in (
        (results, -0.18, "C0", "", "trained"),
        (control, 0.18, "C7", "//", "control: untrained"),
    ):
        if runs:
            shares = [Measure.over_seeds(runs, name) for name in names]
            axes.bar(
                np.arange(2) + place, [100 * share.value for share in shares], 0.34,
                yerr=[100 * share.margin for share in shares],
                color=colour, hatch=hatch, label=label,
            )  # fmt: skip
    axes.set_xticks([0, 1], names)
    axes.set(ylim=(0, 105), ylabel="Things understood (%)")
    axes.legend(fontsize="small")
    axes.set_title("Speakers and listeners", fontsize="medium")


def _curves(
    results: Sequence[Result], game: str, learner: str, policy: str
) -> tuple[Float[np.ndarray, " point"], Float[np.ndarray, "seed point"]]:
    table = results[0].table("exploitability")
    chosen = np.array([row[:2] == (game, learner) for row in table.rows])
    curves = [result.table("exploitability").column(policy) for result in results]
    return np.array(table.column("iteration"))[chosen], np.array(curves, dtype=float)[:, chosen]


def _finding(results: Sequence[Result]) -> str:
    slope, three, partners, strangers = (
        Measure.over_seeds(results, name).value
        for name in ("slope_averages", "three_players_exploitability", "partners", "strangers")
    )
    return (
        f"Two who compete: the average's exploitability has slope {slope:.2f}; three: it ends at "
        f"{three:.2f};\ntwo who cooperate: partners understand {100 * partners:.0f}"
        f"\N{NO-BREAK SPACE}%, strangers {100 * strangers:.0f}\N{NO-BREAK SPACE}%"
    )


def _description(finding: str, results: Sequence[Result], control: Sequence[Result]) -> str:
    ends = "; ".join(
        f"{title}: "
        + ", ".join(
            f"{label} {_curves(results, game, learner, policy)[1].mean(axis=0)[-1]:.2g}"
            for learner, policy, *_, label in _CURVES
        )
        for game, title in _GAMES.items()
    )
    text = (
        f"{finding.replace(chr(10), ' ')}. Three panels show exploitability by iterations on "
        f"logarithmic axes. After all iterations, {ends}. The last panel shows how often "
        "listeners understand the speaker they were trained with, and others. Bands reach from the "
        "lowest to the highest of all seeds."
    )
    if control:
        talk = Measure.over_seeds(control, "partners").value
        text += (
            " In the control nobody learns: exploitability stays what it was, and partners "
            f"understand {100 * talk:.0f}\N{NO-BREAK SPACE}%."
        )
    return text
