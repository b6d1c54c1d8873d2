"""Captions in the navigation say to a screen reader how deep they stand.

Sphinx writes them as headings without a level, which accessibility checkers call critical.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

__all__ = ["setup"]

_TREE = "furo_navigation_tree"


def setup(app: Sphinx) -> None:
    """Amend the navigation after the theme has made it."""
    app.connect("html-page-context", _level_captions, priority=900)


def _level_captions(
    _app: Sphinx,
    _page: str,
    _template: str,
    context: dict[str, Any],
    _doctree: nodes.document | None,
) -> None:
    if _TREE in context:
        context[_TREE] = context[_TREE].replace('role="heading"', 'role="heading" aria-level="2"')
