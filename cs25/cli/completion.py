"""``cs25 completion``: the line that installs completion in a shell."""

from __future__ import annotations

import click

from cs25.cli.options import common_options
from cs25.shells import LINES

__all__ = ["command"]


@click.command()
@click.argument("shell", type=click.Choice(tuple(LINES)))
@common_options
def command(shell: str) -> None:
    """Print the line that installs shell completion.

    For example: cs25 completion bash >> ~/.bashrc
    """
    line, file = LINES[shell]
    click.echo(line)
    click.echo(f"cs25: this line belongs into {file}", err=True)
