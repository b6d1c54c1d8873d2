"""The figure of `wiring`: the norms of the Jacobian's blocks as heat maps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from cs25 import Result, Table

__all__ = ["draw"]

#: Table, title of the panel, what hears, what is heard.
_PANELS = (
    ("encoder", "Encoder", "Output position", "Input position"),
    ("decoder", "Decoder", "Output position", "Input position"),
    ("cross", "Cross-attention", "Decoder position", "Encoder position"),
    ("heads", "Heads", "Head that hears", "Head that is heard"),
)

_WRONG = ("wrong_encoder", "wrong_decoder", "wrong_cross", "wrong_heads")


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw who hears whom, and how strongly; the control below."""
    rows = [("", results[0]), *(("control: ", other) for other in control[:1])]
    figure = Figure(figsize=(12.5, 1.0 + 3.6 * len(rows)), layout="constrained")
    grid = figure.subplots(len(rows), len(_PANELS), squeeze=False)
    norms = [value for _, r in rows for table in _tables(r) for value in table.column("norm")]
    scale = LogNorm(min((n for n in norms if n > 0), default=1e-3), max(*norms, 1e-2))
    for axes_row, (prefix, result) in zip(grid, rows, strict=True):
        for axes, (name, title, hears, heard) in zip(axes_row, _PANELS, strict=True):
            image = _heat_map(axes, result, name, scale)
            axes.set_title(prefix + title, fontsize="medium")
            axes.set(xlabel=heard, ylabel=hears)
        # Inside the last panel's own axes: a terminal, which has no colours for it, leaves it out.
        bar = axes.inset_axes((1.06, 0.0, 0.06, 1.0))
        figure.colorbar(image, cax=bar, label="Norm of the block")
    # A white dot needs no place in the legend, where it would be on white.
    handles, labels = grid[-1, 1].get_legend_handles_labels()
    figure.legend(handles[1:], labels[1:], loc="outside lower center", ncols=2)
    title = _finding(results)
    figure.suptitle(title)
    seeds = f" Drawn: the first of {len(results)} seeds." if len(results) > 1 else ""
    figure.set_label(
        f"{title}. Heat maps of the norms of the Jacobian's blocks, on a logarithmic scale, with "
        "a cross where a block is exactly zero and a square where an edge is not as the lecture "
        "draws it: the encoder's outputs by its inputs, the logits by the decoder's inputs and by "
        "the encoder's outputs, and what each head gathers by every head's queries, keys and "
        f"values.{seeds}"
        + "".join(f" In the control, below, {_wiring(other)}." for other in control[:1])
    )
    return figure


def _tables(result: Result) -> list[Table]:
    return [result.table(name) for name, *_ in _PANELS]


def _heat_map(axes: Axes, result: Result, name: str, scale: LogNorm) -> AxesImage:
    table = result.table(name)
    hears, heard = (list(dict.fromkeys(table.column(side))) for side in ("hears", "heard"))
    shape = len(hears), len(heard)
    norm = np.array(table.column("norm")).reshape(shape)
    expected = np.array(table.column("expected")).reshape(shape)
    axes.grid(visible=False)
    image = axes.imshow(np.ma.masked_equal(norm, 0.0), norm=scale, cmap="viridis")
    cell_pt = 130 / max(shape)
    for mask, marker, size, colour, label in (
        (norm > 0, ".", 0.12, "white", "not zero: hears"),
        (norm == 0, "x", 0.25, rcParams["text.color"], "exactly zero: does not hear"),
        ((norm > 0) != expected, "s", 0.8, "C1", "not as the lecture draws it"),
    ):
        row, column = np.nonzero(mask)
        axes.plot(
            column, row, marker, ms=cell_pt * size, mfc="none", mec=colour, ls="none",
            mew=min(1.2, cell_pt / 10), label=label,
        )  # fmt: skip
    if name == "heads":
        stages = [str(head).split(".")[0] for head in heard]
        first = {stage: i for i, stage in reversed(list(enumerate(stages)))}
        middle = (len(stages) / len(first) - 1) / 2
        places = [i + middle for i in first.values()]
        axes.set_xticks(places, list(first), rotation=90, fontsize="small")
        axes.set_yticks(places, list(first), fontsize="small")
    else:
        axes.set_xticks(range(shape[1]), [str(label) for label in heard])
        axes.set_yticks(range(shape[0]), [str(label) for label in hears])
    return image


def _finding(results: Sequence[Result]) -> str:
    wrong, edges = (
        sum(result.measures[name].value for result in results for name in names)
        for names in (_WRONG, ("edges",))
    )
    change = max(result.measures["future_change"].value for result in results)
    how = (
        f"All {edges:,.0f} pairs are wired as the lecture draws them"
        if wrong == 0
        else f"{wrong:,.0f} of {edges:,.0f} pairs are not wired as the lecture draws them"
    )
    return f"{how}; new tokens change earlier logits by {'nothing' if change == 0 else f'{change:.2g}'}"


def _wiring(control: Result) -> str:
    wrong = [control.measures[name].value for name in _WRONG]
    return (
        f"{wrong[0]:.0f} edges of the encoder, {wrong[1]:.0f} of the decoder, {wrong[2]:.0f} of "
        f"cross-attention and {wrong[3]:.0f} between heads are wrong"
    )
