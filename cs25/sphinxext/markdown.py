"""Pieces of Markdown that mounted pages are put together from."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["directive", "escaped", "toctree"]


def directive(name: str, argument: str) -> str:
    """Return a directive without content."""
    return f"```{{{name}}} {argument}\n```\n"


def toctree(names: Sequence[str]) -> str:
    """Return what puts pages into the sidebar, and nothing on the page."""
    return "```{toctree}\n:hidden:\n\n" + "\n".join(names) + "\n```\n"


def escaped(text: str, *, but: str = "") -> str:
    """Return a line that Markdown leaves as it is, but for some of its signs."""
    signs = set("\\`*_{}[]<>$~|#") - set(but)
    return "".join(f"\\{c}" if c in signs else c for c in " ".join(text.split()))
