"""``cs25 notes``: a lecture's notes in the terminal, with the verdicts beside the claims."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import click

from cs25.cli.options import common_options, complete_lecture, console, named_plugin, notice
from cs25.drawings import load_drawing
from cs25.errors import UsageError
from cs25.ledger import ledger, recorded_measures
from cs25.notes import read_notes
from cs25.plugins import Plugin
from cs25.store import Store

if TYPE_CHECKING:
    from cs25.render.figure import Drawing

__all__ = ["command"]

#: Prose wider than this is hard to read.
WIDEST = 88


@click.command()
@click.argument("lecture", shell_complete=complete_lecture)
@click.option("--raw", is_flag=True, help="Print the Markdown as it is written.")
@click.option("--no-pager", is_flag=True, help="Print all at once.")
@common_options
def command(lecture: str, raw: bool, no_pager: bool) -> None:
    """Read a lecture's notes."""
    plugin = named_plugin(lecture)
    text = read_notes(plugin)
    if text is None:
        raise UsageError(f"lecture {plugin.id!r} has no notes")
    if raw:
        click.echo(text)
        return
    from cs25.render.notes import render_notes

    paged = sys.stdout.isatty() and not no_pager
    out = console()
    width = min(out.width, WIDEST)
    claims, demos, values = _facts(plugin)
    renderable = render_notes(text, claims=claims, demos=demos, values=values, drawings=_drawing)
    if not paged:
        out.print(renderable, width=width)
        return
    from rich.console import Console

    page = Console(
        file=io.StringIO(), force_terminal=True, width=width, color_system=out.color_system
    )
    page.print(renderable)
    click.echo_via_pager(page.file.getvalue(), color=True)  # type: ignore[attr-defined]


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
