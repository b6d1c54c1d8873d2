"""``cs25 completion``: the line that installs completion in a shell."""

from __future__ import annotations

import click

from cs25.cli.options import common_options

__all__ = ["command"]

#: What each shell's start-up file has to say, and which file that is.
LINES = {
    "bash": ('eval "$(_CS25_COMPLETE=bash_source cs25)"', "~/.bashrc"),
    "zsh": ('eval "$(_CS25_COMPLETE=zsh_source cs25)"', "~/.zshrc"),
    "fish": ("_CS25_COMPLETE=fish_source cs25 | source", "~/.config/fish/completions/cs25.fish"),
}


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
