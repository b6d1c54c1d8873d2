"""A lecture's notes as text."""

from __future__ import annotations

from cs25.errors import PluginError
from cs25.plugins import Plugin

__all__ = ["read_notes"]


def read_notes(plugin: Plugin) -> str | None:
    """Return the text of a lecture's notes; None if it has none.

    Raises:
        PluginError: its card names a file that cannot be read.
    """
    card = plugin.card()
    if card.notes is None or plugin.folder is None:
        return None
    try:
        return (plugin.folder / card.notes).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PluginError(f"the notes of {card.id!r} cannot be read: {error}") from error
