"""A sketch drawn in the terminal with plotext.

Colour only repeats what the shape of a mark already says, so the plot can be read where there is
no colour. Logarithmic axes are transformed here and get ticks at round numbers, so that a decade
takes the same room wherever it lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from cs25.render.canvas import ACROSS, UP, Canvas, Style
from cs25.render.palette import NEUTRAL, TERMINAL
from cs25.render.sketch import AxesSketch, Series, Sketch

__all__ = ["TerminalFigure"]

#: Two plots stand side by side if each gets this many columns.
LEAST_COLUMNS = 48
MOST_COLUMNS = 100
ROWS = 16

_GLYPHS = ("●", "▲", "■", "◆", "○", "△", "□", "◇")
_BARS = ("█", "▒", "▓", "░")
_BAND = "░"
#: Bands lie below everything, points above.
_LAYER = {"fill": 0, "bar": 1, "line": 2, "errorbar": 3, "scatter": 4}

_ASCII = str.maketrans(
    dict(zip("●▲■◆○△□◇", "o^#*0vxd", strict=True))
    | dict.fromkeys("█▒▓", "#")
    | dict(zip("░╌┆│─└┼┤┬·", ":-:|-++++.", strict=True))
    | {chr(0x2800 + dots): "." for dots in range(1, 256)}
)


class TerminalFigure:
    """A sketch that rich can print at any width."""

    def __init__(self, sketch: Sketch, *, rows: int = ROWS) -> None:
        self.sketch = sketch
        self.rows = rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the axes side by side where there is room, else one below the other."""
        if self.sketch["title"]:
            yield Text(self.sketch["title"], style="bold")
        panels = self.sketch["axes"]
        per_row = max(1, min(len(panels), (options.max_width + 3) // (LEAST_COLUMNS + 3)))
        width = min((options.max_width - 3 * (per_row - 1)) // per_row, MOST_COLUMNS)
        drawn = [_draw(axes, width, self.rows) for axes in panels]
        if options.ascii_only:
            drawn = [_ascii(text) for text in drawn]
        for start in range(0, len(panels), per_row):
            row = drawn[start : start + per_row]
            if start:
                yield Text()
            if per_row == 1:
                yield row[0]
                continue
            grid = Table.grid(padding=(0, 3, 0, 0))
            for _ in row:
                grid.add_column(width=width, no_wrap=True, overflow="crop")
            grid.add_row(*row)
            yield grid


def _draw(axes: AxesSketch, width: int, rows: int) -> Text:
    canvas = Canvas(axes["x"], axes["y"], columns=width, rows=rows)
    legend: list[tuple[Style, str]] = []
    for line in axes["lines"]:
        style = (ACROSS if line["axis"] == "y" else UP, _colour(line["color"]))
        canvas.reference(line["axis"], line["at"], style)
        legend.append((style, line["label"]))
    series = axes["series"]
    styles = _styles(series)
    for i in sorted(range(len(series)), key=lambda i: _LAYER[series[i]["kind"]]):
        canvas.series(series[i], styles[i])
    for words in axes["texts"]:
        canvas.words(words["x"], words["y"], words["text"], words["align"])
    legend = [(_swatch(one, styles[i]), one["label"]) for i, one in enumerate(series)] + legend
    body = [_clean(line) for line in Text.from_ansi(canvas.finish()).split("\n")]
    return _compose(axes, body, legend, width)


def _compose(
    axes: AxesSketch, body: list[Text], legend: list[tuple[Style, str]], width: int
) -> Text:
    lines: list[Text] = []
    if axes["title"]:
        lines += _wrapped(Text(axes["title"], style="bold"), width)
    if axes["y"]["label"]:
        lines += _wrapped(Text(axes["y"]["label"], style="dim"), width)
    lines += [line for line in body if line.plain.strip()]
    if axes["x"]["label"]:
        for line in _wrapped(Text(axes["x"]["label"], style="dim"), width):
            line.align("center", width)
            line.rstrip()
            lines.append(line)
    lines += _legend(legend, width)
    if axes["left_out"]:
        lines.append(Text("part of the figure is left out here: see its file", style="dim"))
    return Text("\n").join(lines)


def _clean(line: Text) -> Text:
    """Drop the backgrounds that plotext paints, and the blanks at the end."""
    line.spans = [span for span in line.spans if "on " not in str(span.style)]
    line.rstrip()
    return line


def _wrapped(text: Text, width: int) -> list[Text]:
    return list(text.wrap(Console(file=StringIO(), width=width), width))


def _legend(entries: Sequence[tuple[Style, str]], width: int) -> list[Text]:
    lines: list[Text] = []
    for (glyph, colour), label in dict.fromkeys(entries):
        if not label:
            continue
        entry = Text.assemble((glyph, colour), " ", label)
        if lines and len(lines[-1]) + 3 + len(entry) <= width:
            lines[-1].append("   ").append_text(entry)
        else:
            lines += _wrapped(entry, width)
    return lines


def _swatch(series: Series, style: Style) -> Style:
    """Show in the legend whether a glyph stands alone or marks a curve."""
    glyph, colour = style
    if series["kind"] == "line" and series.get("style") == "dashed":
        return f"·{glyph}·", colour
    curve = series["kind"] == "line" or series.get("joined", False)
    return (f"⠤{glyph}⠤", colour) if curve else style


def _styles(series: Sequence[Series]) -> list[Style]:
    """Give every named series a glyph of its own.

    A curve and its points are often two artists of one colour, of which one has a name: they
    share the glyph. A band takes its line's colour.
    """
    glyphs, bars = iter(_GLYPHS * len(series)), iter(_BARS * len(series))
    of_name: dict[tuple[str, int | None], str] = {}
    of_color: dict[int | None, str] = {}
    chosen: dict[int, str] = {}
    for i, one in enumerate(series):
        if one["kind"] == "fill":
            chosen[i] = _BAND
        elif one["kind"] == "bar":
            chosen[i] = next(bars)
        elif one["label"]:
            key = (one["label"], one["color"])
            chosen[i] = of_name.setdefault(key, of_name.get(key) or next(glyphs))
            of_color.setdefault(one["color"], chosen[i])
    for i, one in enumerate(series):
        if i not in chosen:
            color = one["color"]
            chosen[i] = of_color.setdefault(color, of_color.get(color) or next(glyphs))
    return [(chosen[i], _colour(one["color"])) for i, one in enumerate(series)]


def _colour(index: int | None) -> str:
    return NEUTRAL if index is None else TERMINAL[index % len(TERMINAL)]


def _ascii(text: Text) -> Text:
    plain = text.plain.translate(_ASCII).encode("ascii", "replace").decode()
    return Text(plain, spans=text.spans)
