"""The timeline's figure: nothing overlaps or is cut, and dots stand at their dates."""

from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from cs25_intro.timeline.figure import draw
from cs25_intro.timeline.milestones import MILESTONES


@pytest.fixture(scope="module")
def figure() -> Figure:
    return draw()


def test_no_text_overlaps_another_or_leaves_the_figure(figure):
    renderer = FigureCanvasAgg(figure).get_renderer()
    (axes,) = figure.axes
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in axes.texts]
    assert len(boxes) > 2 * len(MILESTONES)
    for (one, a), (other, b) in combinations(boxes, 2):
        assert not a.overlaps(b), (one, other)
    for words, box in boxes:
        assert figure.bbox.x0 <= box.x0, words
        assert box.x1 <= figure.bbox.x1, words
        assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1, words


def test_a_dot_stands_at_the_middle_of_its_month(figure):
    """Read off the drawing: places of the years against places of the dots."""
    (axes,) = figure.axes
    years = {
        int(text.get_text()): text.get_position()[1]
        for text in axes.texts
        if text.get_horizontalalignment() == "right"
    }
    dots = [line.get_ydata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert len(dots) == len(MILESTONES)
    length = years[2023] - years[2014]
    for milestone, dot in zip(MILESTONES, dots, strict=True):
        if milestone.year >= 2014:
            read = 2014 + 9 * (dot - years[2014]) / length
            assert read == pytest.approx(milestone.year + (milestone.month - 0.5) / 12, abs=1e-6)
        else:
            assert dot < years[2014]


def test_title_and_description_say_what_is_drawn(figure):
    # June 2017 to November 2022: 65 months.
    assert figure.get_suptitle() == "From the transformer to ChatGPT: 5.4 years"
    title, *lines = figure.get_label().splitlines()
    assert title == f"{figure.get_suptitle()}."
    assert len(lines) == len(MILESTONES)
    assert "May 2020: GPT-3, a task is learned from the prompt." in lines
    assert lines[0].startswith("1990: Elman network")
