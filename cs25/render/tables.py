"""Tables of numbers: the measures of a run, and the tables a demo returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from rich import box
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cs25.render.numerals import aligned, with_interval
from cs25.render.schema import MeasureJson, TableJson

__all__ = ["add_row", "measures_table", "rows_table"]

#: A table longer than this shows its first and last rows.
MOST_ROWS = 14
#: What a number means stands beside it if it gets this many columns, else below the table.
_MEANING = 34
#: Columns of words wrap at this width where a table would be too wide.
_WORDS = 28
_GUTTER = 3


def measures_table(measures: Mapping[str, MeasureJson], width: int) -> RenderableType:
    """Return the measures of a run as a table, or as a list where no table fits unbroken."""
    rows = {
        name: with_interval(measure["value"], measure["low"], measure["high"])
        for name, measure in measures.items()
    }
    columns: dict[str, dict[str, str]] = {
        "measure": {name: name for name in measures},
        "value": {name: value for name, (value, _) in rows.items()},
        "95 % interval": {name: interval for name, (_, interval) in rows.items()},
        "unit": {name: measure["unit"] for name, measure in measures.items()},
        "seeds": {name: str(measure["n"]) for name, measure in measures.items()},
    }
    if all(measure["n"] == 1 for measure in measures.values()):
        del columns["seeds"]
    columns = {head: cells for head, cells in columns.items() if any(cells.values())}
    meanings = {name: measure.get("meaning", "") for name, measure in measures.items()}
    # Numbers and names are never broken; a unit of several words is, between them.
    words = {"unit": " ".join(columns.get("unit", {}).values()).split()}
    least = sum(
        max(map(cell_len, words.get(head, [*cells.values(), head])), default=0) + _GUTTER
        for head, cells in columns.items()
    )
    if least - _GUTTER > width:
        return _measures_list(measures, meanings)
    taken = sum(
        max(map(cell_len, (head, *cells.values()))) + _GUTTER for head, cells in columns.items()
    )
    beside = width - taken >= min(_MEANING, max(map(len, meanings.values())))
    table = _plain_table()
    for head in columns:
        style = "bold" if head == "value" else ""
        justify: Literal["left", "right"] = "right" if head in ("value", "seeds") else "left"
        whole = head != "unit"
        table.add_column(Text(head), justify=justify, no_wrap=whole, overflow="fold", style=style)
    if beside and any(meanings.values()):
        table.add_column("meaning", overflow="fold", style="dim")
    for name in measures:
        cells = [column[name] for column in columns.values()]
        add_row(table, *cells, *([meanings[name]] if beside and any(meanings.values()) else []))
    if beside:
        return table
    glossary = Table.grid(padding=(0, 2, 0, 0))
    glossary.add_column(no_wrap=True)
    glossary.add_column(overflow="fold", style="dim")
    for name, meaning in meanings.items():
        if meaning:
            add_row(glossary, name, meaning)
    return Group(table, Text(), glossary)


def _measures_list(
    measures: Mapping[str, MeasureJson], meanings: Mapping[str, str]
) -> RenderableType:
    """Return each measure on lines of its own: its name, its number, what it means."""
    parts: list[RenderableType] = []
    for name, measure in measures.items():
        value, interval = with_interval(measure["value"], measure["low"], measure["high"])
        seeds = f"({measure['n']} seeds)" if measure["n"] > 1 else ""
        about = " ".join(filter(None, (interval, measure["unit"], seeds)))
        parts.append(Text(name))
        parts.append(Padding(Text.assemble((value, "bold"), " ", about), (0, 0, 0, 2)))
        if meanings[name]:
            parts.append(Padding(Text(meanings[name], style="dim"), (0, 0, 0, 2)))
    return Group(*parts)


def rows_table(data: TableJson, width: int) -> RenderableType:
    rows, heads = data["rows"], data["columns"]
    texts = [aligned([row[i] for row in rows]) for i in range(len(heads))]
    numeric = [all(_is_number(row[i]) for row in rows) for i in range(len(heads))]
    head, tail = MOST_ROWS * 2 // 3, MOST_ROWS // 3
    hidden = len(rows) - head - tail if len(rows) > MOST_ROWS else 0
    shown = [i for i in range(len(rows)) if not hidden or i < head or i >= len(rows) - tail]
    widths = [
        max(map(cell_len, (heads[c], *(texts[c][i] for i in shown)))) for c in range(len(heads))
    ]
    widths = [w if numeric[c] else min(w, _WORDS) for c, w in enumerate(widths)]
    parts: list[RenderableType] = []
    for columns in _side_by_side(widths, width):
        table = _plain_table()
        for c in columns:
            table.add_column(
                Text(heads[c]),
                justify="right" if numeric[c] else "left",
                min_width=widths[c],
                no_wrap=numeric[c],
                overflow="fold",
            )
        for i in shown:
            if hidden and i == len(rows) - tail:
                add_row(table, *["⋮"] * len(columns))
            add_row(table, *(texts[c][i] for c in columns))
        parts += [table, Text()]
    title = Text(data["name"], style="bold")
    if hidden:
        title.append(f"  ({hidden} of {len(rows)} rows left out)", style="not bold dim")
    return Group(title, *parts[:-1])


def add_row(table: Table, *cells: str | Text) -> None:
    """Add a row of plain text: ``[nats]`` is a unit here, not a style of rich's."""
    table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in cells))


def _side_by_side(widths: Sequence[int], width: int) -> list[list[int]]:
    """Share out the columns of a table over as many tables as fit; each repeats the first."""
    if not widths:
        return []
    blocks = [[0]]
    for column in range(1, len(widths)):
        taken = sum(widths[c] + _GUTTER for c in blocks[-1])
        if len(blocks[-1]) > 1 and taken + widths[column] > width:
            blocks.append([0])
        blocks[-1].append(column)
    return blocks


def _is_number(cell: object) -> bool:
    return cell is None or (isinstance(cell, int | float) and not isinstance(cell, bool))


def _plain_table() -> Table:
    return Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="dim",
        show_edge=False,
    )
