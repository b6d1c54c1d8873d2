"""The figure of the scaling law: what is left above the entropy rate, by size and by data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, FuncFormatter, LogLocator, NullFormatter

from cs25 import Measure, Result

__all__ = ["draw"]

_PANELS = (
    ("by_size", "n_params", "size_curve", "Parameters N, without embeddings"),
    ("by_data", "n_tokens", "data_curve", "Training tokens D"),
)


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw loss above the entropy rate against model size and against data, with the power laws.

    Args:
        results: one for each seed; points are means over them, bars 95 % intervals.
        control: the same, trained on shuffled words; may be empty.
    """
    figure = Figure(figsize=(9, 4.3), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    for ax, (table, scale, curve, label) in zip(axes, _PANELS, strict=True):
        known = _excess(results, table)
        x = np.array(results[0].table(table).column(scale), dtype=float)
        ax.plot(*_curve(results, curve), color="C0", label="power law through the others")
        _errorbar(ax, x[:-1], known[:, :-1], "o", "C0", "trained")
        _errorbar(ax, x[-1:], known[:, -1:], "D", "C1", "held out")
        if control:
            shuffled = _excess(control, table)
            x_control = np.array(control[0].table(table).column(scale), dtype=float)
            _errorbar(ax, x_control, shuffled, "x", "C2", "control: shuffled words")
        ax.set(xscale="log", yscale="log", xlabel=label)
        _label_ticks(ax)
    axes[0].set_ylabel("Loss above the entropy rate\n(nats per token)")
    axes[0].set_title(_finding(results, "size", "Largest model"), fontsize="small")
    axes[1].set_title(_finding(results, "data", "Most data"), fontsize="small")
    axes[1].legend(fontsize="small", frameon=False, loc="upper right", bbox_to_anchor=(1, 0.92))
    floor, entropy = (
        Measure.over_seeds(results, "fitted_floor").value,
        Measure.over_seeds(results, "entropy_rate").value,
    )
    figure.suptitle(
        f"Fitted irreducible loss {floor:.2f} nats; entropy rate of the source {entropy:.2f} nats"
    )
    figure.set_label(_alt_text(results, control))
    return figure


def _excess(results: Sequence[Result], table: str) -> Float[np.ndarray, "seed run"]:
    """Return loss above the entropy rate, in nats."""
    return np.array(
        [
            np.array(result.table(table).column("loss_nats"), dtype=float)
            - result.measures["entropy_rate"].value
            for result in results
        ]
    )


def _curve(
    results: Sequence[Result], table: str
) -> tuple[Float[np.ndarray, " point"], Float[np.ndarray, " point"]]:
    """Return the fitted curve, averaged over seeds, where it is above the entropy rate."""
    excess = _excess(results, table).mean(axis=0)
    scale = np.array(results[0].table(table).column("scale"), dtype=float)
    return scale[excess > 0], excess[excess > 0]


def _errorbar(
    ax: Axes,
    x: Float[np.ndarray, " run"],
    y: Float[np.ndarray, "seed run"],
    marker: str,
    colour: str,
    label: str,
) -> None:
    """Draw means over seeds, with 95 % intervals where there are seeds enough for one."""
    half = np.array([_half_width(column) for column in y.T])
    ax.errorbar(
        x, y.mean(axis=0), yerr=half, fmt=marker, color=colour, label=label, capsize=2, zorder=3
    )


def _half_width(values: Float[np.ndarray, " seed"]) -> float:
    """Return half of Student's 95 % interval of the mean; 0 where the seeds are too few."""
    return Measure.mean_of(values).margin if len(values) >= 3 else 0.0


def _label_ticks(ax: Axes) -> None:
    """Write 1, 2 and 5 times the powers of ten as plain numbers."""
    for axis, formatter in (
        (ax.xaxis, EngFormatter(sep="")),
        (ax.yaxis, FuncFormatter(lambda value, _: f"{value:g}")),
    ):
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(formatter)
        axis.set_minor_formatter(NullFormatter())


def _finding(results: Sequence[Result], panel: str, subject: str) -> str:
    ours, rival = (
        Measure.over_seeds(results, f"{panel}_{name}_error").value
        for name in ("power_law", "rival")
    )
    return f"{subject}: law off by {ours:.3f} nats, best rival by {rival:.3f}"


def _alt_text(results: Sequence[Result], control: Sequence[Result]) -> str:
    """Say what the panels show, in words."""
    sentences = ["Two panels with logarithmic axes."]
    for table, scale, _, label in _PANELS:
        x = results[0].table(table).column(scale)
        y = _excess(results, table).mean(axis=0)
        sentences.append(
            f"{label}: from {x[0]:,} to {x[-1]:,} the loss above the entropy rate falls from "
            f"{y[0]:.2f} to {y[-1]:.2f} nats per token."
        )
    if control:
        y = _excess(control, "by_size").mean(axis=0)
        sentences.append(
            f"Trained on shuffled words it stays between {y.min():.2f} and {y.max():.2f}."
        )
    return " ".join(sentences)
