"""Links of notes to the file of their first part: its page has another name, ``index``."""

from __future__ import annotations

from posixpath import normpath

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from cs25.sphinxext.course import course_of

__all__ = ["lead_to_first_part"]


def lead_to_first_part(app: Sphinx, doctree: nodes.document) -> None:
    """Let a link of notes that names the file lead to the page that it has become."""
    chapter = course_of(app.env).chapter_with(app.env.docname)
    if chapter is None or chapter.notes[0].path is None:
        return
    for node in doctree.findall(addnodes.pending_xref):
        if node["reftype"] == "myst" and node["refdomain"] is None:  # no file lies there
            file, _, anchor = node["reftarget"].partition("#")
            if normpath(file) == chapter.notes[0].path.name:
                node["refdomain"], node["reftarget"] = "doc", chapter.docname
                node["reftargetid"] = anchor or None
