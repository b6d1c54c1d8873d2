"""How much weight the softmax gives its favourite key, by the width of a head."""

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from annotated_types import Interval
from matplotlib.figure import Figure

from cs25 import Measure, Result, Table


def saturation(
    *,
    d_head: Annotated[int, Interval(ge=2, le=4096)] = 256,
    n_keys: Annotated[int, Interval(ge=2, le=1024)] = 32,
    queries: Annotated[int, Interval(ge=10)] = 2_000,
    control: Literal["none", "equal"] = "none",
    seed: int = 0,
) -> Result:
    """Attend with random queries to random keys, in heads that get wider.

    Args:
        d_head: width of the widest head.
        n_keys: keys that share the weight.
        queries: random queries for each width.
        control: "equal" makes all keys of a query alike, so that none can be preferred.
        seed: seeds queries and keys.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for width in np.unique(np.geomspace(1, d_head, 9).round().astype(int)):
        query = rng.standard_normal((queries, 1, width))
        keys = rng.standard_normal((queries, n_keys, width))
        if control == "equal":
            keys[:] = keys[:, :1]
        scores = (query * keys).sum(axis=-1)
        rows.append((int(width), largest_weight(scores), largest_weight(scores / width**0.5)))
    _, plain, scaled = rows[-1]
    return Result(
        {"plain": Measure(plain, "share"), "scaled": Measure(scaled, "share")},
        tables=(Table("widths", ("d_head", "plain", "scaled"), tuple(rows)),),
    )


def largest_weight(scores: np.ndarray) -> float:
    """Return the largest softmax weight of each row, averaged over rows.

    >>> largest_weight(np.zeros((3, 4)))  # equal scores share the weight
    0.25
    """
    exp = np.exp(scores - scores.max(axis=-1, keepdims=True))  # the largest becomes 1
    return float((1 / exp.sum(axis=-1)).mean())


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw the largest weight against the width of the head."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    ax = figure.subplots()
    table = results[0].table("widths")
    for name, label in (("plain", "scores as they are"), ("scaled", "scores over the root of d")):
        ax.plot(table.column("d_head"), table.column(name), marker="o", label=label)
    if control:
        equal = control[0].table("widths")
        ax.plot(
            equal.column("d_head"), equal.column("plain"), marker="x", label="control: equal keys"
        )
    ax.set(xscale="log", xlabel="Width of the head d", ylabel="Largest weight (share)", ylim=(0, 1))
    ax.legend(frameon=False)
    figure.set_label("The largest attention weight rises with the width, unless scores are scaled")
    return figure
