"""A lecture's notes as text."""

from __future__ import annotations

from pathlib import Path

from cs25.errors import PluginError
from cs25.plugins import Plugin

__all__ = ["path_of_notes", "read_notes"]


def path_of_notes(plugin: Plugin) -> Path | None:
    """Return the file of a lecture's notes; None if it has none."""
    card = plugin.card()
    return plugin.folder / card.notes if card.notes is not None and plugin.folder else None


def read_notes(plugin: Plugin) -> str | None:
    """Return the text of a lecture's notes; None if it has none.

    Raises:
        PluginError: its card names a file that cannot be read.
    """
    path = path_of_notes(plugin)
    try:
        return path.read_text(encoding="utf-8") if path else None
    except (OSError, UnicodeDecodeError) as error:
        raise PluginError(f"the notes of {plugin.id!r} cannot be read: {error}") from error
