"""A lecture's notes as text, part by part."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cs25.errors import PluginError
from cs25.plugins import Plugin

__all__ = ["Part", "paths_of_notes", "read_notes", "read_part"]


@dataclass(frozen=True)
class Part:
    """A file of a lecture's notes.

    Args:
        path: the file.
        text: its content.
    """

    path: Path
    text: str

    @property
    def name(self) -> str:
        """Its name on the command line."""
        return self.path.stem


def paths_of_notes(plugin: Plugin) -> tuple[Path, ...]:
    """Return the files of a lecture's notes, in the order of reading; none if it has no notes."""
    folder = plugin.folder
    return tuple(folder / name for name in plugin.card().notes_files) if folder else ()


def read_notes(plugin: Plugin) -> tuple[Part, ...]:
    """Return the parts of a lecture's notes, in the order of reading; none if it has no notes.

    Raises:
        PluginError: its card names a file that cannot be read.
    """
    return tuple(read_part(plugin, path) for path in paths_of_notes(plugin))


def read_part(plugin: Plugin, path: Path) -> Part:
    """Return one part of a lecture's notes.

    Raises:
        PluginError: the file cannot be read.
    """
    try:
        return Part(path, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise PluginError(f"the notes of {plugin.id!r} cannot be read: {error}") from error
