"""``cs25 claims``: the ledger."""

from __future__ import annotations

from typing import Any

import click

from cs25.cli.options import (
    common_options,
    complete_lecture,
    console,
    json_option,
    named_plugin,
    notice,
    print_json,
    usable_plugins,
)
from cs25.ledger import Row, ledger
from cs25.store import Store

__all__ = ["command"]


@click.command()
@click.argument("lecture", required=False, shell_complete=complete_lecture)
@json_option
@common_options
def command(lecture: str | None, json: bool) -> None:
    """Every claim, its criterion, our number, the paper's, and the verdict."""
    store = Store()
    plugins = [named_plugin(lecture)] if lecture else usable_plugins()
    rows = [row for plugin in plugins for row in ledger(plugin, store, notice=notice)]
    if json:
        print_json({"claims": [_document(row) for row in rows]})
    else:
        _print(rows)


def _document(row: Row) -> dict[str, Any]:
    from cs25.render.document import row_document

    return dict(row_document(row))


def _print(rows: list[Row]) -> None:
    from rich.text import Text

    from cs25.render.document import row_document
    from cs25.render.terminal import claim_view

    out = console()
    if not rows:
        out.print("No lecture makes a claim.")
    demo = None
    for row in rows:
        if (row.lecture, row.demo) != demo:
            demo = (row.lecture, row.demo)
            out.print(Text(f"\n{row.lecture} {row.demo}", style="bold cyan"))
        out.print(claim_view(row_document(row)))
