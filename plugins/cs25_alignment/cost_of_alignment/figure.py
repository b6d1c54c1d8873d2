"""The figure of `cost-of-alignment`: what each stage costs, and where the order would turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cs25 import Result

__all__ = ["draw"]

#: Stages in the lecture's order, with their colours and hatches.
_STAGES = {"pre-training": ("C0", ""), "RLHF": ("C1", "\\\\"), "SFT": ("C2", "..")}
_NAMES = {"pre-training": "Pre-training", "RLHF": "RLHF", "SFT": "SFT"}


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw the stages' costs over that of SFT, and pre-training's cost by its length.

    Args:
        results: the one result; counts have no chance in them.
        control: the same with as many tokens in every stage; may be empty.
    """
    figure = Figure(figsize=(10.5, 4.6), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    _draw_stages(left, results[0], control)
    _draw_break_even(right, results[0])
    finding = _finding(results[0])
    figure.suptitle(finding)
    figure.set_label(_description(finding, results[0], control))
    return figure


def _draw_stages(axes: Axes, result: Result, control: Sequence[Result]) -> None:
    groups: dict[str, Mapping[str, float]] = {"Ours": _ours(result)}
    if control:
        groups["Control: equal tokens"] = _ours(control[0])
    groups["InstructGPT, 175B"] = _published(result)
    places = np.arange(len(groups), dtype=float)
    for number, (stage, (colour, hatch)) in enumerate(_STAGES.items()):
        ratios = [costs[stage] / costs["SFT"] for costs in groups.values()]
        bars = axes.bar(
            places + 0.27 * (number - 1), ratios, 0.25, color=colour, hatch=hatch,
            label=_NAMES[stage],
        )  # fmt: skip
        axes.bar_label(bars, [f"{ratio:,.3g}" for ratio in ratios], fontsize="small", padding=2)
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.set(ylim=(min(low, 0.5), 4 * high), ylabel="Operations over those of SFT")
    axes.set_xticks(places, list(groups))
    axes.legend(ncols=3, loc="upper left", fontsize="small")
    axes.set_title("What each stage costs", fontsize="medium")


def _draw_break_even(axes: Axes, result: Result) -> None:
    costs, tokens = _ours(result), _tokens(result)
    even = result.measures["break_even"].value
    times = np.geomspace(min(1, even) / 5, max(1, even) * 5, 50)
    axes.plot(
        tokens * times, costs["pre-training"] * times, "-", color="C0", label="Pre-training",
    )  # fmt: skip
    axes.plot(tokens, costs["pre-training"], "o", color="C0", ms=8, label="as it was run")
    for stage, style in (("RLHF", "--"), ("SFT", ":")):
        axes.axhline(costs[stage], color=_STAGES[stage][0], ls=style, label=f"{_NAMES[stage]}")
    axes.plot(tokens * even, costs["RLHF"], "D", color="C3", ms=8, mfc="none", mew=1.8, label=f"break-even: {even:.2g} times")  # fmt: skip
    axes.set(
        xscale="log", yscale="log", xlabel="Tokens of pre-training",
        ylabel="Floating-point operations",
    )  # fmt: skip
    axes.legend(fontsize="small")
    axes.set_title("How long pre-training would have to be", fontsize="medium")


def _ours(result: Result) -> dict[str, float]:
    measures = result.measures
    return {
        "pre-training": measures["pretraining_flops"].value,
        "RLHF": measures["reward_model_flops"].value + measures["ppo_flops"].value,
        "SFT": measures["sft_flops"].value,
    }


def _published(result: Result) -> Mapping[str, float]:
    table = result.table("published")
    return dict(zip(table.column("stage"), table.column("petaflop/s-days"), strict=True))


def _tokens(result: Result) -> int:
    table = result.table("stages")
    return int(
        dict(zip(table.column("stage"), table.column("tokens"), strict=True))["pre-training"]
    )


def _finding(result: Result) -> str:
    ours, published = _ours(result), _published(result)
    order = " > ".join(_NAMES[stage] for stage in sorted(ours, key=lambda stage: -ours[stage]))
    return (
        f"Our stages cost {order};\nRLHF costs {result.measures['break_even'].value:.2g} times what "
        f"pre-training does here, {published['RLHF'] / published['pre-training']:.2g} times for "
        "InstructGPT"
    )


def _description(finding: str, result: Result, control: Sequence[Result]) -> str:
    def ratios(costs: Mapping[str, float]) -> str:
        return ", ".join(f"{_NAMES[s]} {costs[s] / costs['SFT']:.3g}" for s in _STAGES)

    text = (
        f"{finding.replace(chr(10), ' ')}. On the left, operations over those of SFT: ours "
        f"{ratios(_ours(result))}; InstructGPT's {ratios(_published(result))}. On the right, the "
        "cost of pre-training by its tokens on logarithmic axes, with horizontal lines for RLHF "
        f"and SFT: it costs as much as RLHF at {result.measures['break_even'].value:.2g} times "
        "its length."
    )
    if control:
        text += f" In the control all stages have as many tokens: {ratios(_ours(control[0]))}."
    return text
