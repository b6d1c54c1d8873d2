"""Commands that plugins offer through `cs25_commands`."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from cs25.card import Command
from cs25.offers import Offers, offers
from cs25.plugins import Plugin

__all__ = ["offered_commands"]


def offered_commands(plugins: Iterable[Plugin], *, core: Collection[str]) -> Offers[Command]:
    """Ask plugins for their commands.

    Args:
        plugins: in their order.
        core: names of the core's own commands, which none may shadow.
    """
    return offers(
        plugins,
        hook="cs25_commands",
        kind=Command,
        noun="command",
        name=lambda command: command.name,
        core=core,
    )
