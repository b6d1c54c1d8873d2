"""The figure of `decoding`: what is repeated, how likely it is, and what temperature does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cs25 import Result

__all__ = ["draw"]

#: From free to strict; the first was drawn by no strategy.
_ORDER = ("people", "ancestral", "typical", "top-p", "top-k", "temperature", "beam", "greedy")

#: In the panel of temperatures, the other strategies at temperature 1: marker and colour.
_CUT = {"typical": ("D", "C4"), "top-p": ("s", "C1"), "top-k": ("^", "C2")}

_CONTROL = "control: all draw from the model as it is"


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw each strategy's repetition and surprise, entropy by temperature, and search by width."""
    figure = Figure(figsize=(10, 7.2), layout="constrained")
    (again, surprise), (heat, search) = figure.subplots(2, 2, height_ratios=(1.25, 1))
    _by_strategy(again, results, control, "repeated", "Repeated 4-grams (share)")
    _by_strategy(surprise, results, control, "surprise", "Surprise of the text (nats a token)")
    surprise.tick_params(labelleft=False)
    again.legend(fontsize="small", loc="upper right")
    _by_temperature(heat, results)
    _by_width(search, results)
    finding = _finding(results)
    figure.suptitle(finding, fontsize="large")
    figure.set_label(_description(finding, results, control))
    return figure


def _by_strategy(
    axes: Axes, results: Sequence[Result], control: Sequence[Result], column: str, label: str
) -> None:
    middle, low, high = _pooled(results, column)
    where = np.arange(len(_ORDER))
    axes.errorbar(
        middle, where, xerr=(middle - low, high - middle), fmt="o", color="C0", ms=6, capsize=3,
        label="SmolLM2-135M-Instruct",
    )  # fmt: skip
    axes.axvline(middle[0], ls=":", lw=1.2, color="C7", label="what people wrote")
    if control:
        axes.plot(_pooled(control, column)[0][1:], where[1:], "x", color="C3", label=_CONTROL)
    table = results[0].table("written")
    settings = dict(zip(table.column("strategy"), table.column("setting"), strict=True))
    names = [f"{name}, {settings[name]}" if settings[name] else name for name in _ORDER]
    axes.set_yticks(where, names)
    axes.invert_yaxis()
    axes.set(xlabel=label)
    axes.set_xlim(left=min(0.0, *axes.get_xlim()))
    axes.grid(visible=False, axis="y")


def _by_temperature(axes: Axes, results: Sequence[Result]) -> None:
    at = results[0].table("temperatures").column("temperature")
    middle, low, high = (
        np.mean([r.table("temperatures").column(name) for r in results], axis=0)
        for name in ("entropy", "quarter", "three_quarters")
    )
    axes.plot(at, middle, "o-", color="C0", ms=4, label="all tokens, mean")
    axes.fill_between(at, low, high, color="C0", alpha=0.2, lw=0, label="middle half of places")
    cuts = _cut_entropies(results)
    for name, (marker, colour) in _CUT.items():
        if name in cuts:
            axes.plot([1.0], [cuts[name]], marker, color=colour, ms=6, label=f"{name}, mean")
    axes.set(
        xlabel="Temperature", ylabel="Entropy of the next token (nats)",
        title="How open the next token is",
    )  # fmt: skip
    axes.legend(fontsize="small", loc="upper left")


def _by_width(axes: Axes, results: Sequence[Result]) -> None:
    widths = results[0].table("search").column("beam_width")
    found = np.array([result.table("search").column("finds_best") for result in results])
    middle = found.mean(axis=0)
    ends = (middle - found.min(axis=0), found.max(axis=0) - middle)
    axes.errorbar(widths, middle, yerr=ends, fmt="o-", color="C0", ms=5, capsize=3)
    axes.set_xscale("log", base=2)
    axes.set_xticks(widths, [str(width) for width in widths])
    axes.minorticks_off()
    axes.set(
        ylim=(min(0.4, found.min() - 0.05), 1.03), xlabel="Width of the beam (1 is greedy)",
        ylabel="Finds the likeliest text (share)", title="Small sources, all 4096 texts listed",
    )  # fmt: skip


def _pooled(results: Sequence[Result], column: str) -> tuple[Float[np.ndarray, " strategy"], ...]:
    """Return each strategy's mean; over seeds with its range, for one seed with its interval."""
    tables = [result.table("written") for result in results]
    place = [tables[0].column("strategy").index(name) for name in _ORDER]
    values = np.array([table.column(column) for table in tables], dtype=float)[:, place]
    if len(results) > 1:
        return values.mean(axis=0), values.min(axis=0), values.max(axis=0)
    low, high = (
        np.array(tables[0].column(f"{column}_{end}"), dtype=float)[place] for end in ("low", "high")
    )
    return values[0], low, high


def _cut_entropies(results: Sequence[Result]) -> dict[str, float]:
    tables = [result.table("distributions") for result in results]
    means = np.mean([table.column("entropy") for table in tables], axis=0)
    return dict(zip(tables[0].column("strategy"), means, strict=True))


def _finding(results: Sequence[Result]) -> str:
    share = dict(zip(_ORDER, _pooled(results, "repeated")[0], strict=True))
    return (
        f"Of its 4-grams, greedy decoding repeats {share['greedy']:.0%}, beam search "
        f"{share['beam']:.0%},\nsampling from the nucleus {share['top-p']:.0%}; people "
        f"{share['people']:.0%}"
    ).replace("%", "\N{NO-BREAK SPACE}%")


def _description(finding: str, results: Sequence[Result], control: Sequence[Result]) -> str:
    again, surprise = (_pooled(results, column)[0] for column in ("repeated", "surprise"))
    each = "; ".join(
        f"{name} {share:.2f} and {nats:.1f}"
        for name, share, nats in zip(_ORDER, again, surprise, strict=True)
    )
    heat = results[0].table("temperatures")
    entropies = np.mean([r.table("temperatures").column("entropy") for r in results], axis=0)
    search = results[0].table("search")
    found = np.mean([r.table("search").column("finds_best") for r in results], axis=0)
    band = "range over seeds" if len(results) > 1 else "95 % over passages"
    text = (
        f"{finding}. Top, share of repeated 4-grams and surprise in nats a token ({band}): {each}. "
        f"Bottom left, entropy of the next token against temperature: from {entropies[0]:.2f} nats "
        f"at {heat.column('temperature')[0]} to {entropies[-1]:.2f} at "
        f"{heat.column('temperature')[-1]}. Bottom right, a beam finds the likeliest text of a "
        "small source: "
        + ", ".join(
            f"{share:.0%} at width {width}"
            for width, share in zip(search.column("beam_width"), found, strict=True)
        )
        + "."
    ).replace("\n", " ")
    if control:
        own = _pooled(control, "repeated")[0][1:]
        text += (
            " In the control every strategy draws from the model as it is: "
            f"{own.min():.2f} to {own.max():.2f} are repeated."
        )
    return text
