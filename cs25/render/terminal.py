"""What a run says in the terminal: numbers, figure, verdicts, files.

Words carry everything; symbols and colours repeat it. Numbers are never cut: a table that is too
wide for the terminal wraps its words, and a narrow terminal gets fewer columns per row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from cs25.render.numerals import duration, memory
from cs25.render.padding import Unpadded
from cs25.render.palette import BAD, CARE
from cs25.render.schema import RunJson
from cs25.render.sketch import Sketch
from cs25.render.tables import add_row, measures_table, rows_table
from cs25.render.verdicts import claim_view, seeds_text, verdict_summary, verdict_text
from cs25.result import TableJson

__all__ = ["RunView", "claim_view", "load_sketch", "run_view", "verdict_summary", "verdict_text"]

_INDENT = (0, 0, 0, 2)


class RunView:
    """A run that rich can print at any width."""

    def __init__(self, run: RunJson, *, sketch: Sketch | None = None, tables: bool = True) -> None:
        self.run = run
        self.tables = tables
        self.sketch = sketch if sketch is not None else load_sketch(run)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Print header, numbers, figure, claims and files, with a blank line between them."""
        for place, block in enumerate(self._blocks(options.max_width)):
            if place:
                yield Segment.line()
            yield Unpadded(block)

    def _blocks(self, width: int) -> Iterator[RenderableType]:
        run = self.run
        yield _header(run)
        if run["state"] != "done":
            yield Padding(_trouble(run), _INDENT)
        if text := (run.get("text") or "").strip():
            yield Padding(Text(text), _INDENT)
        if measures := run.get("measures"):
            yield Padding(measures_table(measures, width - _INDENT[3]), _INDENT)
        for table in (run.get("tables") or ()) if self.tables else ():
            yield Padding(rows_table(table, width - _INDENT[3]), _INDENT)
        if self.sketch is not None:
            from cs25.render.plot import TerminalFigure  # plotext, only where there is a figure

            yield Padding(TerminalFigure(self.sketch), _INDENT)
        for claim in run.get("claims") or ():
            yield Padding(claim_view(claim), _INDENT)
        if files := _files(run, name_tables=not self.tables):
            yield Padding(files, _INDENT)


def run_view(run: RunJson, *, sketch: Sketch | None = None, tables: bool = True) -> RunView:
    """Return a run as something rich can print.

    Args:
        run: the run.
        sketch: its figure; by default the one that lies beside its figures.
        tables: print the tables, not only their names.
    """
    return RunView(run, sketch=sketch, tables=tables)


def load_sketch(run: RunJson) -> Sketch | None:
    """Return the sketch that lies beside a run's figures, or None."""
    for figure in run.get("figures") or ():
        path = Path(figure["path"]).with_name("sketch.json")
        try:
            return cast("Sketch", json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            continue  # a figure that was moved, or a file cut short: the SVG is still named
    return None


def _header(run: RunJson) -> RenderableType:
    title = Text.assemble((run["lecture"], "bold"), " · ", (run["demo"], "bold"))
    if summary := run.get("summary"):
        title.append(f"\n{summary}")
    preset = run.get("preset")
    changed = run.get("changed") or {}
    facts = [f"preset {preset}" if preset and preset != "default" else "default parameters"]
    if changed:
        settings = ", ".join(f"{name}={_setting(value)}" for name, value in changed.items())
        facts[0] = settings if preset in (None, "default") else f"{facts[0]} with {settings}"
    if seeds := run.get("seeds"):
        facts.append(seeds_text(seeds))
    spent = run.get("duration_s")
    if run.get("cached"):
        facts.append(f"from the store (took {duration(spent)})" if spent else "from the store")
    elif spent is not None:
        facts.append(duration(spent))
    if (peak := run.get("peak_memory_mib")) is not None:
        facts.append(memory(peak))
    return Group(title, Text(" · ".join(facts), style="dim"))


def _setting(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return str(value)


def _trouble(run: RunJson) -> Text:
    style = f"bold {BAD if run['state'] == 'failed' else CARE}"
    lines = (run.get("error") or "no reason given").strip()
    return Text.assemble((run["state"], style), f": {lines}")


def _files(run: RunJson, *, name_tables: bool) -> RenderableType | None:
    drawn = (*(run.get("figures") or ()), *(run.get("animations") or ()))
    paths = [Path(file["path"]) for file in drawn]
    paths += [Path(path)] if (path := run.get("path")) else []
    tables = (run.get("tables") or ()) if name_tables else ()
    if not paths and not tables:
        return None
    # Each folder once, on a line that fits: a path broken in two cannot be copied.
    lines = Table.grid(padding=(0, 2, 0, 0))
    lines.add_column(style="dim", no_wrap=True)
    lines.add_column(overflow="fold")
    if tables:
        names = ", ".join(f"{table['name']} ({_rows(table)})" for table in tables)
        add_row(lines, "tables", f"{names}: printed by --tables, and in the report")
    for folder in dict.fromkeys(path.parent for path in paths):
        here = [path for path in paths if path.parent == folder]
        links = Text(", ").join(Text(p.name, style=f"link {p.absolute().as_uri()}") for p in here)
        add_row(lines, "files", _at_home(folder))
        add_row(lines, "", links)
    return lines


def _rows(table: TableJson) -> str:
    n = len(table["rows"])
    return f"{n} row" if n == 1 else f"{n} rows"


def _at_home(folder: Path) -> str:
    """Write a folder as a shell takes it, with ``~`` for the user's own."""
    with suppress(ValueError, RuntimeError):
        return f"~/{folder.relative_to(Path.home())}/"
    return f"{folder}/"
