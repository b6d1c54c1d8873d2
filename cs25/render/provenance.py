"""Where a number comes from, in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cs25.render.numerals import number

__all__ = ["manifest_view"]


#: Units that the name of a field ends with.
_UNITS = {"_s": "s", "_mib": "MiB"}


def manifest_view(manifest: Mapping[str, Any]) -> RenderableType:
    """Return a manifest as a table of names and values."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in manifest.items():
        if name == "seeds":
            continue  # the header names them
        unit = next((unit for end, unit in _UNITS.items() if name.endswith(end)), "")
        label = name.removesuffix(f"_{unit.lower()}").replace("_", " ")
        table.add_row(label, Text(f"{_said(value)} {unit}".rstrip()))
    return table


def _said(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        return "\n".join(f"{name} {_said(item)}" for name, item in value.items()) or "none"
    if isinstance(value, list):
        return "\n".join(_said(item) for item in value) or "none"
    return number(value) if isinstance(value, float) else str(value)
