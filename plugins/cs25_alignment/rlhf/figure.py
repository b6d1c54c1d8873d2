"""The figure of `rlhf`: reward against divergence with its frontier, and who is preferred."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cs25 import Measure, Result

__all__ = ["draw"]

#: Arm, colour, marker and name.
_ARMS = (
    ("base", "C7", "o", "base model"),
    ("sft", "C1", "s", "SFT"),
    ("ppo", "C0", "D", "PPO"),
    ("dpo", "C2", "^", "DPO"),
)

#: Win rates from the top down: measure, and what it says.
_PAIRS = (
    ("sft_over_base", "SFT over base"),
    ("ppo_over_base", "PPO over base"),
    ("ppo_over_sft", "PPO over SFT"),
    ("dpo_over_sft", "DPO over SFT"),
    ("ppo_over_dpo", "PPO over DPO"),
)


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw each arm's learned reward against its divergence, and win rates.

    Args:
        results: one for each seed; points are means over seeds.
        control: the same where what is said of a response is about another; may be empty.
    """
    figure = Figure(figsize=(11, 4.8), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    _draw_frontier(left, results, control)
    _draw_win_rates(right, results, control)
    finding = _finding(results)
    figure.suptitle(finding)
    figure.set_label(_description(finding, results, control))
    return figure


def _draw_frontier(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    along = _mean(results, "frontier", ("divergence", "reward"))
    axes.plot(*along.T, color="C7", label="the most reward for the divergence: exact")
    arms = _mean(results, "arms", ("divergence", "reward"))
    others = _mean(control, "arms", ("divergence", "reward")) if control else None
    for arm, colour, marker, label in _ARMS:
        rows = _rows(results[0], arm)
        axes.plot(*arms[rows].T, marker, color=colour, ms=8, label=label)
        if others is not None and arm != "base":
            rows = _rows(control[0], arm)
            hollow = "hollow: the control" if arm == "ppo" else None
            axes.plot(*others[rows].T, marker, color=colour, ms=8, mfc="none", label=hollow)
    betas = [row[2] for row in results[0].table("arms").rows]
    for row in _rows(results[0], "ppo"):
        axes.annotate(
            f"β = {betas[row]:g}", arms[row], xytext=(7, -12), textcoords="offset points",
            fontsize="small",
        )  # fmt: skip
    axes.set(
        xlabel="Divergence from the reference (nats)",
        ylabel="Learned reward (log-odds above the reference)",
        title="Reward and what it costs",
    )  # fmt: skip
    axes.legend(fontsize="small", loc="lower right")


def _draw_win_rates(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    places = np.arange(len(_PAIRS))[::-1]
    for runs, shift, colour, hatch, label in (
        (results, 0.19, "C0", "", "real feedback"),
        (control, -0.19, "C7", "//", "control: said of another response"),
    ):
        if runs:
            shares = [Measure.over_seeds(runs, name) for name, _ in _PAIRS]
            axes.barh(
                places + shift, [100 * share.value for share in shares], 0.36,
                xerr=[100 * share.margin for share in shares], color=colour, hatch=hatch,
                label=label,
            )  # fmt: skip
    axes.axvline(50, color="C1", ls="--", label="no difference")
    axes.set_yticks(places, [name for _, name in _PAIRS])
    axes.set(xlim=(0, 100), xlabel="Preferred by people (%)", title="Who is preferred")
    axes.legend(fontsize="small", loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2)


def _rows(result: Result, arm: str) -> list[int]:
    """Return the rows of an arm on the prompts that feedback was given on."""
    rows = result.table("arms").rows
    return [i for i, row in enumerate(rows) if row[:2] == ("asked", arm)]


def _mean(
    results: Sequence[Result], table: str, columns: Sequence[str]
) -> Float[np.ndarray, "row column"]:
    cells = [[result.table(table).column(column) for column in columns] for result in results]
    return np.asarray(np.array(cells, dtype=float).mean(axis=0).T)


def _finding(results: Sequence[Result]) -> str:
    reached, sft, ppo = (
        Measure.over_seeds(results, name).value
        for name in ("optimality", "sft_over_base", "ppo_over_sft")
    )
    return (
        f"PPO reaches {_percent(reached)} of what the best policy gains;\n"
        f"people prefer SFT to the base model in {_percent(sft)} of cases, and PPO to SFT in "
        f"{_percent(ppo)}"
    )


def _description(finding: str, results: Sequence[Result], control: Sequence[Result]) -> str:
    gap, ppo, dpo, duel = (
        Measure.over_seeds(results, name).value
        for name in ("frontier_gap", "ppo_gold", "dpo_gold", "ppo_over_dpo")
    )
    text = (
        f"{finding.replace(chr(10), ' ')}. On the left, learned reward against divergence from the "
        "reference in nats, with the exact frontier: a PPO policy does without "
        f"{_percent(gap)} of the reward to be had for its divergence, at most. On the right, "
        f"how often people prefer one arm to another. PPO is preferred to DPO in {_percent(duel)} "
        f"of cases; of the gold objective's gain, PPO reaches {_percent(ppo)} and DPO "
        f"{_percent(dpo)}."
    )
    if control:
        reached, wins = (
            Measure.over_seeds(control, name).value for name in ("optimality", "ppo_over_sft")
        )
        text += (
            " In the control everything said of a response is about another one: PPO reaches "
            f"{_percent(reached)}, and is preferred to SFT in {_percent(wins)} of cases."
        )
    return text


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"
