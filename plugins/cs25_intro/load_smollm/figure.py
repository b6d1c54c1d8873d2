"""The figure of `load-smollm`: by how much the loss rises without each part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from cs25 import Result

__all__ = ["draw"]


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw one bar for each part, with its interval, the loss of a guess, and the control."""
    table = results[0].table("parts")
    names = [str(name) for name in table.column("without")]
    rise, low, high = _rises(results)
    order = np.argsort(rise)
    places = np.arange(len(names))
    whole = float(np.mean([result.measures["loss"].value for result in results]))
    guess = results[0].measures["uniform_loss"].value - whole

    figure = Figure(figsize=(7, 4.4), layout="constrained")
    axes = figure.subplots()
    error = np.stack([rise - low, high - rise])[:, order]
    axes.barh(
        places, rise[order], xerr=error, height=0.6, color="C0", label="SmolLM2-135M-Instruct"
    )
    if control:
        untrained = _rises(control)[0]
        axes.plot(untrained[order], places, "x", color="C3", label="control: random weights")
    axes.axvline(guess, ls=":", lw=1.2, color="C7", label="a guess among all tokens")
    axes.set_yticks(places, [names[i] for i in order])
    axes.set(xlabel="Rise of the loss without it (nats a token)")
    axes.grid(visible=False, axis="y")
    axes.legend(fontsize="small", loc="lower right")
    figure.suptitle(_finding(names, rise, whole))
    figure.set_label(_description(names, rise, order, guess, control))
    return figure


def _rises(results: Sequence[Result]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the rise of each part; over seeds its range, for one seed its interval."""
    rises = np.array([result.table("parts").column("rise_nats") for result in results], dtype=float)
    if len(results) > 1:
        return rises.mean(axis=0), rises.min(axis=0), rises.max(axis=0)
    table = results[0].table("parts")
    low, high = (np.array(table.column(f"rise_{end}"), dtype=float) for end in ("low", "high"))
    return rises[0], low, high


def _finding(names: Sequence[str], rise: np.ndarray, whole: float) -> str:
    least = int(np.argmin(rise))
    change = f"by {rise[least]:.1f} or more" if rise[least] > 0 else "for some, but not for all"
    return f"The loss, {whole:.1f}, rises {change} without any one part\n(least: {names[least]})"


def _description(
    names: Sequence[str],
    rise: np.ndarray,
    order: np.ndarray,
    guess: float,
    control: Sequence[Result],
) -> str:
    listed = ", ".join(f"{names[i]} {rise[i]:.1f}" for i in order)
    text = (
        "Rise of SmolLM2-135M-Instruct's loss on held-out passages, in nats a token, when one part is "
        f"switched off in all layers: {listed}. A guess among all tokens is {guess:.1f} above the "
        "whole model."
    )
    if control:
        untrained = _rises(control)[0]
        text += f" With random weights: from {untrained.min():.2f} to {untrained.max():.2f}."
    return text
