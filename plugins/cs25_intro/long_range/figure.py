"""The figure of `long-range`: right answers by distance, and the gradient's path."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from cs25 import Measure, Result
from cs25_intro.long_range.networks import ARCHITECTURES
from cs25_intro.long_range.reach import HELD
from cs25_intro.long_range.tasks import CHANCE, TASKS, Task

__all__ = ["draw"]

_STYLES = {
    "rnn": ("C0", "s", "RNN (tanh)"),
    "gru": ("C1", "^", "GRU"),
    "lstm": ("C2", "v", "LSTM"),
    "transformer": ("C3", "o", "transformer"),
}


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw the share of right answers by distance for both tasks, and the gradient's path.

    Args:
        results: one for each seed; points are means over them, bars reach from least to most.
        control: the same, trained on answers to other prompts; may be empty.
    """
    figure = Figure(figsize=(9.6, 4.6), layout="constrained")
    *answers, path = figure.subplots(1, 3)
    for ax, task in zip(answers, TASKS, strict=True):
        _draw_answers(ax, task, results, control)
        ax.set_title(task.capitalize(), fontsize="medium")
    answers[1].sharey(answers[0])
    answers[0].set_ylabel("Right answers (share)")
    handles, labels = answers[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=4, fontsize="small", frameon=False
    )
    _draw_path(path, results)
    figure.suptitle(_finding(results), fontsize="medium")
    figure.set_label(_alt_text(results, control))
    return figure


def _draw_answers(
    ax: Axes, task: Task, results: Sequence[Result], control: Sequence[Result]
) -> None:
    for architecture in ARCHITECTURES:
        colour, marker, label = _STYLES[architecture]
        distance, shares = _shares(results, task, architecture)
        middle = shares.mean(axis=0)
        spread = np.abs(np.stack([shares.min(axis=0), shares.max(axis=0)]) - middle)
        ax.errorbar(
            distance, middle, yerr=spread, fmt=f"{marker}-", ms=5, color=colour, label=label,
            capsize=2,
        )  # fmt: skip
        if control:
            distance, shares = _shares(control, task, architecture)
            ax.plot(distance, shares.mean(axis=0), "x--", ms=4, lw=0.8, color=colour)
    if control:
        ax.plot([], [], "x--", ms=4, lw=0.8, color="C7", label="control: others' answers")
    ax.axhline(HELD, ls="-.", lw=1, color="C7", label=f"held: {HELD:g}")
    ax.axhline(CHANCE[task], ls=":", lw=1, color="C7", label="chance")
    ax.set(xscale="log", ylim=(0, 1.05), xlabel="Distance (tokens)")
    ax.set_xticks(distance, [str(tokens) for tokens in distance])
    ax.xaxis.set_minor_locator(NullLocator())


def _draw_path(ax: Axes, results: Sequence[Result]) -> None:
    for architecture in ARCHITECTURES:
        colour, *_ = _STYLES[architecture]
        for initial, style in (("long", "-"), ("torch", ":")):
            distance, norm = _path(results, architecture, initial)
            ax.plot(distance, norm, style, color=colour)
    ax.plot([], [], "-", color="C7", label="as trained here")
    ax.plot([], [], ":", color="C7", label="torch's own weights")
    ax.set(
        yscale="log", ylim=(1e-12, 1e2), xlabel="Distance (tokens)",
        ylabel="Norm of d logits / d embedding",
    )  # fmt: skip
    ax.set_title("Gradient before training", fontsize="medium")
    ax.legend(fontsize="x-small", loc="lower left")


def _shares(
    results: Sequence[Result], task: str, architecture: str
) -> tuple[tuple[int, ...], Float[np.ndarray, "seed distance"]]:
    by_seed = []
    for result in results:
        table = result.table("accuracy")
        names = ("task", "architecture", "distance", "accuracy")
        cells = zip(*(table.column(name) for name in names), strict=True)
        by_seed.append({row[2]: row[3] for row in cells if row[:2] == (task, architecture)})
    distances = tuple(sorted(by_seed[0]))
    return distances, np.array([[seed[distance] for distance in distances] for seed in by_seed])


def _path(
    results: Sequence[Result], architecture: str, initial: str
) -> tuple[Float[np.ndarray, " distance"], Float[np.ndarray, " distance"]]:
    """Return the geometric mean over seeds of the gradient's norm, from distance 1 on."""
    by_seed = []
    for result in results:
        table = result.table("gradient")
        names = ("architecture", "initial", "norm")
        cells = zip(*(table.column(name) for name in names), strict=True)
        by_seed.append([row[2] for row in cells if row[:2] == (architecture, initial)][1:])
    norms = np.array(by_seed)
    with np.errstate(divide="ignore"):  # what has vanished altogether is off the axis
        middle = np.exp(np.log(norms).mean(axis=0))
    return np.arange(1, norms.shape[1] + 1), middle


def _reach(results: Sequence[Result], who: str, task: str) -> str:
    reached = [result.measures[f"reach_{who}_{task}"].value for result in results]
    least, most = (f"{value:.0f}" for value in (min(reached), max(reached)))
    return least if least == most else f"{least} to {most}"


def _finding(results: Sequence[Result]) -> str:
    """Say how far each kind reaches; the transformer's is a bound where it is the longest tried."""
    parts = []
    for task in TASKS:
        tried, _ = _shares(results, task, "transformer")
        near, far = _reach(results, "rnn", task), _reach(results, "transformer", task)
        at_least = "at least " if far == str(tried[-1]) else ""
        parts.append(f"{task}: the best RNN holds {near} tokens, the transformer {at_least}{far}")
    joined = ";\n".join(parts)
    return joined[0].upper() + joined[1:]


def _alt_text(results: Sequence[Result], control: Sequence[Result]) -> str:
    sentences = [
        _finding(results).replace("\n", " ") + ".",
        "Three panels. Two show the share of right answers against the distance in tokens, for "
        "copying and for recall, of an RNN, a GRU, an LSTM and a transformer of one size:",
    ]
    for task in TASKS:
        for architecture in ARCHITECTURES:
            distances, shares = _shares(results, task, architecture)
            middle = shares.mean(axis=0)
            sentences.append(
                f"{task}, {_STYLES[architecture][2]}: {middle[0]:.2f} at {distances[0]}, "
                f"{middle[-1]:.2f} at {distances[-1]}."
            )
    slopes = ", ".join(
        f"{_STYLES[a][2]} {Measure.over_seeds(results, f'gradient_slope_{a}').value:.3f}"
        for a in ARCHITECTURES
    )
    sentences.append(
        "The third shows the norm of the gradient before training against distance, on a "
        f"logarithmic axis; slopes in nats per position: {slopes}."
    )
    sentences.append(f"Chance: {', '.join(f'{task} {CHANCE[task]:.3f}' for task in TASKS)}.")
    if control:
        most = ", ".join(
            f"{task} {max(_shares(control, task, name)[1].max() for name in ARCHITECTURES):.3f}"
            for task in TASKS
        )
        sentences.append(f"Trained on the answers to other prompts, the best has: {most}.")
    return " ".join(sentences)
