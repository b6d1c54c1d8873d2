"""The dash between a parameter and what it is.

Sphinx writes two hyphens and leaves the rest to its typographic quotes, which the book has off for
hyphens: there two of them begin an option.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

__all__ = ["set_dashes"]


def set_dashes(app: Sphinx, doctree: nodes.document) -> None:
    """Set a dash where Sphinx has put two hyphens between a name and its description."""
    for text in list(doctree.findall(nodes.Text)):
        if text == " -- ":
            text.parent.replace(text, nodes.Text(" – "))
