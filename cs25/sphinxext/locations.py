"""Where a mounted page comes from, so that a warning names the file that its author can mend."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.logging import NAMESPACE

from cs25.sphinxext.course import course_of
from cs25.sphinxext.notes_pages import NotesPage

__all__ = ["name_notes"]

_LOCATION = re.compile(r"(?P<file>.+?\.md)(?::(?P<line>\d*))?")


def name_notes(app: Sphinx) -> None:
    """Let warnings in a mounted page name the notes it was made from, and the line there."""
    pages = {
        str(Path(app.srcdir, f"{page.docname}.md")): page
        for chapter in course_of(app.env).chapters
        for page in chapter.notes
        if page.path is not None
    }
    for handler in logging.getLogger(NAMESPACE).handlers:
        handler.addFilter(_NotesNamed(pages))


class _NotesNamed(logging.Filter):
    """Stands behind Sphinx's own filters, which have made a place a string."""

    def __init__(self, pages: dict[str, NotesPage]) -> None:
        super().__init__()
        self._pages = pages

    def filter(self, record: logging.LogRecord) -> bool:
        found = _LOCATION.fullmatch(str(getattr(record, "location", None)))
        if found and (page := self._pages.get(found["file"])):
            line = f":{page.line_of_notes(int(found['line']))}" if found["line"] else ""
            record.location = f"{page.path}{line}"
        return True
