"""The figure of `cfr`: exploitability by iterations, of averages and of what is played just now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cs25 import Result

__all__ = ["draw"]

#: Colour, line and name of each variant, in the order of the legend.
_VARIANTS = {
    "cfr": ("C0", "-", "CFR"),
    "linear": ("C2", "--", "linear CFR"),
    "cfr_plus": ("C1", "-.", "CFR+"),
    "discounted": ("C3", (0, (5, 1, 1, 1, 1, 1)), "discounted CFR"),
}
_CONTROL = "control: CFR+, payoffs shuffled"


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw a panel for the averages, and one for the policies of single iterations."""
    result = results[0]  # there is no chance in it
    figure = Figure(figsize=(10.5, 4.7), layout="constrained")
    left, right = figure.subplots(1, 2, sharex=True, sharey=True)
    _draw_curves(left, result, control, "average")
    _draw_curves(right, result, control, "current")
    iteration, average = _curve(result, "cfr", "average")
    late = iteration >= 10
    guide = 2 * average[late][0] * (iteration[late] / iteration[late][0]) ** -0.5
    left.plot(iteration[late], guide, ":", color="C7", lw=1.2, label="slope −1/2, as the bound's")
    left.set_ylabel("Exploitability (antes a game)")
    left.set_title("Average over iterations", fontsize="medium")
    right.set_title("Policy of the iteration", fontsize="medium")
    finding = _finding(result)
    figure.suptitle(finding)
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    figure.set_label(_description(finding.replace("\n", " "), result, control))
    return figure


def _draw_curves(axes: Axes, result: Result, control: Sequence[Result], which: str) -> None:
    for name, (colour, line, label) in _VARIANTS.items():
        axes.plot(*_curve(result, name, which), ls=line, color=colour, label=label)
    if control:
        axes.plot(
            *_curve(control[0], "cfr_plus", which), color="C7", lw=1.2, marker="x", markevery=12,
            label=_CONTROL,
        )  # fmt: skip
    precision = _precision(result)
    axes.axhline(precision, color="C7", lw=1, label=f"{precision:g} antes: solved")
    axes.set(xscale="log", yscale="log", xlabel="Iterations")


def _curve(
    result: Result, name: str, which: str
) -> tuple[Float[np.ndarray, " check"], Float[np.ndarray, " check"]]:
    """Return iterations, and the exploitability of a variant then, in antes."""
    table = result.table("curves")
    chosen = np.array(table.column("variant")) == name
    iteration, values = (np.array(table.column(c), dtype=float) for c in ("iteration", which))
    return iteration[chosen], values[chosen]


def _precision(result: Result) -> float:
    return float(result.table("precision").rows[0][0])  # type: ignore[arg-type]


def _reached(result: Result, name: str) -> str | None:
    """Return after how many iterations a variant came to the precision, if it did."""
    _, average = _curve(result, name, "average")
    if (average > _precision(result)).all():
        return None
    return f"{result.measures[f'iterations_{name}'].value:,.0f}"


def _finding(result: Result) -> str:
    plain, plus = _reached(result, "cfr"), _reached(result, "cfr_plus")
    antes = f"{_precision(result):g} antes"
    last = f"{_curve(result, 'cfr', 'average')[0][-1]:,.0f}"
    if plain is None and plus is None:
        return f"In {last} iterations neither CFR nor CFR+ comes to {antes}"
    if plus is None:
        return f"CFR is within {antes} of an equilibrium after {plain} iterations,\nCFR+ not after {last}"
    then = f"CFR not after {last}" if plain is None else f"CFR after {plain}"
    return f"CFR+ is within {antes} of an equilibrium after {plus} iterations,\n{then}"


def _description(finding: str, result: Result, control: Sequence[Result]) -> str:
    def ends(of: Result, which: str) -> str:
        return ", ".join(
            f"{label} {_curve(of, name, which)[1][-1]:.2g}"
            for name, (_, _, label) in _VARIANTS.items()
        )

    text = (
        f"{finding}. Left: exploitability of the average policy against iterations, both axes "
        f"logarithmic; in the end, in antes: {ends(result, 'average')}. Right: the same for the "
        f"policy that is played in the iteration; in the end: {ends(result, 'current')}."
    )
    if control:
        text += (
            " In the control, which learns with shuffled payoffs, averages end at "
            f"{ends(control[0], 'average')}."
        )
    return text
