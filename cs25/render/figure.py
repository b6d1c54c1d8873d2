"""A figure as files: light and dark SVG with their description, and a sketch for terminals.

A demo's ``draw`` runs once per theme, on stored numbers; it never learns the theme, because
everything the theme decides is in matplotlib's own settings. Two renderings of the same numbers
are the same bytes. A drawing of the notes is drawn likewise, on nothing.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from cs25.errors import DemoError
from cs25.render.artists import plain, sketch
from cs25.render.palette import CYCLE, PAPER, Theme
from cs25.render.schema import FigureJson
from cs25.render.sketch import Sketch
from cs25.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

__all__ = [
    "SKETCH",
    "Draw",
    "Drawing",
    "alt_text",
    "draw_sketch",
    "drawn_by",
    "rc_params",
    "save_drawing",
    "save_figures",
    "svg",
    "themed",
]

Draw = Callable[[Sequence[Result], Sequence[Result]], "Figure"]

SKETCH = "sketch.json"


@dataclass(frozen=True)
class Drawing:
    """What a terminal shows of a figure: its sketch, or its description."""

    sketch: Sketch
    alt: str


#: Average width of a letter of DejaVu Sans, in units of its size.
_LETTER_EM = 0.55
_BLACK = "#000000"


def save_figures(
    draw: Draw, results: Sequence[Result], control: Sequence[Result], folder: Path
) -> list[FigureJson]:
    """Draw once per theme and write ``light.svg``, ``dark.svg`` and ``sketch.json``.

    Args:
        draw: the demo's figure function.
        results: one for each seed.
        control: the same for the control; may be empty.
        folder: where to write; made if it is missing.

    Returns:
        The SVG files with their alt text and theme, light first.

    Raises:
        DemoError: ``draw`` raised, or returned something else than a matplotlib figure.
    """
    return _save(draw, (results, control), folder)


def save_drawing(draw: Callable[[], Figure], folder: Path) -> list[FigureJson]:
    """Do the same for a figure that no demo has: its function takes no arguments."""
    return _save(draw, (), folder)


def draw_sketch(draw: Callable[[], Figure]) -> Drawing:
    """Return what a terminal shows of a figure that no demo has.

    Raises:
        DemoError: ``draw`` raised, or returned something else than a matplotlib figure.
    """
    with themed("light"):
        figure = _draw(draw, ())
        return Drawing(sketch(figure), alt_text(figure))


def _save(
    draw: Callable[..., Figure], given: Sequence[Sequence[Result]], folder: Path
) -> list[FigureJson]:
    folder.mkdir(parents=True, exist_ok=True)
    figures: list[FigureJson] = []
    for theme in get_args(Theme):
        with themed(theme):
            figure = _draw(draw, given)
            path = folder / f"{theme}.svg"
            path.write_text(svg(figure), encoding="utf-8")
            if theme == "light":
                content = json.dumps(sketch(figure), ensure_ascii=False, allow_nan=False)
                (folder / SKETCH).write_text(content, encoding="utf-8")
        figures.append({"path": str(path), "alt": alt_text(figure), "theme": theme})
    return figures


def rc_params(theme: Theme) -> dict[str, Any]:
    """Return what a theme decides, as matplotlib settings."""
    from matplotlib.rcsetup import cycler

    background, ink, grid = PAPER[theme]
    inks = ("axes.edgecolor", "axes.labelcolor", "text.color", "xtick.color", "ytick.color")
    papers = ("figure.facecolor", "savefig.facecolor", "axes.facecolor", "legend.facecolor")
    return {
        **dict.fromkeys(inks, ink),
        **dict.fromkeys(papers, background),
        "axes.prop_cycle": cycler(color=list(CYCLE[theme])),
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.labelsize": 10.5,
        "axes.linewidth": 0.8,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlelocation": "left",
        "axes.titlepad": 9.0,
        "axes.titlesize": 12,
        "axes.titleweight": "bold",
        "errorbar.capsize": 3.0,
        "figure.constrained_layout.use": True,
        "figure.dpi": 100,
        "figure.figsize": (7.2, 4.2),
        "figure.titlesize": 13,
        "figure.titleweight": "bold",
        "font.family": ["DejaVu Sans"],  # comes with matplotlib: the same everywhere
        "font.size": 10.5,
        "grid.color": grid,
        "grid.linewidth": 0.7,
        "hatch.color": ink,
        "legend.edgecolor": grid,
        "legend.fontsize": 9.5,
        "legend.framealpha": 0.85,
        "lines.linewidth": 1.9,
        "lines.markersize": 5.5,
        "svg.fonttype": "path",  # letters as outlines: no font is needed where it is read
        "svg.hashsalt": "cs25",
        "xtick.labelsize": 9.5,
        "ytick.labelsize": 9.5,
    }


def svg(figure: Figure) -> str:
    """Return the figure as SVG text that describes itself to a screen reader.

    Under the settings of `rc_params` the text depends on nothing but the figure.
    """
    buffer = StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg ") :]  # the XML prologue has no place inside a page
    title, description = escape(_headline(figure)), escape(alt_text(figure))
    described = f'<svg role="img" aria-label="{description}" '
    text = text.replace("<svg ", described, 1)
    head = f"<title>{title}</title>\n <desc>{description}</desc>"
    return re.sub(r"(<svg\b[^>]*>)", lambda match: f"{match[1]}\n {head}", text, count=1)


def alt_text(figure: Figure) -> str:
    """Return the figure's label, or its title where the author wrote none."""
    return str(figure.get_label()).strip() or _headline(figure)


@contextmanager
def themed(theme: Theme) -> Iterator[None]:
    """Draw with a theme's settings, and no others, inside the block."""
    import matplotlib
    from matplotlib import style

    # The user's own matplotlibrc must not change a figure of the course.
    with matplotlib.rc_context(), style.context(["default", rc_params(theme)]):
        yield


@contextmanager
def drawn_by(draw: Callable[..., Any], what: str = "figure") -> Iterator[None]:
    """Name the function in whatever goes wrong inside the block.

    Args:
        draw: what is called there.
        what: it draws.

    Raises:
        DemoError: something did.
    """
    name = ".".join(str(getattr(draw, part, draw)) for part in ("__module__", "__qualname__"))
    try:
        yield
    except DemoError as error:
        raise DemoError(f"{name}: {error.message}", remedy=error.remedy) from error
    except Exception as error:
        message = f"{name}: drawing the {what} failed: {type(error).__name__}: {error}"
        raise DemoError(message) from error


def _draw(draw: Callable[..., Figure], given: Sequence[Sequence[Result]]) -> Figure:
    from matplotlib.figure import Figure

    with drawn_by(draw):
        figure = draw(*given)
        if not isinstance(figure, Figure):
            found = type(figure).__name__
            raise DemoError(f"returned {found}, expected a matplotlib.figure.Figure")
        figure.draw_without_rendering()  # lays it out, and finds formulas that cannot be set
    _wrap_titles(figure)
    _ink_error_bars(figure)
    return figure


def _ink_error_bars(figure: Figure) -> None:
    """Give the error bars of bars, black unless their author says otherwise, the theme's ink."""
    from matplotlib import rcParams
    from matplotlib.colors import to_hex
    from matplotlib.container import BarContainer

    for container in (c for axes in figure.axes for c in axes.containers):
        if isinstance(container, BarContainer) and container.errorbar is not None:
            _, caps, bars = container.errorbar.lines
            ink = rcParams["text.color"]
            bar: Any
            for cap in caps:
                if to_hex(cap.get_markeredgecolor()) == _BLACK:
                    cap.set_markeredgecolor(ink)
            for bar in bars:
                if to_hex(bar.get_color()[0]) == _BLACK:
                    bar.set_color(ink)


def _wrap_titles(figure: Figure) -> None:
    """Break titles that state a finding in a sentence where the page ends.

    The figure has been laid out: long labels at an axis leave less room for what stands above it.
    """
    width_pt = figure.get_figwidth() * 72
    if (heading := getattr(figure, "_suptitle", None)) is not None:
        _wrap(heading, width_pt * 0.94)
    for axes in figure.axes:
        spec = axes.get_subplotspec()
        columns = spec.get_gridspec().ncols / len(spec.colspan) if spec is not None else 1
        share_pt = width_pt / columns * 0.86
        to_the_edge_pt = (figure.bbox.x1 - axes.bbox.x0) / figure.dpi * 72 * 0.97
        _wrap(axes._left_title, min(share_pt, to_the_edge_pt))  # type: ignore[attr-defined]
        for title in (axes.title, axes._right_title):  # type: ignore[attr-defined]
            _wrap(title, share_pt)


def _wrap(text: Text, width_pt: float) -> None:
    words = text.get_text()
    letters = int(width_pt / (float(text.get_fontsize()) * _LETTER_EM))
    if len(words) > letters and "$" not in words:
        text.set_text("\n".join(textwrap.fill(line, letters) for line in words.splitlines()))


def _headline(figure: Figure) -> str:
    titles = [figure.get_suptitle()]
    titles += [axes.get_title(loc=place) for axes in figure.axes for place in ("left", "center")]
    return plain(next((title for title in titles if title), "Figure"))
