"""The measured numbers of a recording, and the tables that came with them."""

from __future__ import annotations

from docutils import nodes

from cs25.card import Demo
from cs25.recorded import Recording
from cs25.render.numerals import aligned, with_interval
from cs25.result import Table
from cs25.sphinxext.elements import disclosure, disclosure_title
from cs25.sphinxext.tables import Cell, Content, table
from cs25.sphinxext.typeset import seed_range, typeset
from cs25.verdict import Pooled, pool_result

__all__ = ["measures_table", "recorded_on", "result_tables"]


def measures_table(demo: Demo, recording: Recording, *, full: bool) -> nodes.table:
    """Return the measures, pooled over seeds.

    Args:
        demo: says what they mean.
        recording: the results.
        full: their values under the control, too.
    """
    pooled = recording.pooled()
    control = pool_result(recording.control) if recording.control and full else {}
    shown = {name: with_interval(p.value, p.low, p.high) for name, p in pooled.items()}
    has_interval = any(interval for _, interval in shown.values())
    heads: list[str | Cell] = ["measure", Cell("value", is_number=True)]
    heads += ["95 % interval"] * has_interval
    heads += ["unit"]
    heads += [Cell("control", is_number=True)] * bool(control)
    lines: list[list[Cell | Content]] = []
    for name, (value, interval) in shown.items():
        line: list[Cell | Content] = [_named(name, demo.measures.get(name, ""))]
        line.append(Cell(typeset(value), sort=pooled[name].value, is_number=True))
        line += [typeset(interval)] * has_interval
        line.append(pooled[name].unit)
        line += [Cell(_value(control.get(name)), is_number=True)] * bool(control)
        lines.append(line)
    return table(heads, lines, "cs25-measures")


def result_tables(recording: Recording) -> list[nodes.Node]:
    """Return the tables of the first seed, each folded."""
    where = f", seed {recording.seeds[0]}" if recording.seeds else ""
    return [_folded(result_table, where) for result_table in recording.results[0].tables]


def recorded_on(recording: Recording) -> str:
    """Say which seeds a recording rests on."""
    return seed_range(recording.seeds) if recording.seeds else "exact, no seed"


def _named(name: str, meaning: str) -> list[nodes.Node]:
    """Return a measure's name with its meaning below."""
    named: list[nodes.Node] = [nodes.paragraph("", "", nodes.literal("", name))]
    if meaning:
        named.append(nodes.paragraph("", meaning, classes=["cs25-meaning"]))
    return named


def _value(pooled: Pooled | None) -> str:
    return "–" if pooled is None else typeset(with_interval(pooled.value, None, None)[0])


def _folded(data: Table, where: str) -> disclosure:
    columns = range(len(data.columns))
    numeric = [all(_is_number(row[i]) for row in data.rows) for i in columns]
    texts = [[typeset(t) for t in aligned([row[i] for row in data.rows])] for i in columns]
    heads = [Cell(name, is_number=numeric[i]) for i, name in enumerate(data.columns)]
    lines = [
        [Cell(texts[i][line], is_number=numeric[i]) for i in columns]
        for line in range(len(data.rows))
    ]
    rows = "1 row" if len(data.rows) == 1 else f"{len(data.rows)} rows"
    title = disclosure_title("", "", nodes.literal("", data.name), nodes.Text(f" ({rows}{where})"))
    return disclosure("", title, table(heads, lines), classes=["cs25-details"])


def _is_number(cell: object) -> bool:
    return cell is None or (isinstance(cell, int | float) and not isinstance(cell, bool))
