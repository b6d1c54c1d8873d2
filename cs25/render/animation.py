"""An episode as files: one animated GIF for each theme.

A demo's ``animate`` makes the pictures of an episode from stored numbers, as its ``draw`` makes the
figure: it runs once per theme and never learns the theme.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from cs25.errors import DemoError
from cs25.render.figure import alt_text, drawn_by, themed
from cs25.render.palette import Theme
from cs25.render.schema import FigureJson
from cs25.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

__all__ = ["Animate", "save_animation"]

Animate = Callable[[Sequence[Result]], "Iterable[Figure]"]

#: How long a picture is seen, in milliseconds; the last one is what the others lead to.
_PICTURE_MS = 500
_LAST_MS = 3000

#: Colours of a GIF.
_COLOURS = 256


def save_animation(animate: Animate, results: Sequence[Result], folder: Path) -> list[FigureJson]:
    """Draw the pictures once per theme and write ``light.gif`` and ``dark.gif``.

    Args:
        animate: the demo's animation function. The first picture's label describes all of them.
        results: one for each seed.
        folder: where to write; made if it is missing.

    Returns:
        The files with their alt text and theme, light first.

    Raises:
        DemoError: ``animate`` raised, made no picture, pictures of different sizes, or something
            else than matplotlib figures.
    """
    folder.mkdir(parents=True, exist_ok=True)
    animations: list[FigureJson] = []
    for theme in get_args(Theme):
        with themed(theme), drawn_by(animate, "animation"):
            alt, pictures = "", []
            for figure in animate(results):
                pictures.append(_rendered(figure))
                alt = alt or alt_text(figure)
            _check(pictures)
            path = folder / f"{theme}.gif"
            _write(pictures, path)
        animations.append({"path": str(path), "alt": alt, "theme": theme})
    return animations


def _rendered(figure: Figure) -> Image:
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    if not isinstance(figure, Figure):
        found = type(figure).__name__
        raise DemoError(f"made a picture that is {found}, expected a matplotlib.figure.Figure")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    return Image.fromarray(pixels).convert("RGB")


def _check(pictures: Sequence[Image]) -> None:
    sizes = sorted({picture.size for picture in pictures})
    if not sizes:
        raise DemoError("made no picture, expected one or more")
    if len(sizes) > 1:
        found = " and ".join(f"{width} x {height}" for width, height in sizes[:2])
        raise DemoError(f"made pictures of {found} pixels, expected one size for all")


def _write(pictures: Sequence[Image], path: Path) -> None:
    """Write pictures that share one palette, so that nothing flickers."""
    from PIL import Image

    width, height = pictures[0].size
    # The first and the last picture have all colours between them, or nearly so.
    ends = Image.new("RGB", (width, 2 * height))
    ends.paste(pictures[0], (0, 0))
    ends.paste(pictures[-1], (0, height))
    palette = ends.quantize(_COLOURS)
    first, *others = (
        picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures
    )
    duration = [_PICTURE_MS] * len(others) + [_LAST_MS]
    first.save(path, save_all=True, append_images=others, duration=duration, loop=0, optimize=False)
