"""The figure of `semantic-space`: words in two dimensions, and what is regular about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cs25 import Measure, Result
from cs25_intro.prompt_programs.effects import mean_over_tasks

__all__ = ["draw"]

#: Space, what it is called, colour, marker, and how far below its row it stands.
_SPACES = (
    ("tokens", "SmolLM2's embeddings", "C0", "o", -0.17),
    ("texts", "MiniLM's activations", "C1", "s", 0.17),
)

#: Ways to answer "a is to b as c is to what?", from the top of the panel to its bottom.
_WAYS = (
    ("nearest", "nearest to c"),
    ("plus", "c + b"),
    ("solved", "c + b − a"),
    ("literal", "c + b − a,\na, b, c allowed"),
)

#: Pairs with their words beside them: of more, those whose words do not hide each other.
_LABELLED = 9

#: What a word takes up beside its point, as a share of the panel's width and height.
_ROOM = (0.2, 0.05)

Rows = Float[np.ndarray, "seed row"]


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw both planes, and below them offsets, analogies and shares of variance."""
    figure = Figure(figsize=(11.5, 9.2), layout="constrained")
    grid = figure.add_gridspec(2, 6, height_ratios=(1.15, 1))
    offsets, analogies, shares = (figure.add_subplot(grid[1, 2 * i : 2 * i + 2]) for i in range(3))
    _draw_offsets(offsets, results, control)
    _draw_analogies(analogies, results, control)
    _draw_shares(shares, results, control)
    marks = zip(*(axes.get_legend_handles_labels() for axes in (offsets, shares)), strict=True)
    handles, labels = (first + second for first, second in marks)
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    for i, (space, name, colour, *_) in enumerate(_SPACES):
        axes = figure.add_subplot(grid[0, 3 * i : 3 * i + 3])
        _draw_plane(axes, results[0], space, name, colour)
    finding = _finding(results)
    figure.suptitle(finding, fontsize="large")
    figure.set_label(_description(finding.replace("\n", " "), results, control))
    return figure


def _draw_plane(axes: Axes, result: Result, space: str, name: str, colour: str) -> None:
    """Draw each pair as an arrow in the plane of the first two principal components."""
    rows = _pairs(result, space)
    points = np.array([row[2:6] for row in rows]).reshape(-1, 2, 2)
    named = _named(points)
    for place, (first, second, x1, y1, x2, y2, _) in enumerate(rows):
        labelled = place in named
        axes.annotate(
            "", (x2, y2), (x1, y1),
            arrowprops={
                "arrowstyle": "->", "color": colour, "alpha": 1 if labelled else 0.3,
                "shrinkA": 0, "shrinkB": 0,
            },
        )  # fmt: skip
        if labelled:
            to_right = 1 if x2 >= x1 else -1
            for word, x, y, side in ((first, x1, y1, -to_right), (second, x2, y2, to_right)):
                axes.annotate(
                    word, (x, y), (3 * side, 0), textcoords="offset points", fontsize=8,
                    ha="left" if side > 0 else "right", va="center",
                )  # fmt: skip
    axes.plot(*points.reshape(-1, 2).T, ".", color=colour, ms=3)
    axes.margins(0.16, 0.06)
    axes.set(
        title=f"{name}: {100 * rows[0][-1]:.0f} % of the variance",
        xlabel="First principal component", ylabel="Second",
    )  # fmt: skip


def _named(points: Float[np.ndarray, "pair 2 2"]) -> list[int]:
    """Return which pairs have room for their words."""
    if len(points) <= _LABELLED:
        return list(range(len(points)))
    room = np.array(_ROOM) * np.ptp(points, axis=(0, 1))
    named: list[int] = []
    for place, ends in enumerate(points):
        apart = abs(points[named].reshape(-1, 1, 2) - ends) > room  # other point, own point, axis
        if apart.any(axis=-1).all() and len(named) < _LABELLED:
            named.append(place)
    return named


def _pairs(result: Result, space: str) -> list[tuple[Any, ...]]:
    """Return the pairs that are drawn: words, coordinates of both, the plane's share."""
    table = result.table("plane")
    columns = ("space", "first", "second", "x1", "y1", "x2", "y2", "share")
    rows = zip(*map(table.column, columns), strict=True)
    return [row[1:] for row in rows if row[0] == space]


def _draw_offsets(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    for space, name, colour, marker, below in _SPACES:
        own, shuffled = (
            _column(results, space, column).mean(axis=0) for column in ("alike", "alike_shuffled")
        )
        where = np.arange(len(own)) + below
        axes.hlines(where, shuffled, own, color=colour, lw=1.5)
        axes.plot(own, where, marker, color=colour, ms=5, label=name)
        axes.plot(shuffled, where, "|", color=colour, ms=9)
        if control:
            dealt = _column(control, space, "alike").mean(axis=0)
            label = "control: points dealt out at random" if below > 0 else None
            axes.plot(dealt, where, "x", color="C3", ms=4, label=label)
    _name_relations(axes, results)
    axes.set(
        title="Offsets: pairs, and shuffled ( | )",
        xlabel="Mean cosine of two offsets of a relation",
    )


def _draw_analogies(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    where = np.arange(len(_WAYS))
    for space, _, colour, marker, below in _SPACES:
        middle, low, high = np.transpose(
            [_pooled(_column(results, space, way)) for way, _ in _WAYS]
        )
        axes.errorbar(
            middle, where + below, xerr=[middle - low, high - middle], fmt=marker, color=colour,
            ms=5, capsize=3,
        )  # fmt: skip
        if control:
            found = [_column(control, space, way).mean() for way, _ in _WAYS]
            axes.plot(found, where + below, "x", color="C3", ms=4)
    axes.set_yticks(where, [name for _, name in _WAYS])
    axes.set_ylim(len(_WAYS) - 0.4, -0.6)
    axes.set(
        title="a is to b as c is to d", xlim=(-0.03, 1.03),
        xlabel="d is found (share, mean over relations)",
    )  # fmt: skip


def _draw_shares(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    for space, _, colour, marker, below in _SPACES:
        share = _column(results, space, "share").mean(axis=0)
        where = np.arange(len(share)) + below
        axes.plot(share, where, marker, color=colour, ms=5)
        label = "as many random words" if below < 0 else None
        axes.axvline(
            Measure.over_seeds(results, f"chance_{space}").value,
            ls="--",
            lw=1.2,
            color=colour,
            label=label,
        )
        if control:
            axes.plot(_column(control, space, "share").mean(axis=0), where, "x", color="C3", ms=4)
    _name_relations(axes, results)
    axes.set(title="What a plane holds", xlabel="Share of the words' variance")


def _name_relations(axes: Axes, results: Sequence[Result]) -> None:
    table = results[0].table("relations")
    names = list(dict.fromkeys(table.column("relation")))
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)  # as in the table, from the top


def _column(results: Sequence[Result], space: str, column: str) -> Rows:
    """Return a column of the table of relations, for each seed."""
    tables = [result.table("relations") for result in results]
    return np.array(
        [
            [value for value, of in zip(t.column(column), t.column("space"), strict=True) if of == space]
            for t in tables
        ]
    )  # fmt: skip


def _pooled(values: Rows) -> tuple[float, float, float]:
    """Return the mean with the range over seeds or, of one, 95 % over relations."""
    means = values.mean(axis=1)
    if len(means) > 1:
        return float(means.mean()), float(means.min()), float(means.max())
    found = mean_over_tasks(values[0], least=0)
    assert found.low is not None
    assert found.high is not None
    return found.value, found.low, found.high


def _finding(results: Sequence[Result]) -> str:
    solved, nearest, literal = (
        100 * _column(results, "tokens", way).mean() for way in ("solved", "nearest", "literal")
    )
    return (
        f"In SmolLM2's embeddings c + b − a leads to d in {solved:.0f} % of analogies, "
        f"and the word nearest to c in {nearest:.0f} %;\n"
        f"where a, b and c may be the answer, too, c + b − a does in {literal:.0f} %"
    )


def _description(finding: str, results: Sequence[Result], control: Sequence[Result]) -> str:
    pairs = _pairs(results[0], "tokens")
    drawn = ", ".join(f"{first} to {second}" for first, second, *_ in pairs[:_LABELLED])
    text = (
        f"{finding}. {results[0].text} Top: {len(pairs)} pairs as arrows in the plane of their first "
        f"two principal components, in both spaces, among them {drawn}. Bottom, "
    )
    for space, name, *_ in _SPACES:
        alike, shuffled, share = (
            _column(results, space, column).mean()
            for column in ("alike", "alike_shuffled", "share")
        )
        text += (
            f"{name}: mean cosine of two offsets {alike:.2f}, with shuffled pairs {shuffled:.2f}; "
            f"a plane holds {share:.2f} of the variance of a relation's words, and "
            f"{Measure.over_seeds(results, f'chance_{space}').value:.2f} of random words'. "
        )
    if control:
        own = np.mean([_column(control, space, "alike").mean() for space, *_ in _SPACES])
        solved = np.mean([_column(control, space, "solved").mean() for space, *_ in _SPACES])
        text += (
            f"Control, points dealt out at random: cosine {own:.2f}, {100 * solved:.0f} % of "
            "analogies solved."
        )
    return text.strip()
