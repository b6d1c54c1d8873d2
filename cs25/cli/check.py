"""``cs25 check``: the contract that every lecture keeps, one line for each rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cs25.cli.options import (
    common_options,
    complete_lecture,
    console,
    json_option,
    named_plugin,
    print_json,
)

if TYPE_CHECKING:
    from cs25.testing.rule import Outcome

__all__ = ["command"]

_STYLES = {"passed": ("✔", "green"), "noted": ("!", "yellow"), "failed": ("✘", "red")}
_LONGEST_ID = len("parameters")


@click.command()
@click.argument("lecture", shell_complete=complete_lecture)
@json_option
@common_options
@click.pass_context
def command(ctx: click.Context, /, *, lecture: str, json: bool) -> None:
    """Hold a lecture against the contract.

    Runs every demo twice at its preset `smoke`, without a network.
    """
    plugin = named_plugin(lecture)
    from cs25.testing.contract import examine

    outcomes = []
    for outcome in examine(plugin):
        outcomes.append(outcome)
        if not json:
            _print(outcome)
    if json:
        print_json({"contract": {"lecture": plugin.id, "rules": [_document(o) for o in outcomes]}})
    else:
        states = [outcome.state for outcome in outcomes]
        counts = [f"{states.count(state)} {state}" for state in _STYLES if state in states]
        click.echo(f"{plugin.id}: {', '.join(counts)}")
    ctx.exit(1 if any(outcome.state == "failed" for outcome in outcomes) else 0)


def _document(outcome: Outcome) -> dict[str, Any]:
    return {
        "rule": outcome.rule.id,
        "sentence": outcome.rule.sentence,
        "state": outcome.state,
        "findings": [
            {
                "level": "note" if fault.is_note else "failure",
                "found": fault.found,
                "remedy": fault.remedy,
            }
            for fault in outcome.faults
        ],
    }


def _print(outcome: Outcome) -> None:
    from rich.table import Table
    from rich.text import Text

    symbol, style = _STYLES[outcome.state]
    text = Text(outcome.rule.sentence)
    for fault in outcome.faults:
        text.append(f"\n{fault.found}").append(f"\n{fault.remedy}", style="dim")
    table = Table.grid(padding=(0, 2, 0, 0))  # one for each rule, which takes seconds to look at
    table.add_column(width=len("✔ passed"))
    table.add_column(width=_LONGEST_ID, style="bold")
    table.add_column(overflow="fold")
    table.add_row(Text(f"{symbol} {outcome.state}", style=style), outcome.rule.id, text)
    console().print(table)
