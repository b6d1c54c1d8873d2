"""The figure of `translate`: exact match by length, and where the decoder looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cs25 import Result

__all__ = ["draw"]

_TITLES = {"to_digits": "Words to digits", "to_words": "Digits to words"}
_DIRECTIONS = tuple(_TITLES)

#: How each way is drawn: early ones dashed, the beams of the smoothed translator filled.
_STYLES: dict[str, tuple[str, dict[str, Any]]] = {
    "beam": ("beam search", {"color": "C0", "ls": "-", "marker": "o"}),
    "greedy": (
        "greedy decoding",
        {"color": "C1", "ls": ":", "marker": "s", "mfc": "none", "ms": 9},
    ),
    "plain": (
        "beam search, trained without label smoothing",
        {"color": "C2", "ls": "-", "marker": "^", "mfc": "none", "ms": 8},
    ),
    "early_beam": (
        "beam search, early (no length penalty)",
        {"color": "C0", "ls": "--", "marker": "o", "alpha": 0.7},
    ),
    "early_greedy": (
        "greedy decoding, early",
        {"color": "C1", "ls": "--", "marker": "s", "mfc": "none", "alpha": 0.7},
    ),
}


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw exact match against the number of words, each way, and one example's alignment."""
    figure = Figure(figsize=(13, 4.6), layout="constrained")
    *both, right = figure.subplots(1, 3, width_ratios=(1, 1, 1.15))
    for axes, direction in zip(both, _DIRECTIONS, strict=True):
        _by_length(axes, results, control, direction)
    both[1].set_ylabel("")
    example = _heat_map(right, results[0])
    figure.legend(
        *both[0].get_legend_handles_labels(), fontsize="x-small", ncols=4, loc="outside lower left"
    )
    title = _finding(results)
    figure.suptitle(title, fontsize="medium")
    figure.set_label(
        title.replace("\n", ". ")
        + ". Left and middle: share of held-out numbers that are right to the last token, to digits "
        f"and to words, against how many words they have; {_lengths(results[0])}."
        + (" Bands: range over seeds." if len(results) > 1 else "")
        + (f" {_control(control)}" if control else "")
        + f" Right: {example}"
    )
    return figure


def _by_length(
    axes: Axes, results: Sequence[Result], control: Sequence[Result], direction: str
) -> None:
    n = np.array(results[0].table("by_length").column("n_words"))
    for way, (label, style) in _STYLES.items():
        if f"{direction}_{way}" not in results[0].table("by_length").columns:
            continue
        shares = _shares(results, f"{direction}_{way}")
        axes.plot(n, shares.mean(axis=0), label=label, **style)
        if len(results) > 1:
            low, high = shares.min(axis=0), shares.max(axis=0)
            axes.fill_between(n, low, high, color=style["color"], alpha=0.15, lw=0)
    if control:
        shares = _shares(control, f"{direction}_beam").mean(axis=0)
        axes.plot(n, shares, "x-.", color="C3", label="control: taught others' translations")
    for i, length in enumerate(_held_out(results[0])):
        axes.axvspan(
            length - 0.5, length + 0.5, color="C7", alpha=0.2, lw=0,
            label="" if i else "length held out",
        )  # fmt: skip
    axes.set(
        xlim=(n[0] - 0.5, n[-1] + 0.5), ylim=(-0.03, 1.03), xlabel="Words of the number",
        ylabel="Held-out numbers right (share)",
    )  # fmt: skip
    axes.set_title(_TITLES[direction], fontsize="medium")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _heat_map(axes: Axes, result: Result) -> str:
    """Draw where the decoder looks, and return it in words."""
    table = result.table("attention")
    row, column, weight = (np.array(table.column(name)) for name in ("row", "column", "weight"))
    weights = np.zeros((row.max() + 1, column.max() + 1))
    weights[row, column] = weight
    written = [table.column("written")[i] for i in np.flatnonzero(column == 0)]
    read = [table.column("read")[i] for i in np.flatnonzero(row == 0)]
    from_paper_to_ink = [to_rgb(rcParams["axes.facecolor"]), to_rgb("C0")]
    axes.imshow(
        weights, vmin=0, vmax=1, aspect="auto",
        cmap=LinearSegmentedColormap.from_list("ink", from_paper_to_ink),
    )  # fmt: skip
    most = weights.argmax(axis=1)
    axes.plot(
        most, np.arange(len(most)), "o", color="C1", ms=4, label="most of its row (full blue: all)"
    )
    axes.legend(fontsize="x-small")
    axes.set_xticks(range(len(read)), read, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(written)), written)
    axes.grid(False)
    number = "".join(written[:-1])
    axes.set(xlabel="Read by the encoder", ylabel="Written by the decoder")
    axes.set_title(f"Where it looks while it writes {number}", fontsize="medium")
    looks = ", ".join(f"{token} at {read[j]}" for token, j in zip(written, most, strict=True))
    return (
        f"weights of the last cross-attention, mean over heads, for {number}. While it writes each "
        f"token, the decoder looks most: {looks}."
    )


def _shares(results: Sequence[Result], column: str) -> np.ndarray:
    """Return exact match by seed and number of words."""
    return np.array([result.table("by_length").column(column) for result in results], dtype=float)


def _held_out(result: Result) -> list[int]:
    table = result.table("by_length")
    columns = zip(table.column("n_words"), table.column("taught"), strict=True)
    return [length for length, taught in columns if not taught]


def _lengths(result: Result) -> str:
    held_out = _held_out(result)
    if not held_out:
        return "no length was held out"
    return f"no number of {', '.join(map(str, held_out))} words was taught"


def _control(control: Sequence[Result]) -> str:
    shares = np.stack([_shares(control, f"{way}_beam").mean(axis=0) for way in _DIRECTIONS])
    return f"Taught others' translations: from {shares.min():.2f} to {shares.max():.2f}."


def _finding(results: Sequence[Result]) -> str:
    def percent(name: str) -> str:
        shares = [result.measures[name].value for result in results if name in result.measures]
        return f"{100 * np.mean(shares):.0f} %"

    parts = [f"Held-out numbers: {percent('exact_match')} right"]
    if "gap" in results[0].measures:
        parts.append(f"of a length never taught: {percent('gap')}")
    if "longer" in results[0].measures:
        to_digits, to_words = (percent(f"longer_{way}") for way in _DIRECTIONS)
        parts.append(f"longer than any taught: {to_digits} to digits, {to_words} to words")
    finding = "; ".join(parts)
    if any("early_beam" in result.measures for result in results):
        finding += (
            f"\nEarly in the training: {percent('early_greedy')} by greedy decoding, "
            f"{percent('early_beam')} by beam search"
        )
    return finding
