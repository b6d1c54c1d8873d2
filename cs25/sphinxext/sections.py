"""Sections of a page that directives write: a headline, what stands below it, and a place to link to."""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes

__all__ = ["Section", "section"]

#: A headline and what stands below it.
Section = tuple[str, Sequence[nodes.Node]]


def section(
    document: nodes.document, title: str, content: Sequence[nodes.Node | Section]
) -> nodes.section:
    """Return a section; what has a headline within it becomes a section of its own."""
    parts = [section(document, *part) if isinstance(part, tuple) else part for part in content]
    made = nodes.section("", nodes.title("", title), *parts)
    made["names"].append(nodes.fully_normalize_name(title))
    document.note_implicit_target(made, made)
    return made
