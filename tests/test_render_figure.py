"""A demo's figure as files: themes, description, determinism, and the sketch read off it."""

import json
import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from cs25 import Measure, Result
from cs25.errors import DemoError
from cs25.render.figure import rc_params, save_figures
from cs25.render.palette import CYCLE, PAPER

SIZES = [600.0, 1500.0, 7800.0, 40e3, 300e3]
RESULTS = [Result({"loss": Measure(2.0 + seed)}) for seed in range(3)]


def draw(results, control):
    """Draw one of everything that demos draw."""
    figure = Figure()
    left, right = figure.subplots(1, 2)
    loss = np.mean([result.measures["loss"].value for result in results])
    y = loss + 14 * np.array(SIZES) ** -0.4
    left.errorbar(SIZES, y, yerr=0.1, fmt="o-", color="C0", label="trained")
    left.fill_between(SIZES, y - 0.5, y + 0.5, color="C0", alpha=0.2, label="interval")
    left.plot(SIZES, y + 1, "--", color="C1", label="control")
    left.plot([1e3, np.nan, 1e4], [4.0, 4.0, 4.0], color="C1")
    left.axhline(loss, color="0.5", label="limit $E$")
    left.axvline(1e4, color="C2")
    left.scatter([1e3, 1e4], [3.2, 3.4], color="C2", label="points")
    left.annotate("here", (1e4, 3.4))
    left.set_xscale("log")
    left.set_xlabel("parameters $N$")
    left.set_ylabel("loss [nats]")
    left.set_title("Loss falls as $N^{-0.40}$")
    right.bar(["exact", "smooth"], [0.4, 1.6], yerr=[0.1, 0.2], color=["C0", "C3"])
    figure.suptitle("What a sentence states that is far too long to stand on one line of a figure")
    figure.set_label("Loss falls with <size>.")
    return figure


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    return folder, save_figures(draw, RESULTS, [], folder)


@pytest.fixture(scope="module")
def sketch(saved):
    return json.loads((saved[0] / "sketch.json").read_text())


def series(axes, label):
    (found,) = [one for one in axes["series"] if one["label"] == label]
    return found


def test_there_is_a_light_and_a_dark_figure_with_alt_text(saved):
    folder, figures = saved
    assert figures == [
        {"path": str(folder / "light.svg"), "alt": "Loss falls with <size>.", "theme": "light"},
        {"path": str(folder / "dark.svg"), "alt": "Loss falls with <size>.", "theme": "dark"},
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_svg_describes_itself_and_wears_its_theme(saved, theme):
    text = (saved[0] / f"{theme}.svg").read_text()
    root = ET.fromstring(text)
    svg = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Loss falls with <size>."
    assert root.find(f"{svg}desc").text == "Loss falls with <size>."
    assert " ".join(root.find(f"{svg}title").text.split()).startswith("What a sentence states")
    other = "dark" if theme == "light" else "light"
    for colour in (PAPER[theme][0], CYCLE[theme][0], CYCLE[theme][1]):
        assert colour.lower() in text
    assert CYCLE[other][0].lower() not in text
    assert "#000000" not in text.lower()  # black would vanish on the dark page
    assert not re.search(r"(href|src)=\"(?!#)", text)  # nothing is fetched


def test_two_renderings_are_the_same_bytes(saved, tmp_path):
    save_figures(draw, RESULTS, [], tmp_path)
    for name in ("light.svg", "dark.svg", "sketch.json"):
        assert (tmp_path / name).read_bytes() == (saved[0] / name).read_bytes()


def test_the_users_own_matplotlib_settings_change_nothing(saved, tmp_path):
    with mpl.rc_context({"lines.linewidth": 9.0, "axes.facecolor": "yellow"}):
        save_figures(draw, RESULTS, [], tmp_path)
        assert mpl.rcParams["lines.linewidth"] == 9.0
    assert (tmp_path / "light.svg").read_bytes() == (saved[0] / "light.svg").read_bytes()


def test_a_long_title_breaks_before_the_edge():
    lines = []

    def watch(results, control):
        figure = draw(results, control)
        lines.append(figure)
        return figure

    from cs25.render.figure import _draw

    with mpl.rc_context(rc_params("light")):
        figure = _draw(watch, (RESULTS, []))
        figure.draw_without_rendering()
        box = figure._suptitle.get_window_extent()
    assert "\n" in figure.get_suptitle()
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.width


def test_a_title_breaks_where_long_labels_leave_little_room():
    from cs25.render.figure import _draw

    def labelled(results, control):
        figure = Figure(layout="constrained")
        axes = figure.subplots()
        axes.barh(["a label that leaves the bars no more than half of the width", "b"], [1, 2])
        axes.set_title("The one is twice the other, which takes a sentence of this length to say")
        return figure

    with mpl.rc_context(rc_params("light")):
        figure = _draw(labelled, (RESULTS, []))
        figure.draw_without_rendering()
        title = figure.axes[0]._left_title
        assert "\n" in title.get_text()
        assert title.get_window_extent().x1 <= figure.bbox.width


def test_a_formula_that_cannot_be_set_is_named(tmp_path):
    def broken(results, control):
        figure = Figure()
        figure.suptitle(r"$\nosuchsign$")
        return figure

    with pytest.raises(DemoError, match=r"broken: drawing the figure failed: .*"):
        save_figures(broken, RESULTS, [], tmp_path)


def test_something_else_than_a_figure_is_refused(tmp_path):
    with pytest.raises(DemoError, match=r"returned list, expected a matplotlib\.figure\.Figure"):
        save_figures(lambda results, control: [], RESULTS, [], tmp_path)


def test_a_draw_that_raises_is_named(tmp_path):
    def broken(results, control):
        raise KeyError("no_such_measure")

    with pytest.raises(DemoError, match=r"broken: drawing the figure failed: KeyError: 'no_such"):
        save_figures(broken, RESULTS, [], tmp_path)


def test_the_sketch_holds_axes_and_words(sketch):
    left, right = sketch["axes"]
    assert sketch["title"].startswith("What a sentence states that is far")
    assert "\n" not in sketch["title"]
    assert left["title"] == "Loss falls as N⁻⁰˙⁴⁰"
    assert (left["x"]["label"], left["x"]["scale"], left["x"]["ticks"]) == (
        "parameters N",
        "log",
        None,
    )
    assert (left["y"]["label"], left["y"]["scale"]) == ("loss [nats]", "linear")
    assert [label for _, label in right["x"]["ticks"]] == ["exact", "smooth"]
    assert left["texts"] == [{"x": 1e4, "y": 3.4, "text": "here", "align": "left"}]
    assert left["left_out"] == right["left_out"] == 0


def test_the_sketch_holds_every_series_with_its_numbers(sketch):
    left, right = sketch["axes"]
    trained, control, band = (series(left, name) for name in ("trained", "control", "interval"))
    y = [3.0 + 14 * n**-0.4 for n in SIZES]
    assert (trained["kind"], trained["color"], trained["joined"]) == ("errorbar", 0, True)
    assert trained["x"] == SIZES
    assert trained["y"] == pytest.approx(y)
    assert trained["low"] == pytest.approx([v - 0.1 for v in y])
    assert trained["high"] == pytest.approx([v + 0.1 for v in y])
    assert (control["kind"], control["style"], control["color"]) == ("line", "dashed", 1)
    assert band["kind"] == "fill"
    assert band["x"] == pytest.approx(SIZES)
    assert band["low"] == pytest.approx([v - 0.5 for v in y])
    assert band["high"] == pytest.approx([v + 0.5 for v in y])
    points = series(left, "points")
    assert (points["kind"], points["x"], points["color"]) == ("scatter", [1e3, 1e4], 2)
    assert left["lines"] == [
        {"axis": "y", "at": 3.0, "label": "limit E", "color": None},
        {"axis": "x", "at": 1e4, "label": "", "color": 2},
    ]
    assert [one["x"] for one in left["series"] if None in one["x"]] == [[1e3, None, 1e4]]
    bars = [one for one in right["series"] if one["kind"] == "bar"]
    assert [(bar["y"], bar["color"]) for bar in bars] == [([0.4], 0), ([1.6], 3)]
    whiskers = [one for one in right["series"] if one["kind"] == "errorbar"]
    assert whiskers[0]["low"] == pytest.approx([0.3, 1.4])


def test_the_sketch_of_an_inverted_axis_is_inverted(tmp_path):
    def listed(results, control):
        figure = Figure()
        axes = figure.subplots()
        axes.barh(["first", "second"], [1, 2])
        axes.invert_yaxis()
        return figure

    save_figures(listed, RESULTS, [], tmp_path)
    axis = json.loads((tmp_path / "sketch.json").read_text())["axes"][0]["y"]
    assert axis["low"] > 1 > 0 > axis["high"]
    assert axis["ticks"] == [[0.0, "first"], [1.0, "second"]]


def test_what_a_sketch_cannot_hold_is_counted(tmp_path):
    def heat(results, control):
        figure = Figure()
        figure.subplots().imshow([[0, 1], [1, 0]])
        return figure

    save_figures(heat, RESULTS, [], tmp_path)
    assert json.loads((tmp_path / "sketch.json").read_text())["axes"][0]["left_out"] == 1
