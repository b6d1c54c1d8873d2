"""The figure of `counting`: bits by length of context and by amount of text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter

from cs25 import Measure, Result

__all__ = ["draw"]

#: Markers by amount of text, the most first.
_MARKERS = ("o", "s", "^", "v")


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw both models' bits by order and amount of text, and how far apart they are."""
    figure = Figure(figsize=(10, 4.6), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    title = _finding(results)
    _bits(left, results, control)
    _lead(right, results, control)
    figure.suptitle(title)
    figure.set_label(f"{title}. {_description(results, control)}")
    return figure


def _bits(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    """Draw bits against n, and those of the transformer behind the largest n."""
    n = np.arange(1, max(results[0].table("orders").column("n")) + 1)
    behind = np.array([len(n) + 1.2])
    amounts = results[0].table("amounts").column("training_characters")
    for i, characters in enumerate(amounts):
        marker = _MARKERS[len(amounts) - 1 - i]
        counted = _rows(results, "orders", "bits")[:, i * len(n) : (i + 1) * len(n)]
        learned = _rows(results, "amounts", "transformer_bits")[:, i : i + 1]
        label = f"{_rounded(characters)} characters to learn from"
        _points(axes, n, counted, f"{marker}-", "C0", label)
        _points(axes, behind, learned, marker, "C1")
    if control:
        _points(
            axes, n, _rows(control, "orders", "bits")[:, -len(n) :], "x", "C3",
            "control: characters shuffled",
        )  # fmt: skip
        _points(axes, behind, _rows(control, "amounts", "transformer_bits")[:, -1:], "x", "C3")
    axes.set_xticks([*n, *behind], [*map(str, n), "transformer"])
    axes.set(
        xlim=(0.6, behind[0] + 0.6),
        xlabel="Longest n-gram that is counted, n (characters)",
        ylabel="Bits per held-out character",
    )
    axes.legend(fontsize="small", loc="upper right", bbox_to_anchor=(1, 0.82))


def _lead(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    """Draw the lead of the transformer against the amount of text."""
    for source, style, colour, label in (
        (results, "o-", "C1", "transformer"),
        (control, "x", "C3", "control: characters shuffled"),
    ):
        if source:
            amounts = np.array(source[0].table("amounts").column("training_characters"))
            _points(axes, amounts, _rows(source, "amounts", "lead"), style, colour, label)
    axes.axhline(0, ls=":", lw=1.2, color="C7", label="as good as the best n-gram")
    axes.set(
        xscale="log",
        xlabel="Characters to learn from",
        ylabel="Bits saved per held-out character,\nagainst the best n-gram",
    )
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.legend(fontsize="small", loc="lower right")


def _points(
    axes: Axes,
    x: Float[np.ndarray, " point"],
    rows: Float[np.ndarray, "seed point end"],
    style: str,
    colour: str,
    label: str | None = None,
) -> None:
    """Draw means over seeds with 95 % intervals: over seeds, or that of a run where they are few.

    Args:
        axes: where.
        x: of the points.
        rows: value, low and high end of each seed.
        style: marker and line.
        colour: of both.
        label: for the legend.
    """
    values, n = rows[..., 0], len(rows)
    if n >= 3:
        half = np.array([Measure.mean_of(of_seeds).margin for of_seeds in values.T])
    else:
        half = np.nan_to_num(rows[..., 2] - rows[..., 1]).mean(axis=0) / 2
    axes.errorbar(
        x, values.mean(axis=0), yerr=half, fmt=style, color=colour, label=label, capsize=2
    )


def _rows(results: Sequence[Result], table: str, value: str) -> Float[np.ndarray, "seed row end"]:
    """Return a column of numbers and the two ends of their intervals."""
    stem = value.removesuffix("_bits")
    names = (value, f"{stem}_low", f"{stem}_high")
    columns = [[result.table(table).column(name) for name in names] for result in results]
    return np.array(columns, dtype=float).swapaxes(1, 2)


def _rounded(n: float) -> str:
    """Return a number with three digits that say something."""
    return f"{float(f'{n:.3g}'):,.0f}"


def _finding(results: Sequence[Result]) -> str:
    counted, learned = (
        Measure.over_seeds(results, f"{name}_bits").value for name in ("ngram", "transformer")
    )
    n = _rounded(Measure.over_seeds(results, "training_characters").value)
    return (
        f"From {n} characters: counting needs {counted:.2f} bits for the next, "
        f"a transformer {learned:.2f}"
    )


def _description(results: Sequence[Result], control: Sequence[Result]) -> str:
    """Say what the panels show, in words."""
    sentences = ["Left: bits per held-out character, by amount of text to learn from."]
    counted, learned = (
        _rows(results, "amounts", f"{name}_bits")[..., 0].mean(axis=0)
        for name in ("ngram", "transformer")
    )
    amounts = results[0].table("amounts").column("training_characters")
    sentences += [
        f"{_rounded(n)} characters: best n-gram {own:.2f}, transformer {other:.2f}."
        for n, own, other in zip(amounts, counted, learned, strict=True)
    ]
    leads = _rows(results, "amounts", "lead")[..., 0].mean(axis=0)
    sentences.append(
        "Right: bits that the transformer saves against the best n-gram, from the least text to "
        f"the most: {', '.join(f'{lead:+.2f}' for lead in leads)}."
    )
    if control:
        sentences.append(
            "With all characters shuffled, both need what their frequencies leave open: "
            f"{Measure.over_seeds(control, 'ngram_bits').value:.2f} and {Measure.over_seeds(control, 'transformer_bits').value:.2f}."
        )
    return " ".join(sentences)
