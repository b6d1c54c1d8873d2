"""``cs25 notes``: a lecture's notes in the terminal, with the verdicts beside the claims."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import click

from cs25.cli.options import common_options, complete_lecture, console, named_plugin, notice
from cs25.drawings import load_drawing
from cs25.errors import UnknownNameError, UsageError
from cs25.ledger import ledger, recorded_measures
from cs25.notes import Part, paths_of_notes, read_notes
from cs25.plugins import Plugin
from cs25.store import Store

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem
    from rich.console import RenderableType

    from cs25.render.figure import Drawing

__all__ = ["command"]

#: Prose wider than this is hard to read.
WIDEST = 88


def _complete_part(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete a part of the notes of the lecture that was named before; imports cards only."""
    from click.shell_completion import CompletionItem

    from cs25.plugins import ready

    return [
        CompletionItem(path.stem)
        for plugin in ready()
        if plugin.id == ctx.params.get("lecture")
        for path in paths_of_notes(plugin)
        if path.stem.startswith(incomplete)
    ]


@click.command()
@click.argument("lecture", shell_complete=complete_lecture)
@click.argument("part", required=False, shell_complete=_complete_part)
@click.option("--raw", is_flag=True, help="Print the Markdown as it is written.")
@click.option("--no-pager", is_flag=True, help="Print all at once.")
@common_options
def command(lecture: str, part: str | None, raw: bool, no_pager: bool) -> None:
    """Read a lecture's notes.

    PART is one of several, by its number or its name: 2, or language-models. Without it they
    follow one another.
    """
    plugin = named_plugin(lecture)
    parts = read_notes(plugin)
    if not parts:
        raise UsageError(f"lecture {plugin.id!r} has no notes")
    shown = range(len(parts)) if part is None else (_numbered(plugin, parts, part),)
    if raw:
        click.echo("\n".join(parts[n].text for n in shown))
        return
    from rich.console import Group

    paged = sys.stdout.isatty() and not no_pager
    out = console()
    width = min(out.width, WIDEST)
    renderable = Group(*_rendered(plugin, parts, shown))
    if not paged:
        out.print(renderable, width=width)
        return
    from rich.console import Console

    page = Console(
        file=io.StringIO(), force_terminal=True, width=width, color_system=out.color_system
    )
    page.print(renderable)
    click.echo_via_pager(page.file.getvalue(), color=True)  # type: ignore[attr-defined]


def _numbered(plugin: Plugin, parts: Sequence[Part], wanted: str) -> int:
    """Return which part is meant, counted from 0."""
    by_word = {str(n + 1): n for n in range(len(parts))}
    by_word |= {part.name: n for n, part in enumerate(parts)}
    if wanted not in by_word:
        names = tuple(part.name for part in parts)
        raise UnknownNameError(f"part of the notes of {plugin.id}", wanted, names)
    return by_word[wanted]


def _rendered(
    plugin: Plugin, parts: Sequence[Part], shown: Sequence[int]
) -> Iterator[RenderableType]:
    """Yield the parts that are shown, each of several under its number."""
    from rich.text import Text

    from cs25.render.notes import render_notes

    claims, demos, values = _facts(plugin)
    for n in shown:
        if len(parts) > 1:
            above = "\n\n" if n != shown[0] else ""
            yield Text(f"{above}Part {n + 1} of {len(parts)}: {parts[n].name}", style="dim")
        yield render_notes(
            parts[n].text, claims=claims, demos=demos, values=values, drawings=_drawing
        )


def _drawing(target: str) -> Drawing:
    from cs25.render.figure import draw_sketch

    with redirect_stdout(sys.stderr):  # ours is for the notes, and a drawing may print
        return draw_sketch(load_drawing(target))


def _facts(
    plugin: Plugin,
) -> tuple[dict[str, Any], dict[str, Any], Callable[[str], str | None]]:
    """Return what the notes' directives and roles refer to, by full name."""
    from cs25.render.document import row_document
    from cs25.render.numerals import quantity

    id = plugin.id  # noqa: A001  # the field's own name in every record
    rows = ledger(plugin, Store(), notice=notice)
    claims = {f"{id}.{row.claim.id}": row_document(row) for row in rows}
    demos = {
        f"{id}.{demo.id}": {"summary": demo.summary, "command": f"cs25 run {id} {demo.id}"}
        for demo in plugin.card().demos
    }

    def value(name: str) -> str | None:
        demo, _, measure = name.removeprefix(f"{id}.").partition(".")
        pooled = recorded_measures(plugin, demo, notice=notice).get(measure)
        return None if pooled is None else quantity(pooled.value, pooled.unit)

    return claims, demos, value
