"""What a MyST directive shows in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.syntax import Syntax
from rich.text import Text

from cs25.errors import Cs25Error
from cs25.render.figure import Drawing
from cs25.render.maths import block_maths
from cs25.render.palette import ACCENT, BAD, CARE, GOOD, NEUTRAL
from cs25.render.verdicts import claim_view

__all__ = ["CODE", "Lookups", "code", "directive", "formula"]

NotesOf = Callable[[str], RenderableType]

_ADMONITIONS = {
    "note": ACCENT, "seealso": ACCENT, "important": ACCENT, "admonition": ACCENT,
    "tip": GOOD, "hint": GOOD, "exercise": GOOD, "solution": GOOD,
    "warning": CARE, "attention": CARE, "caution": CARE,
    "danger": BAD, "error": BAD, "dropdown": NEUTRAL, "topic": NEUTRAL, "sidebar": NEUTRAL,
}  # fmt: skip
#: Directives whose content is code.
CODE = ("code", "code-block", "code-cell", "sourcecode", "literalinclude", "prompt")
_SILENT = ("toctree", "contents", "bibliography", "raw", "index", "tableofcontents")
_PICTURES = ("figure", "image")


@dataclass(frozen=True)
class Lookups:
    """What notes may show.

    Args:
        claims: claims by ``lecture.claim``, as in ``cs25 claims --json``.
        demos: demos by ``lecture.demo``, each with at least a ``summary``.
        values: the recorded number named ``lecture.demo.measure``, as text; None if unknown.
        drawings: draws what a ``package.module:function`` returns; raises `Cs25Error` if it
            cannot.
    """

    claims: Mapping[str, Mapping[str, Any]]
    demos: Mapping[str, Mapping[str, Any]]
    values: Callable[[str], str | None]
    drawings: Callable[[str], Drawing]


def directive(
    name: str,
    argument: str,
    body: str,
    lookups: Lookups,
    notes: NotesOf,
    *,
    options: Collection[str] = (),
) -> Iterator[RenderableType]:
    """Yield what a directive shows.

    Args:
        name: its name, without braces.
        argument: what stands behind the name.
        body: its content, without its options.
        lookups: what it may show.
        notes: lays out Markdown within it.
        options: the names of the options it has.
    """
    if name == "demo":
        yield _demo(argument, body, lookups, notes)
    elif name == "claim":
        yield _claim(argument, lookups)
    elif name == "drawing":
        yield _drawing(argument, lookups, described="described" in options)
        if body:
            yield Text()
            yield notes(body)
    elif name == "math":
        yield from formula("\n".join(filter(None, (argument, body))))
    elif name in CODE:
        yield from code(argument, body)
    elif name in _PICTURES:
        yield Text(f"[picture: {argument}]", style="dim")
        yield notes(body)
    elif name in _ADMONITIONS:
        yield _admonition(name, argument, body, notes)
    elif name not in _SILENT:
        if argument:
            yield Text(argument, style="bold")
        yield notes(body)


def code(lexer: str, content: str) -> Iterator[RenderableType]:
    """Yield a block of code, indented."""
    # The terminal's own colours on its own background: a theme would assume one of them.
    code = content.rstrip()
    syntax = Syntax(
        code, lexer or "text", theme="ansi_dark", word_wrap=True, background_color="default"
    )
    yield Padding(syntax, (0, 0, 0, 4))


def _admonition(name: str, argument: str, body: str, notes: NotesOf) -> Panel:
    words = argument if name in ("admonition", "dropdown", "topic", "sidebar") else ""
    title = words or (name.capitalize() if name != "seealso" else "See also")
    if argument and not words:  # {note} may carry its first words on its own line
        body = f"{argument}\n\n{body}" if name not in ("exercise", "solution") else body
        title = title if name not in ("exercise", "solution") else f"{title}: {argument}"
    return _panel(notes(body), title, _ADMONITIONS[name])


def _demo(name: str, body: str, lookups: Lookups, notes: NotesOf) -> Panel:
    demo = lookups.demos.get(name)
    lecture, _, own = name.partition(".")
    lines: list[RenderableType] = []
    if demo is None:
        lines.append(Text(f"There is no demo {name!r} here.", style=BAD))
    elif summary := demo.get("summary"):
        lines.append(Text(str(summary)))
    if body:
        lines.append(notes(body))
    if demo is not None:
        lines.append(Text(f"cs25 run {lecture} {own}", style="bold"))
    return _panel(Group(*lines), "Run it", ACCENT)


def _claim(name: str, lookups: Lookups) -> RenderableType:
    claim = lookups.claims.get(name)
    if claim is None:
        return Text(f"There is no claim {name!r} here.", style=BAD)
    return _panel(claim_view(claim), "Claim", NEUTRAL)


def _drawing(target: str, lookups: Lookups, *, described: bool) -> RenderableType:
    try:
        drawing = lookups.drawings(target)
    except Cs25Error as error:
        return Text(f"[no drawing: {error.message}]", style=BAD)
    if described:
        return Text(drawing.alt)
    from cs25.render.plot import TerminalFigure  # plotext, only where there is a figure

    return TerminalFigure(drawing.sketch)


def _panel(content: RenderableType, title: str, colour: str) -> Panel:
    heading = Text(title, style=f"bold {colour}")
    return Panel(content, title=heading, title_align="left", border_style=colour, box=box.ROUNDED)


def formula(tex: str) -> Iterator[RenderableType]:
    """Yield a displayed formula, indented, line by line."""
    for line in block_maths(tex):
        yield Padding(Text(line, style="bold", overflow="fold"), (0, 0, 0, 4))
