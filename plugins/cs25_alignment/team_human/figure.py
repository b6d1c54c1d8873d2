"""The figure of `team-human`: how aligned recruits are by capability, and what harm they do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cs25 import Measure, Result

__all__ = ["draw"]

#: Rule, colour, line, and name.
_CURVES = (
    ("trial", "C1", "o-", "trial: part of each work is read"),
    ("corrected", "C3", "s-", "trial, corrected for what was not read"),
    ("audited", "C0", "D-", "trial, then audits of twice as many"),
)
_BARS = {
    "trial": "trial",
    "corrected": "corrected",
    "longer": "longer trial,\nread as much\nas audits",
    "audited": "audited",
}
#: Fewer recruits of a group than this share of all say little of its alignment: not drawn.
_FEW = 0.002


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw alignment by capability, and planted flaws by rule.

    Args:
        results: one for each seed.
        control: the same where judges read whole works; may be empty.
    """
    figure = Figure(figsize=(11, 5), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    _draw_alignment(left, results, control)
    _draw_harm(right, results, control)
    finding = _finding(results)
    figure.suptitle(finding)
    figure.set_label(_description(finding.replace("\n", "; "), results, control))
    return figure


def _draw_alignment(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    for rule, colour, line, label in _CURVES:
        steps, mean, margin = _alignment(results, rule)
        axes.errorbar(steps, mean, margin, fmt=line, color=colour, label=label)
    if control:
        steps, mean, _ = _alignment(control, "trial")
        axes.plot(steps, mean, "x--", color="C7", label="control: whole works are read")
    axes.axhline(0, color="C7", lw=0.8, ls=":")
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set(
        xlabel="Steps of an agent's works (median of each eighth of agents by capability)",
        ylabel="Alignment of recruits\n(sd above the mean of all agents)",
        title="Alignment of recruits, by what they can do",
    )
    axes.legend(fontsize="small")


def _draw_harm(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    for runs, place, colour, hatch, label in (
        (results, -0.19, "C0", "", "part of a work is read on trial"),
        (control, 0.19, "C7", "//", "control: all of it"),
    ):
        if runs:
            harm = [Measure.over_seeds(runs, f"harm_{rule}") for rule in _BARS]
            axes.bar(
                np.arange(len(harm)) + place, [each.value for each in harm], 0.36,
                yerr=[each.margin for each in harm], color=colour, hatch=hatch, label=label,
            )  # fmt: skip
    axes.set_xticks(range(len(_BARS)), list(_BARS.values()), fontsize="small")
    axes.set(ylabel="Planted flaws (per work of a recruit)", title="Harm that is let in")
    axes.margins(y=0.25)
    axes.legend(fontsize="small", loc="upper right")


def _alignment(
    results: Sequence[Result], rule: str
) -> tuple[Float[np.ndarray, " group"], Float[np.ndarray, " group"], Float[np.ndarray, " group"]]:
    """Return steps, mean alignment and margin of the groups of which every seed recruits enough."""
    rows = [[row for row in result.table("recruits").rows if row[0] == rule] for result in results]
    groups = [group for group in zip(*rows, strict=True) if all(row[3] >= _FEW for row in group)]
    means = [Measure.mean_of(row[4] for row in group) for group in groups]
    return (
        np.array([np.mean([row[2] for row in group]) for group in groups]),
        np.array([mean.value for mean in means]),
        np.array([mean.margin for mean in means]),
    )


def _finding(results: Sequence[Result]) -> str:
    gap, capable, longer, audited = (
        Measure.over_seeds(results, name).value
        for name in ("gap_trial", "capable_trial", "harm_longer", "harm_audited")
    )
    compared = "less" if gap > 0 else "more"
    return (
        f"{100 * capable:.0f}\N{NO-BREAK SPACE}% of recruits are of the more capable half, "
        f"{abs(gap):.2f} sd {compared} aligned than the rest\n"
        f"Planted flaws per work after a longer trial {longer:.2f}, after audits {audited:.2f}"
    )


def _description(finding: str, results: Sequence[Result], control: Sequence[Result]) -> str:
    corrected, audited = (
        Measure.over_seeds(results, f"gap_{rule}").value for rule in ("corrected", "audited")
    )
    text = (
        f"{finding}. On the left, mean alignment of recruits by the length of their works, for "
        "three rules of recruiting. The more capable half is "
        f"{corrected:.2f} sd less aligned with scores corrected for what was not read, and "
        f"{audited:.2f} after audits. On the right, planted flaws per work of a recruit, by rule."
    )
    for result in control[:1]:
        gap, harm = (result.measures[f"{name}_trial"].value for name in ("gap", "harm"))
        text += f" If judges read whole works, the difference is {gap:.2f} sd, flaws {harm:.2f}."
    return text
