"""Signatures as Python can read them back, so that each type in them is a link."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

__all__ = ["readable_defaults"]


def readable_defaults(
    app: Sphinx,
    what: str,
    name: str,
    obj: Any,
    options: Any,
    signature: str | None,
    return_annotation: str | None,
) -> tuple[str, str | None] | None:
    """Write a default that a dataclass makes anew each time as an ellipsis.

    Sphinx cannot parse ``<factory>``, and then splits the whole signature at its commas.
    """
    if signature is None or "<factory>" not in signature:
        return None
    return signature.replace("<factory>", "..."), return_annotation
