"""The figure of `goodhart`: gold and proxy against distance, and what is left in the end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cs25 import Measure, Result

__all__ = ["draw"]

#: Size, colour, marker, and name.
_SIZES = (
    ("bag", "C1", "o", "bag of symbols"),
    ("small", "C3", "s", "small network"),
    ("large", "C0", "D", "large network"),
)
_METHODS = {"bon": "Best-of-n", "rl": "Reinforcement learning"}


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw gold and proxy by KL for both methods, and the gold that is left by comparisons.

    Args:
        results: one for each seed; lines are means, bands reach from the lowest to the highest.
        control: the same where the gold reward itself is optimised; may be empty.
    """
    figure = Figure(figsize=(12.5, 5.4), layout="constrained")
    *methods, right = figure.subplots(1, 3)
    for axes, (method, title) in zip(methods, _METHODS.items(), strict=True):
        _draw_method(axes, method, results, control)
        axes.set_title(title, fontsize="medium")
    _draw_ends(right, results, control)
    handles, labels = methods[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    finding = _finding(results)
    figure.suptitle(finding)
    figure.set_label(_description(finding.replace("\n", " "), results, control))
    return figure


def _draw_method(
    axes: Axes, method: str, results: Sequence[Result], control: Sequence[Result]
) -> None:
    most = max(results[0].table("curves").column("comparisons"))
    for size, colour, marker, name in _SIZES:
        kl, gold, proxy = _curves(results, method, size, most)
        axes.plot(kl, gold.mean(axis=0), f"{marker}-", color=colour, ms=3.5, label=f"gold: {name}")
        axes.fill_between(kl, gold.min(axis=0), gold.max(axis=0), color=colour, alpha=0.15, lw=0)
        axes.plot(kl, proxy.mean(axis=0), ":", color=colour, label=f"the proxy itself: {name}")
    if method == "bon":
        kl, *_ = _curves(results, method, "bag", most)
        sampled = [
            [row[3] for row in result.table("samples").rows if row[:2] == ("bag", most)]
            for result in results
        ]
        axes.plot(
            kl, np.array(sampled, dtype=float).mean(axis=0), "+", color="C2", ms=8,
            label="gold: bag of symbols, estimated from samples",
        )  # fmt: skip
    if control:
        kl, gold, _ = _curves(control, method, "bag", most)
        axes.plot(kl, gold.mean(axis=0), "x--", color="C7", ms=4, label="control: proxy is gold")
    axes.axhline(0, color="C7", lw=0.8)
    axes.set(xlabel="KL from the reference (nats)", ylabel="Reward above the reference (log-odds)")


def _draw_ends(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    for size, colour, marker, name in _SIZES:
        amounts, kept = _kept(results, size)
        means = [Measure.mean_of(column) for column in kept.T]
        axes.errorbar(
            amounts, [100 * mean.value for mean in means], [100 * mean.margin for mean in means],
            fmt=f"{marker}-", color=colour, label=name,
        )  # fmt: skip
    if control:
        amounts, kept = _kept(control, "bag")
        axes.plot(amounts, 100 * kept.mean(axis=0), "x--", color="C7", label="control")
    axes.axhline(0, color="C7", lw=0.8)
    axes.set_xscale("log")
    axes.set(
        xlabel="Comparisons that the proxy is trained on",
        ylabel="Gold at the largest n (% of the best possible)",
    )
    axes.set_title("What is left in the end", fontsize="medium")


def _curves(
    results: Sequence[Result], method: str, size: str, comparisons: int
) -> tuple[
    Float[np.ndarray, " point"], Float[np.ndarray, "seed point"], Float[np.ndarray, "seed point"]
]:
    found = [
        [row[4:] for row in result.table("curves").rows if row[:3] == (size, comparisons, method)]
        for result in results
    ]
    kl, proxy, gold = np.moveaxis(np.array(found, dtype=float), -1, 0)
    return kl.mean(axis=0), gold, proxy


def _kept(
    results: Sequence[Result], size: str
) -> tuple[Float[np.ndarray, " amount"], Float[np.ndarray, "seed amount"]]:
    found = [
        [(row[2], row[5]) for row in result.table("proxies").rows if row[0] == size]
        for result in results
    ]
    amounts, kept = np.moveaxis(np.array(found, dtype=float), -1, 0)
    return amounts[0], kept


def _finding(results: Sequence[Result]) -> str:
    weak, rise, smallest, largest = (
        Measure.over_seeds(results, name).value
        for name in ("loss_weak", "proxy_rise", "loss_smallest", "loss_largest")
    )
    return (
        f"The weakest proxy rises by {rise:.2f} log-odds after gold has had its peak, "
        f"and gold falls by {weak:.2f} or more\n"
        f"With the most comparisons the smallest model loses {smallest:.2f}, "
        f"the largest {largest:.2f}"
    )


def _description(finding: str, results: Sequence[Result], control: Sequence[Result]) -> str:
    few, many = (
        100 * Measure.over_seeds(results, name).value for name in ("kept_few", "kept_many")
    )
    text = (
        f"{finding}. Two panels show the gold reward and the proxy by the distance from the "
        "reference, for best-of-n and for reinforcement learning, with one line for each of three "
        "sizes of proxy. The last shows the gold reward in the end by the number of comparisons: "
        f"for the large network it goes from {few:.0f}\N{NO-BREAK SPACE}% to "
        f"{many:.0f}\N{NO-BREAK SPACE}% of the best possible."
    )
    for result in control[:1]:
        lost = result.measures["loss_weak"].value
        text += f" Where gold itself is optimised, it falls by {lost:.2f}."
    return text
