"""A sketch drawn in the terminal: readable without colour, without matplotlib, at any width."""

import io
import json
import re
import subprocess
import sys
from itertools import pairwise

import pytest
from rich.console import Console

from cs25.render.plot import TerminalFigure
from cs25.render.ticks import ticks

BARS = {
    "kind": "bar",
    "x": [2.0, 8.0],
    "y": [0.0, 1.0],
    "low": [0.0, 0.0],
    "width": [1.6, 1.6],
    "horizontal": True,
    "label": "",
    "color": 0,
}
BAND = {
    "kind": "fill",
    "x": [0.0, 10.0],
    "y": [0.5, 0.5],
    "low": [0.25, 0.25],
    "high": [0.75, 0.75],
    "label": "range",
    "color": 0,
}


def axis(low, high, scale="linear", label="", names=None):
    return {"label": label, "scale": scale, "low": low, "high": high, "ticks": names}


def line(label, y, *, color=0, **more):
    x = [float(i) for i in range(len(y))]
    return {"kind": "line", "x": x, "y": y, "label": label, "color": color, **more}


def axes(*series, x=None, y=None, lines=(), texts=(), title="", left_out=0):
    return {
        "title": title,
        "x": x or axis(0, 10, label="steps"),
        "y": y or axis(0, 1, label="accuracy"),
        "series": list(series),
        "lines": list(lines),
        "texts": list(texts),
        "left_out": left_out,
    }


def sketch(*panels, title=""):
    return {"title": title, "axes": list(panels)}


def shown(figure, width=80, **options):
    options = {"color_system": None, **options}
    console = Console(file=io.StringIO(), width=width, **options)
    console.print(TerminalFigure(figure))
    return console.file.getvalue()


def column_of(text, label):
    """Return where the tick above a label of the horizontal axis stands."""
    lines = text.splitlines()
    row = next(i for i, one in enumerate(lines) if "┬" in one)
    at = lines[row + 1].index(label) + len(label) // 2
    return min((m.start() for m in re.finditer("┬", lines[row])), key=lambda c: abs(c - at))


def row_of(text, glyph):
    return next(i for i, one in enumerate(text.splitlines()) if glyph in one)


RISING = line("trained", [i / 10 for i in range(11)], marked=True)
FLAT = line("control", [0.1] * 11, color=1, marked=True, style="dashed")


def test_words_of_the_figure_are_all_there():
    chance = {"axis": "y", "at": 0.5, "label": "chance", "color": None}
    text = shown(sketch(axes(RISING, FLAT, lines=[chance], title="It rises"), title="Overall"))
    for words in ("Overall", "It rises", "steps", "accuracy", "trained", "control", "╌ chance"):
        assert words in text


def test_series_differ_in_shape_and_the_legend_says_which():
    text = shown(sketch(axes(RISING, FLAT)))
    legend = text.splitlines()[-1]
    assert re.search(r"⠤●⠤ trained\s+·▲· control", legend)
    body = text[: text.index(legend)]
    assert body.count("▲") == 11
    assert body.count("●") + body.count("▲") >= 21  # one point of each may share a cell


def test_what_rises_rises_and_what_is_flat_is_flat():
    body = shown(sketch(axes(RISING, FLAT))).splitlines()
    points = [(one.index("●"), -row) for row, one in enumerate(body[:-1]) if "●" in one]
    assert len(points) > 8
    assert points == sorted(points, reverse=True)
    assert len([one for one in body[:-1] if "▲" in one]) == 1


def test_decades_of_a_logarithmic_axis_are_equally_wide():
    points = {
        "kind": "scatter",
        "x": [1e2, 1e3, 1e4, 1e5],
        "y": [0.5] * 4,
        "label": "",
        "color": 0,
    }
    text = shown(sketch(axes(points, x=axis(1e2, 1e5, "log"))), width=90)
    row = text.splitlines()[row_of(text, "●")]
    at = [match.start() for match in re.finditer("●", row)]
    gaps = [b - a for a, b in pairwise(at)]
    assert len(gaps) == 3
    assert max(gaps) - min(gaps) <= 1  # cells are whole
    marks = [column_of(text, label) for label in ("10³", "10⁴")]
    assert marks == pytest.approx(at[1:3], abs=1)  # the ticks stand under their points


def test_points_without_a_place_on_a_logarithmic_axis_are_left_out():
    points = {"kind": "scatter", "x": [0.0, 10.0], "y": [0.5, 0.5], "label": "", "color": 0}
    assert shown(sketch(axes(points, x=axis(1, 100, "log")))).count("●") == 1


def test_a_gap_in_a_line_stays_a_gap():
    whole = line("", [0.5] * 11)
    broken = line("", [0.5, 0.5, 0.5, None, None, None, None, None, 0.5, 0.5, 0.5])
    cells = [len(re.findall("[●⠀-⣿]", shown(sketch(axes(one))))) for one in (whole, broken)]
    assert cells[1] < 0.6 * cells[0]


def test_error_bars_reach_from_low_to_high():
    bar = {
        "kind": "errorbar",
        "x": [5.0],
        "y": [0.5],
        "low": [0.1],
        "high": [0.9],
        "marked": True,
        "label": "m",
        "color": 0,
    }
    body = shown(sketch(axes(bar)), width=60).splitlines()
    column = body[row_of("\n".join(body), "●")].index("●")
    tall = sum(len(one) > column and one[column] in "│●" for one in body[:-1])
    assert 10 <= tall <= 13  # 0.8 of 14 rows


def test_bars_are_as_long_as_their_numbers():
    names = [(0.0, "small"), (1.0, "large")]
    text = shown(sketch(axes(BARS, y=axis(-0.8, 1.8, names=names))), width=106)
    lengths = {row.count("█") for row in text.splitlines()} - {0}
    assert len(lengths) == 2
    # the canvas is 94 columns for ten units
    assert min(lengths) == pytest.approx(18.8, abs=2)
    assert max(lengths) == pytest.approx(75.2, abs=2)
    assert "small┤" in text
    assert "large┤" in text


def test_a_band_is_shaded_between_its_edges():
    rows = [one for one in shown(sketch(axes(BAND))).splitlines() if one.count("░") > 60]
    assert 6 <= len(rows) <= 9  # half of 14 rows
    thin = {**BAND, "low": [0.49, 0.49], "high": [0.51, 0.51]}
    assert shown(sketch(axes(thin))).count("░") == 1  # noise around a line; the legend remains


def test_an_inverted_axis_turns_everything_around():
    names = [(0.0, "first"), (1.0, "second")]
    listed = shown(sketch(axes(BARS, y=axis(1.8, -0.8, names=names)))).splitlines()
    first, second = (
        next(row for row in listed if f"{name}┤" in row) for name in ("first", "second")
    )
    assert listed.index(first) < listed.index(second)
    assert first.count("█") < second.count("█")
    inverted = shown(sketch(axes(BAND, line("l", [1.0, 0.0]), x=axis(10, 0), y=axis(1, 0))))
    rows = [row for row in inverted.splitlines() if "┤" in row or row.startswith("   │")]
    assert sum(row.count("░") > 60 for row in rows) in (6, 7, 8, 9)  # half of 14 rows
    assert column_of(inverted, "10") < column_of(inverted, "2")


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_nothing_is_wider_than_the_terminal(width):
    long = line("a label so long that it does not fit the width of a terminal " * 3, [0.1, 0.9])
    text = shown(sketch(axes(long, RISING), axes(FLAT), title="word " * 60), width=width)
    assert max(map(len, text.splitlines())) <= width
    assert " ".join(text.split()).count("a label so long") == 3


def test_two_axes_stand_side_by_side_where_there_is_room():
    both = sketch(axes(RISING, title="Left"), axes(FLAT, title="Right"))
    assert not re.search("Left .*Right", shown(both, width=80))
    assert re.search("Left .*Right", shown(both, width=120))


def test_words_beside_a_point_are_written_there():
    words = {"x": 5.0, "y": 0.5, "text": "critical point", "align": "left"}
    assert "critical point" in shown(sketch(axes(RISING, texts=[words])))


def test_words_that_would_cover_others_are_left_out():
    one = {"x": 5.0, "y": 0.5, "text": "first", "align": "left"}
    two = {"x": 5.1, "y": 0.5, "text": "second", "align": "left"}
    text = shown(sketch(axes(texts=[one, two])))
    assert "first" in text
    assert "sec" not in text


def test_it_says_when_something_is_left_out():
    assert "left out" in shown(sketch(axes(RISING, left_out=1)))
    assert "left out" not in shown(sketch(axes(RISING)))


def test_no_colour_means_no_escape_code(monkeypatch):
    figure = sketch(axes(RISING, FLAT), title="T")
    colour = {"force_terminal": True, "color_system": "truecolor"}
    assert "\x1b[38;2;" in shown(figure, **colour)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "38;2" not in shown(figure, **colour)
    assert "\x1b" not in shown(figure, color_system=None)
    assert shown(figure, force_terminal=False).splitlines()[-1].endswith("control")


def test_a_terminal_without_unicode_gets_ascii(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    console = Console(file=stream, width=80, color_system=None)
    console.print(TerminalFigure(sketch(axes(RISING, FLAT))))
    stream.flush()
    text = stream.buffer.getvalue().decode("ascii")
    assert "o trained" in text.replace(".", "").replace("-", "")


def test_drawing_imports_neither_matplotlib_nor_numpy_nor_torch():
    figure = json.dumps(sketch(axes(RISING)))
    code = f"""
import json, sys
from rich.console import Console
from cs25.render.plot import TerminalFigure
Console(width=80).print(TerminalFigure(json.loads({figure!r})))
heavy = {{"matplotlib", "numpy", "torch", "scipy", "rich.markdown"}} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert "⠤●⠤ trained" in done.stdout


@pytest.mark.parametrize(
    ("low", "high", "scale", "most", "labels"),
    [
        (0, 1, "linear", 6, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-0.05, 1.05, "linear", 3, ["0.0", "0.5", "1.0"]),
        (0, 3e6, "linear", 4, ["0", "1M", "2M", "3M"]),
        (500, 3e5, "log", 6, ["10³", "10⁴", "10⁵"]),
        (1.9, 4.1, "log", 6, ["2", "3", "4"]),
        (8, 300, "log", 6, ["10", "20", "50", "100", "200"]),
        (1e10, 1e26, "log", 6, ["10¹²", "10¹⁵", "10¹⁸", "10²¹", "10²⁴"]),
        (2.31, 2.34, "log", 4, ["2.31", "2.32", "2.33", "2.34"]),
    ],
)
def test_ticks_stand_at_round_numbers(low, high, scale, most, labels):
    found = ticks(low, high, scale, most)
    assert [label for _, label in found] == labels
    assert all(low * 0.999 - 1e-9 <= at <= high * 1.001 + 1e-9 for at, _ in found)
