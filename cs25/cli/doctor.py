"""``cs25 doctor``: the environment, with a remedy for each finding."""

from __future__ import annotations

import click

from cs25.card import Finding
from cs25.cli.options import common_options, console, json_option, print_json

__all__ = ["command"]

_STYLES = {"ok": ("✔", "green"), "warning": ("!", "yellow"), "error": ("✘", "red")}


@click.command()
@json_option
@common_options
@click.pass_context
def command(ctx: click.Context, /, *, json: bool) -> None:
    """Check the environment, with a remedy for each finding."""
    from cs25.cli.group import COMMANDS
    from cs25.health import examine

    findings = examine(COMMANDS)
    if json:
        print_json({"findings": [_document(finding) for finding in findings]})
    else:
        _print(findings)
    ctx.exit(1 if any(finding.level == "error" for finding in findings) else 0)


def _document(finding: Finding) -> dict[str, str]:
    return {
        "check": finding.check,
        "level": finding.level,
        "message": finding.message,
        "remedy": finding.remedy,
    }


def _print(findings: list[Finding]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        symbol, style = _STYLES[finding.level]
        text = Text(finding.message)
        if finding.remedy:
            text.append(f"\n{finding.remedy}", style="dim")
        table.add_row(Text(f"{symbol} {finding.level}", style=style), finding.check, text)
    console().print(table)
