"""The figure of `turing`: a run on its tape, and how far runs go without each assumption."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MultipleLocator, NullLocator, ScalarFormatter

from cs25 import Result, Table
from cs25_intro.turing.problems import answered
from cs25_intro.turing.vocabulary import Token, tape_after

__all__ = ["draw"]

_MARKERS = ("o", "s", "D")

#: Formats with as many significant bits.
_FORMATS = {8: "bfloat16", 11: "float16", 24: "float32"}


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw the tape through a run, and the first wrong step without each assumption.

    Args:
        results: one for each seed, which draws random machines only: the rest is that of the first.
        control: the same with random weights; may be empty.
    """
    figure = Figure(figsize=(11, 7), layout="constrained")
    panels = figure.subplot_mosaic(
        [["run"] * 3, ["softmax", "precision", "answers"]], height_ratios=[2, 3]
    )
    result = results[0]
    _draw_run(panels["run"], result)
    sweeps = (("softmax", "beta", "Inverse temperature of the softmax"),
              ("precision", "bits", "Significant bits of all numbers"))  # fmt: skip
    for name, option, label in sweeps:
        axes = panels[name]
        _draw_sweep(axes, result.table(name), option, control[:1])
        axes.set(xlabel=label, ylabel="First wrong step", yscale="log")
        axes.yaxis.set_major_formatter(ScalarFormatter())
    panels["softmax"].set(xscale="log", title="A softmax, not hard attention")
    panels["softmax"].legend(fontsize="small", loc="lower right", bbox_to_anchor=(1, 0.06))
    panels["softmax"].xaxis.set_major_locator(LogLocator(base=4))
    panels["softmax"].xaxis.set_minor_locator(NullLocator())
    panels["softmax"].xaxis.set_major_formatter(ScalarFormatter())
    panels["precision"].set(title="Rounded numbers")
    _name_formats(panels["precision"])
    _draw_answers(panels["answers"], result.table("problems"), control[:1])
    title = _finding(results)
    figure.suptitle(title)
    figure.set_label(_description(title, results, control))
    return figure


def _draw_run(axes: Axes, result: Result) -> None:
    """Draw cells upwards and steps to the right, and where the head is."""
    text = result.table("text")
    tokens = [Token(*token) for token in zip(*map(text.column, Token._fields), strict=True)]
    shown = [i for i, step in enumerate(text.column("step")) if step >= 0]
    tapes = [dict(_cells(tokens[: i + 1])) for i in shown]
    heads = [sum(token.move for token in tokens[: i + 1]) for i in shown]
    low, high = (end([*tapes[-1], *heads]) for end in (min, max))
    image = np.array([[tape.get(cell, 0) for tape in tapes] for cell in range(low, high + 1)])
    colours = rcParams["axes.prop_cycle"].by_key()["color"]
    axes.imshow(
        np.ma.masked_equal(image, 0),
        cmap=ListedColormap([colours[i] for i in (0, 2, 4, 5, 6, 3)]),
        vmin=1, vmax=6, alpha=0.55, aspect="auto", origin="lower", interpolation="nearest",
        extent=(-0.5, len(tapes) - 0.5, low - 0.5, high + 0.5),
    )  # fmt: skip
    axes.plot(range(len(heads)), heads, ".-", lw=0.8, ms=4, color="C1")
    axes.grid(visible=False)
    machine, tape = (result.table("runs").column(name)[0] for name in ("machine", "tape"))
    on = f" on {tape}" if tape else " on an empty tape"
    axes.set(
        xlabel="Token (step)", ylabel="Cell of the tape",
        title=f"What the transformer writes: {machine}{on}; the line is the head",
    )  # fmt: skip


def _cells(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    left, symbols = tape_after(tokens)
    return list(enumerate(symbols, start=left))


def _draw_sweep(axes: Axes, table: Table, option: str, control: Sequence[Result]) -> None:
    for i, machine in enumerate(dict.fromkeys(table.column("machine"))):
        x, step, failed = _first_wrong(table, machine, option)
        axes.plot(x[failed], step[failed], f"{_MARKERS[i]}-", ms=5, color=f"C{i}", label=machine)
        # Of those that never go wrong only the length that was tried is known.
        axes.plot(x[~failed], step[~failed], f"{_MARKERS[i]}", ms=5, mfc="none", color=f"C{i}")
    axes.plot([], [], "o", mfc="none", color="C7", label="none in so many steps")
    for result in control:
        other = result.table(table.name)
        x = np.array(sorted(set(other.column(option))))
        first = [_first_wrong(other, m, option)[1] for m in dict.fromkeys(other.column("machine"))]
        axes.plot(x, np.mean(first, axis=0), "x", ms=4, color="C3", label="control: random weights")


def _first_wrong(
    table: Table, machine: str, option: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what was varied, the number of the first wrong step, and whether there is one."""
    mine = np.array([name == machine for name in table.column("machine")])
    columns = (option, "right_steps", "steps")
    x, right, steps = (np.array(table.column(name), dtype=float)[mine] for name in columns)
    return x, np.where(right < steps, right + 1, steps), right < steps


def _name_formats(axes: Axes) -> None:
    for bits, name in _FORMATS.items():
        axes.text(bits, 1.8, name, rotation=90, ha="center", va="bottom", fontsize="x-small")
    axes.xaxis.set_major_locator(MultipleLocator(4))


def _draw_answers(axes: Axes, table: Table, control: Sequence[Result]) -> None:
    tokens = range(1, max(table.column("steps")) + 1)
    shares = [answered(table, within) for within in tokens]
    for i, (kind, marker) in enumerate(zip(shares[0], _MARKERS, strict=True)):
        axes.plot(
            tokens, [share[kind] for share in shares], marker, ls="-", ms=4, color=f"C{(2, 4, 5)[i]}",
            drawstyle="steps-post", label=kind,
        )  # fmt: skip
    for result in control:
        others = [answered(result.table("problems"), within) for within in tokens]
        axes.plot(
            tokens, [np.mean(list(share.values())) for share in others], "x", ms=4, color="C3",
            label="control: random weights",
        )  # fmt: skip
    axes.set(
        xlabel="Tokens written, with the last", ylabel="Share answered rightly",
        title="Fewer intermediate tokens", ylim=(-0.04, 1.04),
    )  # fmt: skip
    axes.legend(fontsize="small", loc="lower right", bbox_to_anchor=(1, 0.2))


def _finding(results: Sequence[Result]) -> str:
    """State what came of all runs, and of the first seed's, in which nothing is drawn by chance."""
    wrong, steps = (
        int(sum(result.measures[name].value for result in results))
        for name in ("wrong_steps", "steps")
    )
    exact = (
        f"All {steps:,} steps are right"
        if wrong == 0
        else f"{wrong:,} steps are wrong, of {steps:,}"
    )
    longest = max(results[0].table("softmax").column("steps"))
    soft, rounded = (
        _until(results[0].measures[name].value, longest) for name in ("soft_steps", "rounded_steps")
    )
    return f"{exact}; {soft} with a softmax, {rounded} with rounded numbers"


def _until(right: float, longest: int) -> str:
    return f"the first {right:,.0f}" if right < longest else f"all of {longest:,}"


def _description(title: str, results: Sequence[Result], control: Sequence[Result]) -> str:
    result = results[0]
    value = {name: measure.value for name, measure in result.measures.items()}
    text = (
        f"{title}. Above, the tape through a run that the transformer has written, with the path "
        "of the head. Below, the number of the first wrong step of long runs against the "
        "inverse temperature of a softmax, and against the significant bits of all numbers; and "
        "the share of problems that are answered rightly against the tokens that may be written: "
        f"{value['answered_at_once']:.0%} with one, {value['answered']:.0%} with as many as it "
        "takes."
    )
    for other in control[:1]:
        text += (
            f" With random weights {other.measures['wrong_steps'].value:,.0f} steps are wrong, and "
            f"{other.measures['answered'].value:.0%} of the problems are answered."
        )
    return text
