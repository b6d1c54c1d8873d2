"""An episode as files: its pictures, in order, in both themes."""

import pytest
from matplotlib.figure import Figure
from PIL import Image

from cs25 import Measure, Result
from cs25.errors import DemoError
from cs25.render.animation import save_animation
from cs25.render.palette import PAPER

RESULTS = [Result({"steps": Measure(3)})]


def steps(results):
    """A square that goes from left to right."""
    n = int(results[0].measures["steps"].value)
    for step in range(n):
        figure = Figure(figsize=(3, 1))
        figure.add_artist(square(step / n))
        if step == 0:
            figure.set_label("A square goes <right>.")
        yield figure


def square(x):
    from matplotlib.patches import Rectangle

    return Rectangle((x, 0), 1 / 3, 1, color="#ff0000")


def test_the_pictures_follow_each_other(tmp_path):
    light, dark = save_animation(steps, RESULTS, tmp_path / "made")
    assert light == {
        "path": str(tmp_path / "made" / "light.gif"),
        "alt": "A square goes <right>.",
        "theme": "light",
    }
    assert dark["theme"] == "dark"
    for file in (light, dark):
        paper = tuple(bytes.fromhex(PAPER[file["theme"]][0][1:]))
        with Image.open(file["path"]) as film:
            assert film.size == (300, 100)
            assert film.n_frames == 3
            durations = []
            for step in range(3):
                film.seek(step)
                durations.append(film.info["duration"])
                row = [film.convert("RGB").getpixel((x, 50)) for x in (50, 150, 250)]
                expected = [(255, 0, 0) if x == step else paper for x in range(3)]
                assert row == expected
            assert durations == [500, 500, 3000]
            assert film.info["loop"] == 0


def test_the_same_numbers_are_the_same_bytes(tmp_path):
    first = save_animation(steps, RESULTS, tmp_path / "1")
    second = save_animation(steps, RESULTS, tmp_path / "2")
    for one, other in zip(first, second, strict=True):
        with open(one["path"], "rb") as left, open(other["path"], "rb") as right:
            assert left.read() == right.read()


def sizes(results):
    yield Figure(figsize=(3, 1))
    yield Figure(figsize=(2, 1))


def broken(results):
    yield Figure()
    raise KeyError("episode")


@pytest.mark.parametrize(
    ("animate", "message"),
    [
        (lambda results: [], "made no picture, expected one or more"),
        (sizes, "sizes: made pictures of 200 x 100 and 300 x 100 pixels, expected one size"),
        (broken, "test_render_animation.broken: drawing the animation failed: KeyError: 'episode'"),
        (lambda results: [1], "made a picture that is int, expected a matplotlib.figure.Figure"),
    ],
)
def test_what_cannot_be_drawn_is_named(animate, message, tmp_path):
    with pytest.raises(DemoError) as found:
        save_animation(animate, RESULTS, tmp_path)
    assert message in found.value.message
