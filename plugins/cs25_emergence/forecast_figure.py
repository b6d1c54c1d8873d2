"""The figure of `forecast`: what is left to learn, what was foretold, and single skills."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cs25 import Result

__all__ = ["draw"]

_SCORES = {"exact": ("C1", "s", "exact match"), "loss": ("C0", "o", "loss")}


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw the chain family by two scores, and many skills with their mean."""
    figure = Figure(figsize=(10.5, 4.4), layout="constrained")
    by_size, by_step = figure.subplots(1, 2, sharey=True)
    _draw_chains(by_size, results, control)
    _draw_skills(by_step, results, control)
    by_size.set_ylabel("Left to learn (1: guessing, 0: perfect)")
    findings = (_of_chains(results), _of_skills(results))
    for axes, finding in zip((by_size, by_step), findings, strict=True):
        axes.set_title(finding, fontsize="medium")
        axes.set(xscale="log", ylim=(-0.05, 1.6))
        axes.legend(fontsize="x-small", loc="upper right", ncols=2)
    bands = " Bands: range over seeds." if len(results) > 1 else ""
    figure.set_label(
        f"{'. '.join(findings)}. Left: what is left to learn of chains of sums against the number "
        "of parameters, by exact match and by loss; the larger half is foretold from the smaller. "
        "Right: the same of single skills and of their mean, against training steps; the second "
        f"half is foretold from the first.{bands}".replace("\n", " ")
        + (_control(control) if control else "")
    )
    return figure


def _draw_chains(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    for score, (colour, marker, label) in _SCORES.items():
        size, left = _column(results, "chains", "n_params", f"{score}_left")
        _, foretold = _column(results, "chains", "n_params", f"{score}_foretold")
        known = np.isnan(foretold).any(axis=0)
        middle = left.mean(axis=0)
        axes.plot(size, middle, "-", lw=1, color=colour)
        axes.plot(size[known], middle[known], marker, ms=5, color=colour, label=label)
        axes.plot(size[~known], middle[~known], marker, ms=5, color=colour, mfc="none")
        _band(axes, size, left, colour)
        axes.plot(
            size[~known], foretold.mean(axis=0)[~known], "--", color=colour,
            label=f"{label}, foretold",
        )  # fmt: skip
        if known.any() and not known.all():
            split = np.sqrt(size[known][-1] * size[~known][0])
    axes.axvline(split, ls=":", lw=1, color="C7", label="foretold from here on")
    if control:
        size, left = _column(control, "chains", "n_params", "exact_left")
        axes.plot(size, left.mean(axis=0), "x--", ms=4, color="C3", label="control: shuffled")
    axes.set_xlabel("Parameters")


def _draw_skills(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    table = results[0].table("skills")
    ranks = [name for name in table.columns if name.startswith("skill_")]
    for i, name in enumerate(ranks):
        ends = {0: f"single skills: number {ranks[0][6:]}", len(ranks) - 1: f"… to {ranks[-1][6:]}"}
        axes.plot(
            table.column("step"), table.column(name), lw=1, color="C2",
            alpha=1 - 0.7 * i / max(1, len(ranks) - 1), label=ends.get(i),
        )  # fmt: skip
    step, mean = _column(results, "skills", "step", "mean_left")
    axes.plot(step, mean.mean(axis=0), lw=2.5, color="C0", label="mean over skills")
    _band(axes, step, mean, "C0")
    _, foretold = _column(results, "skills", "step", "mean_foretold")
    drawn = ~np.isnan(foretold).any(axis=0)
    if drawn.any():
        axes.plot(
            step[drawn], foretold.mean(axis=0)[drawn], "--", lw=2, color="C1",
            label="mean, foretold by power law",
        )  # fmt: skip
        axes.axvline(step[drawn][0], ls=":", lw=1, color="C7")
    if control:
        step, flat = _column(control, "skills", "step", "mean_left")
        axes.plot(
            step, flat.mean(axis=0), "x--", ms=4, markevery=6, color="C3",
            label="control: mean, coin flips",
        )  # fmt: skip
    axes.set_xlabel("Training steps")


def _control(control: Sequence[Result]) -> str:
    _, exact = _column(control, "chains", "n_params", "exact_left")
    _, mean = _column(control, "skills", "step", "mean_left")
    return (
        f" Trained on the answers to other questions, {exact.mean(axis=0)[-1]:.2f} is left by "
        f"exact match and {mean.mean(axis=0)[-1]:.2f} of the mean over skills."
    )


def _column(
    results: Sequence[Result], table: str, scale: str, name: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return the scale, and a column with one row for each seed; nan where there is nothing."""
    values = np.array([result.table(table).column(name) for result in results], dtype=float)
    return np.array(results[0].table(table).column(scale), dtype=float), values


def _band(axes: Axes, x: np.ndarray, values: np.ndarray, colour: str) -> None:
    if len(values) > 1:
        axes.fill_between(x, values.min(axis=0), values.max(axis=0), color=colour, alpha=0.15, lw=0)


def _mean(results: Sequence[Result], measure: str) -> float | None:
    values = [r.measures[measure].value for r in results if measure in r.measures]
    return float(np.mean(values)) if len(values) == len(results) else None


def _of_chains(results: Sequence[Result]) -> str:
    exact, loss = _mean(results, "exact_miss"), _mean(results, "loss_miss")
    if exact is None or loss is None:
        return "Chains: nothing to foretell"
    return (
        f"Chains: the larger half is foretold\nto {exact:.3f} by exact match, to {loss:.3f} by loss"
    )


def _of_skills(results: Sequence[Result]) -> str:
    skill, mean = _mean(results, "skill_miss"), _mean(results, "mean_miss")
    if skill is None or mean is None:
        return "Skills: nothing to foretell"
    return (
        f"Skills: their mean is foretold to {mean:.3f},\n"
        f"single ones that had not begun to {skill:.3f}"
    )
