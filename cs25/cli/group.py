"""A click group that imports a command when it runs, and plugins' commands when asked for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from cs25.card import Command
from cs25.cli.options import ReaderGone
from cs25.errors import PluginError, UnknownNameError

if TYPE_CHECKING:
    from cs25.offers import Offers

__all__ = ["COMMANDS", "LazyGroup"]

_META = "cs25.offered"

#: Every core command with its one line of help, so that ``cs25 --help`` imports none of them.
COMMANDS = {
    "list": "The lectures, or one lecture's demos.",
    "info": "Everything a lecture's card says of it, or of one demo.",
    "notes": "Read a lecture's notes.",
    "run": "Run one demo, or all of a lecture's.",
    "claims": "Every claim, its criterion, our number, the paper's, and the verdict.",
    "record": "Make the recorded results that a lecture ships.",
    "test": "Run a lecture's own tests.",
    "new": "Make a lecture of one's own.",
    "check": "Hold a lecture against the contract.",
    "models": "Pretrained models on this machine: list, fetch, remove.",
    "runs": "Past runs: list, show, compare, clear.",
    "docs": "Build the course reference of all installed lectures, or open it.",
    "doctor": "Check the environment, with a remedy for each finding.",
    "completion": "Print the line that installs shell completion.",
}


class LazyGroup(click.Group):
    """The group of all commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return core commands in the order a newcomer needs them, then plugins'."""
        return [*COMMANDS, *(command.name for command, _ in self._plugin_commands(ctx))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        if cmd_name in COMMANDS:
            command = import_module(f"cs25.cli.{cmd_name}").command
            assert isinstance(command, click.Command)
            command.name = cmd_name  # each module calls its own `command`
            return command
        for offered, distribution in self._plugin_commands(ctx):
            if offered.name == cmd_name:
                return _load(offered.target, distribution)
        return None

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Parse the line; ``--help`` and ``--version`` print while it is parsed."""
        try:
            return super().make_context(*args, **extra)
        except BrokenPipeError:
            raise ReaderGone from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise ReaderGone from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was probably meant."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            raise UnknownNameError("command", name, tuple(self.list_commands(ctx)))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with their help, importing none."""
        rows = list(COMMANDS.items())
        extra = [
            (c.name, f"{c.help} ({distribution})") for c, distribution in self._plugin_commands(ctx)
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
        if extra:
            with formatter.section("Commands of plugins"):
                formatter.write_dl(extra)

    def _plugin_commands(self, ctx: click.Context) -> Sequence[tuple[Command, str]]:
        """Return what plugins offer, asked once for each line; no core command is shadowed."""
        from cs25.commands import offered_commands
        from cs25.plugins import ready

        meta = ctx.find_root().meta
        offered: Offers[Command] | None = meta.get(_META)
        if offered is None:
            offered = meta[_META] = offered_commands(ready(), core=COMMANDS)
            for problem in () if ctx.resilient_parsing else offered.problems:
                click.echo(f"cs25: {problem}", err=True)
        return offered.items


def _load(target: str, distribution: str) -> click.Command:
    module, _, name = target.partition(":")
    try:
        command = getattr(import_module(module), name)
    except (Exception, SystemExit) as error:
        raise PluginError(f"{target} of {distribution} cannot be loaded: {error}") from error
    if not isinstance(command, click.Command):
        raise PluginError(
            f"{target} of {distribution} is {type(command).__name__}, expected a click.Command"
        )
    return command
