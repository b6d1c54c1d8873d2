"""The figure of `rank-collapse`: one layer by what goes in, networks by depth, and SmolLM2."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cs25 import Measure, Result
from cs25_intro.rank_collapse.tokens import FLOOR

__all__ = ["draw"]

#: Colour, marker and name of each network with random parameters.
_NETWORKS = {
    "both": ("C4", "v", "skips and MLPs"),
    "skips": ("C5", "D", "skips"),
    "past": ("C2", "^", "attention, past only"),
    "attention": ("C0", "o", "attention alone"),
    "mlps": ("C1", "s", "MLPs"),
}
_CONTROL = "control: no averages"
_SMOLLM = {"whole": ("C5", "as it is"), "no_skips": ("C0", "without skips")}

#: Fewer powers of ten look like none.
_LEAST = 3e-3

#: Where an axis has its ticks on which a doubly exponential fall is a straight line: at height
#: -log10(z), what is left is 10^-z.
_TICKS = {
    2: "98\N{NO-BREAK SPACE}%",
    1: "79\N{NO-BREAK SPACE}%",
    0: "10\N{NO-BREAK SPACE}%",
    -1: "$10^{-10}$",
    -2: "$10^{-100}$",
}

#: What is smaller was counted as this; up to rounding.
_FLOOR = float(np.log10(FLOOR)) + 1e-6

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw a panel for one layer, for random networks by depth, and for SmolLM2."""
    figure = Figure(figsize=(11.5, 4.9), layout="constrained")
    one, depth, real = figure.subplots(1, 3)
    _draw_one_layer(one, results, control)
    _draw_depth(depth, results, control)
    _draw_smollm(real, results, control)
    finding = _finding(results)
    figure.suptitle(finding)
    # Networks look the same in both panels; the third has its own.
    lines = {line.get_label(): line for axes in (depth, one) for line in axes.lines}
    figure.legend(lines.values(), lines.keys(), loc="outside lower center", ncols=len(lines))
    figure.set_label(_description(finding.replace("\n", " "), results, control))
    return figure


def _draw_one_layer(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    for name in ("past", "attention"):
        colour, marker, label = _NETWORKS[name]
        given, left = _curve(results, "one_layer", name)
        axes.plot(10**given, 10 ** left.mean(axis=0), f"{marker}-", color=colour, label=label)
    axes.plot(
        10**given, 10 ** (left.mean(axis=0)[0] + 3 * (given - given[0])), ":", color="C7", lw=1.2,
        label="third power",
    )  # fmt: skip
    if control:
        given, left = _curve(control, "one_layer", "attention")
        axes.plot(10**given, 10 ** left.mean(axis=0), "x--", color="C3", label=_CONTROL)
    axes.set(
        xscale="log", yscale="log", xlabel="Residual going in (share of size)",
        ylabel="Residual coming out (share of size)",
    )  # fmt: skip
    axes.set_title(
        f"One layer: to the power {Measure.over_seeds(results, 'slope').value:.2f}",
        fontsize="medium",
    )


def _draw_depth(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    for name, (colour, marker, label) in _NETWORKS.items():
        layer, left = _curve(results, "depth", name)
        axes.plot(layer, _height(left), f"{marker}-", color=colour, label=label)
    if control:
        layer, left = _curve(control, "depth", "attention")
        axes.plot(layer, _height(left), "x--", color="C3", label=_CONTROL)
    axes.set_yticks(list(_TICKS), list(_TICKS.values()))
    axes.set(xlabel="Layer", ylabel="Residual (share of size)")
    axes.set_title(
        f"Random weights: order {Measure.over_seeds(results, 'order').value:.2f}", fontsize="medium"
    )


def _draw_smollm(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    for name, (colour, label) in _SMOLLM.items():
        layer, left = _curve(results, "smollm", name)
        axes.plot(layer, 10 ** left.mean(axis=0), "-", color=colour, label=label)
        axes.fill_between(
            layer, 10 ** left.min(axis=0), 10 ** left.max(axis=0), color=colour, alpha=0.2, lw=0
        )
    if control:
        layer, left = _curve(control, "smollm", "no_skips")
        axes.plot(layer, 10 ** left.mean(axis=0), "--", color="C3", label=f"{_CONTROL}, no skips")
    whole, bare = (_share(Measure.over_seeds(results, f"smollm_{name}").value) for name in _SMOLLM)
    axes.set(yscale="log", xlabel="Layer", ylabel="Residual (share of size)")
    axes.set_title(f"SmolLM2: {whole}, without skips {bare}", fontsize="medium")
    axes.legend(fontsize="small", loc="lower left")


def _curve(
    results: Sequence[Result], table: str, name: str
) -> tuple[Float[np.ndarray, " place"], Float[np.ndarray, "seed place"]]:
    """Return where a curve's points are, and log10 of what is left there, for each seed."""
    tables = [result.table(table) for result in results]
    who, where, _ = tables[0].columns[:3]
    chosen = np.array(tables[0].column(who)) == name
    places = np.mean([table.column(where) for table in tables], axis=0)
    left = np.array([table.column("left") for table in tables], dtype=float)
    return places[chosen], left[:, chosen]


def _height(left: Float[np.ndarray, "seed layer"]) -> Float[np.ndarray, " layer"]:
    """Return where the axis with `_TICKS` has a mean over seeds."""
    powers: np.ndarray = (-left.mean(axis=0)).clip(min=_LEAST)
    return -np.log10(powers)  # type: ignore[no-any-return]


def _share(log10: float) -> str:
    """Spell a share given by its logarithm: in per cent, or as a power of ten where it is tiny."""
    if log10 <= _FLOOR:
        return f"less than 10{str(round(_FLOOR)).translate(_SUPERSCRIPT)}"
    if log10 >= -2:
        return f"{100 * 10**log10:.0f}\N{NO-BREAK SPACE}%"
    return f"10{str(round(log10)).translate(_SUPERSCRIPT)}"


def _finding(results: Sequence[Result]) -> str:
    layers = max(results[0].table("depth").column("layer"))
    alone, skips = (
        _share(Measure.over_seeds(results, f"left_{name}").value) for name in ("attention", "skips")
    )
    return (
        f"Behind {layers} layers attention alone leaves {alone} of what tells tokens apart,\n"
        f"and attention with skip connections {skips}"
    )


def _description(finding: str, results: Sequence[Result], control: Sequence[Result]) -> str:
    others = ", ".join(
        f"{label} {_share(Measure.over_seeds(results, f'left_{name}').value)}"
        for name, (_, _, label) in _NETWORKS.items()
    )
    past = Measure.over_seeds(results, "slope_past").value
    whole, bare = (_share(Measure.over_seeds(results, f"smollm_{name}").value) for name in _SMOLLM)
    text = (
        f"{finding}. Left: the size of what tells tokens apart, over the size of the tokens, "
        "coming out of one layer of attention against that going in: a straight line of slope "
        f"{Measure.over_seeds(results, 'slope').value:.2f} on logarithmic axes, and of {past:.2f} where a token hears "
        "the past only. Middle: the same behind each layer of random networks, on an axis where a "
        f"doubly exponential fall is straight; behind the last: {others}. Right: the same in the "
        f"layers of SmolLM2: {whole} in the end, and without its skips {bare}."
    )
    if control:
        text += (
            " In the control, where each token hears one other and nothing is averaged, the slope "
            f"is {Measure.over_seeds(control, 'slope').value:.2f}, and attention alone leaves "
            f"{_share(Measure.over_seeds(control, 'left_attention').value)}."
        )
    return text
