"""A sketch: what a matplotlib figure shows, as a little JSON that a terminal can redraw.

Lines, points, error bars, bars, bands and reference lines are kept; an image or a contour is
counted in ``left_out``, and said below the plot to be missing.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

__all__ = ["AxesSketch", "AxisSketch", "Numbers", "Reference", "Series", "Sketch", "Words"]

Numbers = list[float | None]


class AxisSketch(TypedDict):
    """An axis from its left or lower end, ``low``, to the other, ``high``.

    Where the axis is inverted, ``low`` is the larger one. ``ticks`` are the figure's own where they
    are names, else None: the reader chooses.
    """

    label: str
    scale: Literal["linear", "log"]
    low: float
    high: float
    ticks: list[tuple[float, str]] | None


class Series(TypedDict):
    """``low`` and ``high`` are the ends of error bars or of a band, or the base of bars."""

    kind: Literal["line", "scatter", "errorbar", "bar", "fill"]
    x: Numbers
    y: Numbers
    low: NotRequired[Numbers]
    high: NotRequired[Numbers]
    width: NotRequired[Numbers]
    horizontal: NotRequired[bool]
    joined: NotRequired[bool]
    marked: NotRequired[bool]
    style: NotRequired[Literal["solid", "dashed"]]
    label: str
    color: int | None


class Reference(TypedDict):
    """A line across the whole plot at one value of the ``axis``."""

    axis: Literal["x", "y"]
    at: float
    label: str
    color: int | None


class Words(TypedDict):
    x: float
    y: float
    text: str
    align: Literal["left", "center", "right"]


class AxesSketch(TypedDict):
    title: str
    x: AxisSketch
    y: AxisSketch
    series: list[Series]
    lines: list[Reference]
    texts: list[Words]
    left_out: int


class Sketch(TypedDict):
    title: str
    axes: list[AxesSketch]
