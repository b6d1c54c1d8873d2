"""Commands that plugins offer through `cs25_commands`, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from cs25.card import Command
from cs25.errors import PluginError
from cs25.plugins import Plugin

__all__ = ["Offered", "offered_commands"]


@dataclass(frozen=True)
class Offered:
    """What plugins offer.

    Args:
        commands: each with the distribution that offers it, no name twice.
        problems: what is left out and why, a sentence each.
    """

    commands: tuple[tuple[Command, str], ...]
    problems: tuple[str, ...]


def offered_commands(plugins: Iterable[Plugin], *, core: Collection[str]) -> Offered:
    """Ask plugins for their commands.

    Args:
        plugins: in their order; of two commands with one name, the first plugin's is taken.
        core: names of the core's own commands, which none may shadow.
    """
    found: dict[str, tuple[Command, str]] = {}
    problems: list[str] = []
    for plugin in plugins:
        source = plugin.distribution
        try:
            offered = plugin.offered("cs25_commands", Command)
        except PluginError as error:
            problems.append(error.message)
            continue
        for command in offered:
            if command.name in core:
                problems.append(
                    f"command {command.name!r} of {source} is left out: cs25 has its own"
                )
            elif command.name in found:
                first = found[command.name][1]
                problems.append(
                    f"command {command.name!r} is offered by {first} and by {source}: "
                    f"that of {first} is used"
                )
            else:
                found[command.name] = command, source
    return Offered(tuple(found.values()), tuple(problems))
