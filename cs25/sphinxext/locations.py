"""Where a mounted page comes from, so that a warning names the file that its author can mend."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.logging import NAMESPACE

from cs25.sphinxext.course import Chapter, course_of
from cs25.sphinxext.pages import line_of_notes

__all__ = ["name_notes"]

_LOCATION = re.compile(r"(?P<file>.+?\.md)(?::(?P<line>\d*))?")


def name_notes(app: Sphinx) -> None:
    """Let warnings in a mounted page name the notes it was made from, and the line there."""
    below = Path(app.srcdir, "lectures")
    pages = {
        str(below / chapter.plugin.id / "index.md"): chapter
        for chapter in course_of(app.env).chapters
        if chapter.notes_path is not None
    }
    for handler in logging.getLogger(NAMESPACE).handlers:
        handler.addFilter(_NotesNamed(pages))


class _NotesNamed(logging.Filter):
    """Stands behind Sphinx's own filters, which have made a place a string."""

    def __init__(self, pages: dict[str, Chapter]) -> None:
        super().__init__()
        self._pages = pages

    def filter(self, record: logging.LogRecord) -> bool:
        found = _LOCATION.fullmatch(str(getattr(record, "location", None)))
        if found and (chapter := self._pages.get(found["file"])):
            line = f":{line_of_notes(chapter, int(found['line']))}" if found["line"] else ""
            record.location = f"{chapter.notes_path}{line}"
        return True
