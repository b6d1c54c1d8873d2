"""A figure that says nothing to those who cannot see it."""

from __future__ import annotations

from collections.abc import Iterator

from cs25.testing.rule import Fault

__all__ = ["wordless"]

#: What stands for a figure that has neither label nor title (`cs25.render.figure.alt_text`).
_UNNAMED = "Figure"


def wordless(name: str, alt: str) -> Iterator[Fault]:
    """Yield a fault if a figure has no alternative text.

    Args:
        name: whose figure it is.
        alt: the text that was drawn with it.
    """
    if alt == _UNNAMED:
        yield Fault(
            f"{name}: its figure has no alternative text",
            "Say what it shows: figure.set_label(...), or a title.",
        )
