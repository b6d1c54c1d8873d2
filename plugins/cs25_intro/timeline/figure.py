"""The timeline as a figure: a scale of years on the left, the milestones in a column beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cs25_intro.timeline.milestones import MILESTONES, Milestone

__all__ = ["draw"]

# All lengths are points, so that a line of text has the same room whatever stands beside it.
_WIDTH = 336.0
_ROW, _HEADING, _TITLE = 18.0, 25.0, 28.0
_SCALE, _COLUMN, _DATE, _NAME = 34.0, 62.0, 70.0, 123.0
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

#: Where the scale begins. What is earlier stands above it, in order only.
_FROM = 2014
_UNTIL = MILESTONES[-1].year + 1


def draw() -> Figure:
    """Draw the milestones from top to bottom, each joined to its date on the scale."""
    rows, height = _rows(MILESTONES)
    figure = Figure(figsize=(_WIDTH / 72, (height + _TITLE) / 72))
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, height / (height + _TITLE)))
    axes.set(xlim=(0, _WIDTH), ylim=(height, 0))
    axes.axis("off")
    scale = _Scale.beside([y for milestone, y in rows if milestone.year >= _FROM])
    scale.draw(axes)
    for era, (_, group) in enumerate(groupby(rows, key=lambda row: row[0].era)):
        members = list(group)
        above = members[0][1] - _ROW
        axes.plot([_COLUMN], [above], "s", color=f"C{era}", ms=6)
        # In ink, as all text: the colours are made for lines, and fainter.
        axes.text(_DATE, above, members[0][0].era, weight="bold", size=9.5, va="center_baseline")
        for milestone, y in members:
            _draw_milestone(axes, milestone, y, scale.place(milestone, y), f"C{era}")
    figure.suptitle(_headline(), x=0.02, y=1 - 8 / (height + _TITLE), ha="left", size=12)
    figure.set_label("\n".join([f"{_headline()}.", *map(_told, MILESTONES)]))
    return figure


def _rows(milestones: Sequence[Milestone]) -> tuple[list[tuple[Milestone, float]], float]:
    """Return each milestone with its place from the top, and the height of all."""
    rows = []
    y = -_ROW / 2
    for _, group in groupby(milestones, key=lambda milestone: milestone.era):
        y += _HEADING
        for milestone in group:
            y += _ROW
            rows.append((milestone, y))
    return rows, y + _ROW


@dataclass(frozen=True)
class _Scale:
    """The years from `_FROM` to the end of the last milestone's.

    Args:
        top: where it begins.
        per_year: how long a year is.
    """

    top: float
    per_year: float

    @classmethod
    def beside(cls, places: Sequence[float]) -> _Scale:
        """Return the scale that is as long as the column of these places."""
        return cls(places[0] - _ROW / 2, (places[-1] - places[0] + _ROW) / (_UNTIL - _FROM))

    def place(self, milestone: Milestone, beside: float) -> float:
        """Return where the middle of a milestone's month is; what is earlier stays beside it."""
        if milestone.year < _FROM or milestone.month is None:
            return beside
        return self.top + self.per_year * (milestone.year - _FROM + (milestone.month - 0.5) / 12)

    def draw(self, axes: Axes) -> None:
        """Draw the years, and dots for the time before them."""
        ink = mpl.rcParams["text.color"]
        bottom = self.top + self.per_year * (_UNTIL - _FROM)
        axes.plot([_SCALE, _SCALE], [self.top, bottom], color=ink, lw=1)
        axes.plot([_SCALE, _SCALE], [_HEADING, self.top], color=ink, lw=1, ls=":")
        for year in range(_FROM, _UNTIL + 1):
            y = self.top + self.per_year * (year - _FROM)
            axes.plot([_SCALE - 4, _SCALE], [y, y], color=ink, lw=1)
            axes.text(_SCALE - 6, y, str(year), ha="right", va="center", size=8)


def _draw_milestone(axes: Axes, milestone: Milestone, y: float, at: float, colour: str) -> None:
    axes.plot([_SCALE, _COLUMN - 8, _COLUMN], [at, y, y], color=colour, lw=0.9)
    axes.plot([_SCALE], [at], "o", color=colour, ms=4.5)
    axes.text(_DATE, y, _date(milestone), size=8.5, va="center_baseline")
    name = axes.text(_NAME, y, milestone.name, weight="bold", size=9, va="center_baseline")
    axes.annotate(
        milestone.what, xy=(1, 0), xycoords=name, xytext=(5, 0), textcoords="offset points",
        size=8.5, va="bottom",
    )  # fmt: skip


def _date(milestone: Milestone) -> str:
    month = f"{_MONTHS[milestone.month - 1]} " if milestone.month else ""
    return f"{month}{milestone.year}"


def _told(milestone: Milestone) -> str:
    return f"{_date(milestone)}: {milestone.name}, {milestone.what}."


def _headline() -> str:
    """Say how long it took from the transformer to ChatGPT, in years."""
    months = {m.name: 12 * m.year + (m.month or 0) for m in MILESTONES}
    years = (months["ChatGPT"] - months["Transformer"]) / 12
    return f"From the transformer to ChatGPT: {years:.1f} years"
