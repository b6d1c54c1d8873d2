"""Tables as docutils nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docutils import nodes

from cs25.sphinxext.elements import ledger_cell, ledger_row

__all__ = ["Cell", "Line", "table"]

#: Letters of the widest column in plain text; what is longer wraps.
WIDEST = 40

#: What a cell may be given as.
Content = str | nodes.Node | Sequence[nodes.Node]


@dataclass(frozen=True)
class Cell:
    """A cell that is more than text.

    Args:
        content: text, an inline node or several, or a block.
        sort: the number that a script sorts by.
        is_number: set to the right.
    """

    content: Content
    sort: float | None = None
    is_number: bool = False


@dataclass(frozen=True)
class Line:
    """A row with attributes that a script filters by."""

    cells: Sequence[Cell | Content]
    data: Mapping[str, str] | None = None


def table(
    heads: Sequence[str | Cell], lines: Sequence[Line | Sequence[Cell | Content]], *classes: str
) -> nodes.table:
    """Return a table.

    Args:
        heads: the header cells; none for names and their values.
        lines: the rows.
        classes: of the table.
    """
    head = nodes.row("", *map(_entry, heads))
    rows = [_row(line) for line in lines]
    columns = list(zip(*([head, *rows] if heads else rows), strict=True))
    group = nodes.tgroup("", cols=len(columns))
    group += [nodes.colspec("", colwidth=_width(column)) for column in columns]
    if heads:
        group += nodes.thead("", head)
    group += nodes.tbody("", *rows)
    return nodes.table("", group, classes=["colwidths-auto", *classes])


def _width(column: Sequence[nodes.Node]) -> int:
    """Return how many letters a column takes where no browser lays it out."""
    return min(max(len(entry.astext()) for entry in column), WIDEST) or 1


def _row(line: Line | Sequence[Cell | Content]) -> nodes.row:
    if not isinstance(line, Line):
        line = Line(line)
    entries = [_entry(cell) for cell in line.cells]
    if line.data is None:
        return nodes.row("", *entries)
    return ledger_row("", *entries, data=dict(line.data))


def _entry(cell: Cell | Content) -> nodes.entry:
    if not isinstance(cell, Cell):
        cell = Cell(cell)
    content = cell.content
    if isinstance(content, str):
        content = [nodes.Text(content)] if content else []
    elif isinstance(content, nodes.Node):
        content = [content]
    is_block = any(isinstance(node, nodes.Body) for node in content)
    children = content if is_block or not content else [nodes.paragraph("", "", *content)]
    classes = ["cs25-number"] if cell.is_number else []
    if cell.sort is None:
        return nodes.entry("", *children, classes=classes)
    return ledger_cell("", *children, classes=classes, sort=repr(cell.sort))
