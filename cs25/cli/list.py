"""``cs25 list``: the lectures with their states, or one lecture's demos."""

from __future__ import annotations

from typing import Any

import click

from cs25.cli.options import (
    common_options,
    complete_lecture,
    console,
    json_option,
    named_plugin,
    print_json,
)
from cs25.plugins import Plugin, State, load_plugins

__all__ = ["command"]

_COLOURS = {State.READY: "green", State.DISABLED: "dim", State.HEAVY: "yellow"}


@click.command()
@click.argument("lecture", required=False, shell_complete=complete_lecture)
@json_option
@common_options
def command(lecture: str | None, json: bool) -> None:
    """The lectures, or one lecture's demos."""
    plugins = [named_plugin(lecture)] if lecture else load_plugins()
    if json:
        print_json({"lectures": [_document(plugin) for plugin in plugins]})
    elif lecture:
        _print_demos(plugins[0])
    else:
        _print_lectures(plugins)


def _document(plugin: Plugin) -> dict[str, Any]:
    card = plugin.lecture
    return {
        "id": plugin.id,
        "order": card.order if card else None,
        "title": card.title if card else None,
        "speaker": card.speaker if card else None,
        "affiliation": card.affiliation if card else None,
        "summary": card.summary if card else None,
        "state": plugin.state.value,
        "reason": plugin.reason or None,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "demos": [demo.id for demo in card.demos] if card else None,
        "n_claims": len(card.claims) if card else None,
    }


def _print_lectures(plugins: list[Plugin]) -> None:
    from rich.table import Table
    from rich.text import Text

    out = console()
    if not plugins:
        out.print("No lecture is installed.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in ("lecture", "title and speaker"):
        table.add_column(name, overflow="fold")
    for name in ("demos", "claims"):
        table.add_column(name, justify="right")
    table.add_column("state")
    for plugin in plugins:
        card = plugin.lecture
        about = Text(
            card.title if card else f"from {plugin.distribution} {plugin.version}".rstrip()
        )
        if card and card.speaker:
            by = f", {card.affiliation}" if card.affiliation else ""
            about.append(f"\n{card.speaker}{by}", style="dim")
        if plugin.reason:
            about.append(f"\n{plugin.reason}", style="italic")
        table.add_row(
            Text(plugin.id, style="bold"),
            about,
            str(len(card.demos)) if card else "",
            str(len(card.claims)) if card else "",
            Text(plugin.state, style=_COLOURS.get(plugin.state, "red")),
        )
    out.print(table)
    first = next((plugin for plugin in plugins if plugin.state is State.READY), None)
    if first is not None and out.is_terminal:
        out.print(
            f"\nNext: [bold]cs25 list {first.id}[/] its demos, [bold]cs25 notes {first.id}[/] "
            f"its notes, [bold]cs25 run {first.id}[/] its experiments."
        )


def _print_demos(plugin: Plugin) -> None:
    from rich.table import Table
    from rich.text import Text

    card = plugin.card()
    out = console()
    by = ", ".join(part for part in (card.speaker, card.affiliation) if part)
    out.print(Text.assemble((card.title, "bold"), f"  {by}"))
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("demo", no_wrap=True)
    table.add_column("what it finds out", overflow="fold")
    table.add_column("claims", justify="right")
    needs_models = any(demo.models for demo in card.demos)
    if needs_models:
        table.add_column("models", overflow="fold")
    for demo in card.demos:
        models = [Text("\n".join(demo.models), style="dim")] * needs_models
        table.add_row(Text(demo.id, style="bold"), demo.summary, str(len(demo.claims)), *models)
    out.print(table)
