"""A lecture's notes in the book: a page for each part, the first of which opens the lecture.

Below its headline a page has what the notes have not, the lecture's header. Lines of the page and
lines of the notes differ by that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from markdown_it import MarkdownIt
from mdit_py_plugins.front_matter import front_matter_plugin

from cs25.notes import Part
from cs25.sphinxext.markdown import directive, escaped

__all__ = ["NotesPage", "notes_pages"]


@dataclass(frozen=True)
class NotesPage:
    """A page of a lecture's notes.

    Args:
        docname: the page.
        header: the lecture that the header names.
        title: the headline, where the notes have none.
        text: the notes; empty if there are none.
        path: their file; None if there is none.
    """

    docname: str
    header: str
    title: str
    text: str = ""
    path: Path | None = None

    @property
    def markdown(self) -> str:
        """The page: the notes with the header below their headline."""
        place, added = self._added
        lines = self.text.splitlines(keepends=True)
        return "".join([*lines[:place], added, *lines[place:]])

    @property
    def headline(self) -> str:
        """The Markdown that other pages take the name of this one from."""
        place, added = self._added
        return "".join(self.text.splitlines(keepends=True)[:place]) + added

    def line_of_notes(self, line: int) -> int:
        """Return the line of the notes that stands on a line of the page, both from 1."""
        place, added = self._added
        return line if line <= place else max(line - added.count("\n"), place, 1)

    @cached_property
    def _added(self) -> tuple[int, str]:
        """What the page has beyond the notes: after which of their lines, and the text."""
        header = f"\n{directive('lecture-header', self.header)}\n"
        place = 0
        for token in MarkdownIt().use(front_matter_plugin).parse(self.text):
            if token.type == "front_matter" and token.map:
                place = token.map[1]
            elif token.type == "heading_open" and token.map:
                if token.tag == "h1":
                    return token.map[1], header
                break
        return place, f"# {escaped(self.title)}\n{header}"


def notes_pages(lecture: str, title: str, parts: Sequence[Part]) -> tuple[NotesPage, ...]:
    """Return the pages of a lecture's notes; one, with a headline, if it has none.

    Args:
        lecture: the lecture's id.
        title: the lecture's title.
        parts: the notes.
    """
    folder = f"lectures/{lecture}"
    index = f"{folder}/index"
    if not parts:
        return (NotesPage(index, lecture, title),)
    first, *others = parts
    return (
        NotesPage(index, lecture, title, first.text, first.path),
        *(
            NotesPage(f"{folder}/{part.name}", lecture, _words(part.name), part.text, part.path)
            for part in others
        ),
    )


def _words(name: str) -> str:
    """Return a file's name as a headline."""
    return " ".join(name.replace("-", " ").replace("_", " ").split()).capitalize()
