"""What cannot be shown: said where it should stand, and once more to whoever builds the book."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.util import logging

__all__ = ["notice_box", "trouble"]

logger = logging.getLogger(__name__)


def trouble(message: str, location: Any) -> nodes.Element:
    """Warn of a mistake in a page, and return the text that stands in the place of what it asks.

    Args:
        message: what is wrong, in a line.
        location: where.
    """
    logger.warning(message, location=location, type="cs25")
    return nodes.error("", nodes.paragraph("", message), classes=["cs25-trouble"])


def notice_box(*lines: str) -> nodes.Element:
    """Return a visible box for what is wrong with a lecture, which is no mistake of the page."""
    shown = [nodes.paragraph("", "", *_with_code(line)) for line in lines]
    return nodes.error("", *shown, classes=["cs25-trouble"])


def _with_code(line: str) -> list[nodes.Node]:
    """Return a line in which what stands between backticks is code."""
    parts = enumerate(line.split("`"))
    return [nodes.literal("", part) if n % 2 else nodes.Text(part) for n, part in parts if part]
