"""Reads the sketch of a figure off its artists.

So a demo draws once, with matplotlib, and its author need not know that terminals exist.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from cs25.render.sketch import AxesSketch, AxisSketch, Numbers, Reference, Series, Sketch, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

__all__ = ["plain", "sketch"]


def sketch(figure: Figure) -> Sketch:
    """Read the sketch off a figure, under the settings it was drawn with."""
    figure.draw_without_rendering()  # limits and tick labels are settled by drawing
    return {
        "title": plain(figure.get_suptitle()),
        "axes": [_axes(axes) for axes in figure.axes if axes.get_visible()],
    }


def _axes(axes: Axes) -> AxesSketch:
    reader = _Reader(axes)
    reader.read()
    titles = (axes.get_title(loc=place) for place in ("left", "center", "right"))
    return {
        "title": plain(next((title for title in titles if title), "")),
        "x": _axis(axes.xaxis, axes.get_xlabel(), axes.get_xlim()),
        "y": _axis(axes.yaxis, axes.get_ylabel(), axes.get_ylim()),
        "series": reader.series,
        "lines": reader.lines,
        "texts": reader.texts,
        "left_out": reader.left_out,
    }


def _axis(axis: Axis, label: str, limits: tuple[float, float]) -> AxisSketch:
    low, high = (float(limit) for limit in limits)
    named = type(axis.get_major_formatter()).__name__ in _NAMING
    ticks = [
        (float(tick), plain(text.get_text()))
        for tick, text in zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=False)
        if min(low, high) <= tick <= max(low, high)
    ]
    return {
        "label": plain(label),
        "scale": "log" if axis.get_scale() == "log" else "linear",
        "low": low,
        "high": high,
        "ticks": ticks if named or not ticks else None,
    }


#: Formatters whose labels cannot be computed from the numbers alone.
_NAMING = {"FixedFormatter", "FuncFormatter", "StrCategoryFormatter", "StrMethodFormatter"}


class _Reader:
    """Sorts the artists of one axes into series, reference lines and words."""

    def __init__(self, axes: Axes) -> None:
        from matplotlib import rcParams
        from matplotlib.colors import to_rgb

        self.axes = axes
        self.cycle = [to_rgb(color) for color in rcParams["axes.prop_cycle"].by_key()["color"]]
        self.series: list[Series] = []
        self.lines: list[Reference] = []
        self.texts: list[Words] = []
        self.left_out = 0
        self.seen: set[int] = set()

    def read(self) -> None:
        from matplotlib.container import BarContainer, ErrorbarContainer

        for container in self.axes.containers:
            if isinstance(container, ErrorbarContainer):
                self._errorbar(container)
            elif isinstance(container, BarContainer):
                self._bars(container)
        for line in self.axes.lines:
            if self._new(line):
                self._line(line)
        for collection in self.axes.collections:
            if self._new(collection):
                self._collection(collection)
        for patch in self.axes.patches:
            if self._new(patch):
                self._patch(patch)
        self.left_out += len(self.axes.images)
        for text in self.axes.texts:
            if text.get_visible() and text.get_text().strip():
                self._words(text)

    def _new(self, artist: Any) -> bool:
        return bool(artist.get_visible()) and id(artist) not in self.seen

    def _errorbar(self, container: Any) -> None:
        line, caps, bars = container.lines
        self.seen |= {id(artist) for artist in (line, *caps, *bars)}
        segments = [segment for bar in bars[-1:] for segment in bar.get_segments()]
        horizontal = bool(container.has_xerr and not container.has_yerr)
        along = 0 if horizontal else 1
        ends = [sorted((float(s[0][along]), float(s[1][along]))) for s in segments if len(s) == 2]
        if line is None:  # fmt="none": the points themselves are drawn by something else
            middles = [s.mean(axis=0) for s in segments]
            x, y = [float(m[0]) for m in middles], [float(m[1]) for m in middles]
            color, joined = bars[0].get_colors()[0], False
        else:
            x, y = _column(line.get_xdata()), _column(line.get_ydata())
            color, joined = line.get_color(), line.get_linestyle() not in _NO_LINE
        if len(ends) != len(x):
            self.left_out += 1
            return
        self.series.append(
            {
                "kind": "errorbar",
                "x": _numbers(x),
                "y": _numbers(y),
                "low": _numbers(end[0] for end in ends),
                "high": _numbers(end[1] for end in ends),
                "horizontal": horizontal,
                "joined": joined,
                "marked": line is not None,
                "label": _label(container),
                "color": self._color(color),
            }
        )

    def _bars(self, container: Any) -> None:
        bars = list(container.patches)
        self.seen |= {id(bar) for bar in bars}
        if not bars:
            return
        horizontal = container.orientation == "horizontal"
        across = [(b.get_y(), b.get_height()) for b in bars]
        along = [(b.get_x(), b.get_width()) for b in bars]
        if not horizontal:
            across, along = along, across
        centres = _numbers(start + size / 2 for start, size in across)
        ends = _numbers(start + size for start, size in along)
        bases = _numbers(start for start, _ in along)
        colors = [self._color(bar.get_facecolor()) for bar in bars]
        # Bars of one call may differ in colour, which is then what tells them apart.
        for color in dict.fromkeys(colors):
            keep = [i for i, c in enumerate(colors) if c == color]
            self.series.append(
                {
                    "kind": "bar",
                    "x": [ends[i] if horizontal else centres[i] for i in keep],
                    "y": [centres[i] if horizontal else ends[i] for i in keep],
                    "low": [bases[i] for i in keep],
                    "width": _numbers(across[i][1] for i in keep),
                    "horizontal": horizontal,
                    "label": _label(container),
                    "color": color,
                }
            )

    def _line(self, line: Line2D) -> None:
        color = self._color(line.get_color())
        transform = line.get_transform()
        x, y = _column(line.get_xdata()), _column(line.get_ydata())
        if transform == self.axes.get_yaxis_transform(which="grid") and y:
            self.lines.append({"axis": "y", "at": y[0], "label": _label(line), "color": color})
            return
        if transform == self.axes.get_xaxis_transform(which="grid") and x:
            self.lines.append({"axis": "x", "at": x[0], "label": _label(line), "color": color})
            return
        if transform != self.axes.transData or hasattr(line, "_slope"):
            self.left_out += 1  # in the figure's own coordinates, or endless
            return
        if line.get_linestyle() in _NO_LINE:
            if line.get_marker() not in _NO_LINE:
                self._points("scatter", x, y, line, color)
            return
        if "steps" in str(line.get_drawstyle()):
            x, y = _steps(x, y, str(line.get_drawstyle()))
        self._points("line", x, y, line, color)
        series = self.series[-1]
        series["marked"] = line.get_marker() not in _NO_LINE
        series["style"] = "solid" if line.get_linestyle() == "-" else "dashed"

    def _points(
        self, kind: Any, x: Sequence[float], y: Sequence[float], artist: Any, color: int | None
    ) -> None:
        if not x:
            return  # a proxy for the legend
        self.series.append(
            {
                "kind": kind,
                "x": _numbers(x),
                "y": _numbers(y),
                "label": _label(artist),
                "color": color,
            }
        )

    def _collection(self, collection: Any) -> None:
        from matplotlib.collections import LineCollection, PathCollection, PolyCollection

        if isinstance(collection, PathCollection):
            points: Any = collection.get_offsets()
            color = self._color(_first(collection.get_facecolor(), collection.get_edgecolor()))
            x, y = _column(points[:, 0]), _column(points[:, 1])
            self._points("scatter", x, y, collection, color)
        elif isinstance(collection, PolyCollection):
            self._band(collection)
        elif isinstance(collection, LineCollection):
            color = self._color(_first(collection.get_colors()))
            for number, segment in enumerate(collection.get_segments()):
                x, y = _column(segment[:, 0]), _column(segment[:, 1])
                self._points("line", x, y, collection, color)
                if number:
                    self.series[-1]["label"] = ""
        else:
            self.left_out += 1

    def _band(self, band: Any) -> None:
        """Keep the lowest and highest edge over each x, which is what `fill_between` filled."""
        color = self._color(_first(band.get_facecolor(), band.get_edgecolor()))
        for number, path in enumerate(band.get_paths()):
            edges: dict[float, list[float]] = {}
            for x, y in path.vertices:
                edges.setdefault(float(x), []).append(float(y))
            across = sorted(x for x in edges if math.isfinite(x))
            self.series.append(
                {
                    "kind": "fill",
                    "x": _numbers(across),
                    "y": _numbers(sum(edges[x]) / len(edges[x]) for x in across),
                    "low": _numbers(min(edges[x]) for x in across),
                    "high": _numbers(max(edges[x]) for x in across),
                    "label": "" if number else _label(band),
                    "color": color,
                }
            )

    def _patch(self, patch: Any) -> None:
        from matplotlib.patches import Rectangle

        if not isinstance(patch, Rectangle):
            self.left_out += 1
            return
        (left, bottom), (right, top) = patch.get_bbox().get_points()
        (low_x, high_x), (low_y, high_y) = (
            sorted(self.axes.get_xlim()),
            sorted(self.axes.get_ylim()),
        )
        base = patch.get_transform() - patch.get_patch_transform()
        if base == self.axes.get_xaxis_transform(which="grid"):
            bottom, top = low_y, high_y
        elif base == self.axes.get_yaxis_transform(which="grid"):
            left, right = low_x, high_x
        self.series.append(
            {
                "kind": "fill",
                "x": _numbers((left, right)),
                "y": _numbers(((bottom + top) / 2,) * 2),
                "low": _numbers((bottom, bottom)),
                "high": _numbers((top, top)),
                "label": _label(patch),
                "color": self._color(patch.get_facecolor()),
            }
        )

    def _words(self, text: Any) -> None:
        place = text.xy if hasattr(text, "xy") and text.xycoords == "data" else None
        if place is None:
            place = text.get_transform().transform(text.get_position())
            place = self.axes.transData.inverted().transform(place)
        x, y = (float(part) for part in place)
        (low_x, high_x), (low_y, high_y) = (
            sorted(self.axes.get_xlim()),
            sorted(self.axes.get_ylim()),
        )
        if low_x <= x <= high_x and low_y <= y <= high_y:
            words = plain(text.get_text())
            self.texts.append({"x": x, "y": y, "text": words, "align": text.get_ha()})

    def _color(self, color: Any) -> int | None:
        """Return the nearest colour of the cycle, or None for a grey."""
        from matplotlib.colors import to_rgb

        rgb = to_rgb(color if isinstance(color, str) else tuple(color)[:3])
        distances = [math.dist(rgb, other) for other in self.cycle]
        nearest = min(range(len(distances)), key=distances.__getitem__)
        if distances[nearest] > 0.02 and max(rgb) - min(rgb) < 0.15:
            return None
        return nearest


_NO_LINE = ("None", "none", " ", "", None)


def _label(artist: Any) -> str:
    label = str(artist.get_label())
    return "" if label.startswith("_") or label == "None" else plain(label)


def plain(text: str) -> str:
    """Return text on one line, with its mathematics in Unicode."""
    if "$" in text:
        from cs25.render.maths import inline_maths

        text = inline_maths(text)
    return " ".join(text.split())


def _column(values: Any) -> list[float]:
    return [float(value) for value in values]


def _numbers(values: Iterable[float]) -> Numbers:
    """Round to what any terminal can show; what is not finite becomes a gap."""
    return [float(f"{v:.7g}") if math.isfinite(v) else None for v in map(float, values)]


def _first(*colors: Any) -> Any:
    return next((color[0] for color in colors if len(color)), "0.5")


def _steps(x: list[float], y: list[float], style: str) -> tuple[list[float], list[float]]:
    xs, ys = x[:1], y[:1]
    for i in range(1, len(x)):
        turn = {"steps-post": x[i], "steps-mid": (x[i - 1] + x[i]) / 2}.get(style, x[i - 1])
        xs += [turn, turn, x[i]]
        ys += [y[i - 1], y[i], y[i]]
    return xs, ys
