"""Marks on plotext's canvas, in coordinates whose corners are (0, 0) and (1, 1)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from cs25.render.scale import Scale, clip, interpolate
from cs25.render.sketch import AxisSketch, Series
from cs25.render.ticks import ticks

__all__ = ["ACROSS", "UP", "Canvas", "Style"]

Style = tuple[str, str]  # glyph, colour as #rrggbb

ACROSS, UP = "╌", "┆"
_WHISKERS = {False: "│", True: "─"}
_CURVE, _DASHES = "braille", "·"

#: A curve of more points than this is drawn as a curve and marked here and there.
_FEW = 24
#: A band thinner than this, and a whisker shorter, would be noise around a line (in cells).
_THIN_BAND, _SHORT_WHISKER = 1.5, 0.75


class Canvas:
    """plotext's figure, with one method for each kind of series of a sketch.

    Args:
        x: the horizontal axis.
        y: the vertical axis.
        columns: width with everything around the canvas, in cells.
        rows: height with everything around the canvas, in cells.
    """

    def __init__(self, x: AxisSketch, y: AxisSketch, *, columns: int, rows: int) -> None:
        import plotext  # 0.15 s, spent only where there is a figure to draw

        plotext.terminal.limit(False, False)
        self.plotext: Any = plotext
        self.figure: Any = plotext.figure
        self.figure.clear()
        self.figure.plot_size(columns, rows).canvas("default").legend(False)
        self.figure.axes(False, axis="x", side="upper").axes(False, axis="y", side="right")
        self.x, self.y = Scale(x), Scale(y)
        y_labels = self._ruler(self.figure.ruler("y", "left"), self.y, most=max(rows // 3, 2))
        self._ruler(self.figure.ruler("x", "lower"), self.x, most=max(columns // 13, 2))
        self.columns = max(columns - 1 - max(map(len, y_labels), default=0), 8)
        self.rows = max(rows - 2, 4)
        self.written: list[tuple[int, float, float]] = []

    def finish(self) -> str:
        """Return the canvas as text with ANSI colours, and clear it."""
        text: str = self.figure.build().string()
        self.figure.clear()
        return text

    def _ruler(self, ruler: Any, scale: Scale, most: int) -> list[str]:
        axis = scale.axis
        low, high = sorted((axis["low"], axis["high"]))
        places = axis["ticks"] or ticks(low, high, axis["scale"], most)
        marks = [(at, label) for value, label in places if (at := scale(value)) is not None]
        labels = [label for _, label in marks]
        ruler.lim(0.0, 1.0).ticks([at for at, _ in marks], labels)
        return labels

    def reference(self, axis: str, at: float, style: Style) -> None:
        where = (self.y if axis == "y" else self.x)(at)
        if where is None or not 0 <= where <= 1:
            return
        ends, fixed = (0.0, 1.0), (where, where)
        self._put(*((ends, fixed) if axis == "y" else (fixed, ends)), style, joined=True)

    def words(self, x: float, y: float, text: str, align: str) -> None:
        at_x, at_y = self.x(x), self.y(y)
        if at_x is None or at_y is None:
            return
        if align == "left" and at_x + len(text) / self.columns > 1:
            align = "right"
        # Words name the mark they are beside: leave it to be seen.
        at_x += {"left": 1.5, "right": -1.5}.get(align, 0.0) / self.columns
        start = at_x * self.columns - len(text) * {"left": 0.0, "right": 1.0}.get(align, 0.5)
        taken = (round(at_y * self.rows), start - 1, start + len(text) + 1)
        if any(row == taken[0] and a < taken[2] and taken[1] < b for row, a, b in self.written):
            return  # two words in one place are none
        self.written.append(taken)
        self.figure.draw(self.figure.text(at_x, at_y, text, alignment=align))

    def series(self, series: Series, style: Style) -> None:
        getattr(self, f"_{series['kind']}")(series, style)

    def _line(self, series: Series, style: Style) -> None:
        glyph = _CURVE if series.get("style", "solid") == "solid" else _DASHES
        marks = []
        for xs, ys in self._runs(series):
            self._put(xs, ys, (glyph, style[1]), joined=True)
            marks += _marks(xs, ys, every=series.get("marked", False))
        if marks:
            self._put([x for x, _ in marks], [y for _, y in marks], style)

    def _scatter(self, series: Series, style: Style) -> None:
        for xs, ys in self._runs(series):
            self._put(xs, ys, style)

    def _errorbar(self, series: Series, style: Style) -> None:
        if series.get("joined"):
            for xs, ys in self._runs(series):
                self._put(xs, ys, (_CURVE, style[1]), joined=True)
        across = series.get("horizontal", False)
        places, along = (self.y, self.x) if across else (self.x, self.y)
        shortest = _SHORT_WHISKER / (self.columns if across else self.rows)
        middles, values = series["x"], series["y"]
        if across:
            middles, values = values, middles
        for at, value, *ends in zip(
            places.many(middles),
            along.many(values),
            along.many(series["low"]),
            along.many(series["high"]),
            strict=True,
        ):
            for end in ends:
                if at is None or value is None or end is None or abs(end - value) < shortest:
                    continue
                pair, same = (value, clip(end)), (at, at)
                points = (pair, same) if across else (same, pair)
                self._put(*points, (_WHISKERS[across], style[1]), joined=True)
        if series.get("marked", True):
            self._scatter(series, style)

    def _bar(self, series: Series, style: Style) -> None:
        across = series.get("horizontal", False)
        places, along = (self.y, self.x) if across else (self.x, self.y)
        gap = 0.75 / self.rows if across else 0.5 / self.columns
        centres, tops = series["x"], series["y"]
        if across:
            centres, tops = tops, centres
        for centre, top, base, width in zip(
            centres, tops, series["low"], series["width"], strict=True
        ):
            if centre is None or width is None:
                continue
            start, end = places(centre - width / 2), places(centre + width / 2)
            high = along(top)
            if start is None or end is None or high is None:
                continue
            start, end = sorted((start, end))
            middle = (start + end) / 2
            sides = (min(start + gap, middle), max(end - gap, middle))
            low = along(base)
            span = (0.0 if low is None else clip(low), clip(high))
            if span[0] == span[1]:
                continue
            x, y = (span, sides) if across else (sides, span)
            xs = self._every_column(min(x), max(x))
            self._shade(xs, [min(y)] * len(xs), [max(y)] * len(xs), style)

    def _fill(self, series: Series, style: Style) -> None:
        edges = zip(
            self.x.many(series["x"]),
            self.y.many(series["low"]),
            self.y.many(series["high"]),
            strict=True,
        )
        # On a logarithmic axis a band may reach down to zero, which has no place.
        points = sorted(
            (x, *sorted((0.0 if low is None else low, high)))
            for x, low, high in edges
            if x is not None and high is not None
        )
        if len(points) < 2:
            return
        thickness = sum(clip(high) - clip(low) for _, low, high in points) / len(points)
        if thickness * self.rows < _THIN_BAND:
            return
        xs = self._every_column(clip(points[0][0]), clip(points[-1][0]))
        lows = [interpolate([(x, low) for x, low, _ in points], at) for at in xs]
        highs = [interpolate([(x, high) for x, _, high in points], at) for at in xs]
        kept = [i for i in range(len(xs)) if lows[i] <= 1 and highs[i] >= 0]
        self._shade(
            [xs[i] for i in kept],
            [clip(lows[i]) for i in kept],
            [clip(highs[i]) for i in kept],
            style,
        )

    def _every_column(self, start: float, stop: float) -> list[float]:
        last = max(self.columns - 1, 1)
        inner = range(math.ceil(start * last), math.floor(stop * last) + 1)
        return sorted({start, stop, *(k / last for k in inner)})

    def _shade(
        self, xs: Sequence[float], lows: Sequence[float], highs: Sequence[float], style: Style
    ) -> None:
        if not xs:
            return
        upper, lower = self._signal(xs, highs, style), self._signal(xs, lows, style)
        self.figure.draw(upper.density("full", scope="fill").fill(lower))

    def _runs(self, series: Series) -> Iterator[tuple[list[float], list[float]]]:
        """Yield the stretches without a gap."""
        xs: list[float] = []
        ys: list[float] = []
        points = zip(self.x.many(series["x"]), self.y.many(series["y"]), strict=True)
        for x, y in points:
            if x is None or y is None:
                if xs:
                    yield xs, ys
                xs, ys = [], []
            else:
                xs.append(x)
                ys.append(y)
        if xs:
            yield xs, ys

    def _put(
        self, xs: Sequence[float], ys: Sequence[float], style: Style, *, joined: bool = False
    ) -> None:
        self.figure.draw(self._signal(xs, ys, style).lines(joined))

    def _signal(self, xs: Sequence[float], ys: Sequence[float], style: Style) -> Any:
        glyph, colour = style
        rgb = tuple(int(colour[k : k + 2], 16) for k in (1, 3, 5))
        marker = self.plotext.marker(glyph, pixel=self.plotext.pixel(foreground=rgb))
        return self.figure.signal(list(xs), list(ys), marker=marker)


def _marks(xs: Sequence[float], ys: Sequence[float], *, every: bool) -> list[tuple[float, float]]:
    """Return where a curve shows its glyph: at its points, or spread along it."""
    if every and len(xs) <= _FEW:
        return list(zip(xs, ys, strict=True))
    step = max(len(xs) // 5, 1)
    return [(xs[i], ys[i]) for i in range(step // 2, len(xs), step)]
