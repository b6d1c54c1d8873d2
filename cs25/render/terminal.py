"""What a run says in the terminal: numbers, figure, verdicts, files.

Words carry everything; symbols and colours repeat it. Numbers are never cut: a table that is too
wide for the terminal wraps its words, and a narrow terminal gets fewer columns per row.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, cast

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from cs25.render.numerals import aligned, duration, memory, number, with_interval
from cs25.render.palette import VERDICT_STYLE, VERDICT_SYMBOL
from cs25.render.schema import MeasureJson, RecordedJson, RunJson, TableJson
from cs25.render.sketch import Sketch

__all__ = ["RunView", "claim_view", "load_sketch", "run_view", "verdict_summary", "verdict_text"]

#: A table longer than this shows its first and last rows.
MOST_ROWS = 14
_INDENT = (0, 0, 0, 2)
#: What a number means stands beside it if it gets this many columns, else below the table.
_MEANING = 34
#: Columns of words wrap at this width where a table would be too wide.
_WORDS = 28
_GUTTER = 3


class RunView:
    """A run that rich can print at any width."""

    def __init__(self, run: RunJson, *, sketch: Sketch | None = None) -> None:
        self.run = run
        self.sketch = sketch if sketch is not None else load_sketch(run)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Print header, numbers, figure, claims and files, with a blank line between them."""
        for place, block in enumerate(self._blocks(options.max_width)):
            if place:
                yield Segment.line()
            for line in console.render_lines(block, options, pad=False):
                yield from _without_blanks(line)
                yield Segment.line()

    def _blocks(self, width: int) -> Iterator[RenderableType]:
        run = self.run
        yield _header(run)
        if run["state"] != "done":
            yield Padding(_trouble(run), _INDENT)
        if text := (run.get("text") or "").strip():
            yield Padding(Text(text), _INDENT)
        if measures := run.get("measures"):
            yield Padding(_measures(measures, width - _INDENT[3]), _INDENT)
        for table in run.get("tables") or ():
            yield Padding(_table(table, width - _INDENT[3]), _INDENT)
        if self.sketch is not None:
            from cs25.render.plot import TerminalFigure  # plotext, only where there is a figure

            yield Padding(TerminalFigure(self.sketch), _INDENT)
        for claim in run.get("claims") or ():
            yield Padding(claim_view(claim), _INDENT)
        if files := _files(run):
            yield Padding(files, _INDENT)


def run_view(run: RunJson, *, sketch: Sketch | None = None) -> RunView:
    """Return a run as something rich can print; its sketch is found beside its figures."""
    return RunView(run, sketch=sketch)


def load_sketch(run: RunJson) -> Sketch | None:
    """Return the sketch that lies beside a run's figures, or None."""
    for figure in run.get("figures") or ():
        path = Path(figure["path"]).with_name("sketch.json")
        try:
            return cast("Sketch", json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            continue  # a figure that was moved, or a file cut short: the SVG is still named
    return None


def verdict_text(verdict: str | None) -> Text:
    """Return a verdict as symbol and word.

    >>> verdict_text("supported").plain
    '✔ supported'
    """
    word = verdict or "no verdict"
    return Text(f"{VERDICT_SYMBOL[verdict]} {word}", style=VERDICT_STYLE[verdict])


def claim_view(claim: Mapping[str, Any]) -> RenderableType:
    """Return a claim: verdict and statement, then our number, the criterion and the paper's."""
    verdict = claim.get("verdict")
    head = Table.grid(padding=(0, 2, 0, 0))
    head.add_column(no_wrap=True)
    head.add_column(overflow="fold", style="bold")
    _add(head, verdict_text(verdict), claim["statement"])
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    if claim.get("measured") is not None:
        _add(facts, "measured", _measured(claim))
    _add(facts, "criterion", claim["criterion"])
    if paper := claim.get("paper"):
        published = Text(number(paper["value"]), style="bold")
        _add(facts, "published", published.append(f"  {paper['what']}", "not bold"))
        _add(facts, "", Text(paper["source"], style="italic"))
    if note := claim.get("note"):
        _add(facts, "note", note)
    if recorded := claim.get("recorded"):
        _add(facts, "recorded", _recorded(recorded))
    elif claim.get("origin") == "recorded":
        _add(facts, "recorded", f"on {_seeds(claim.get('seeds') or [0])}")
    if stale := claim.get("stale"):
        _add(facts, "stale", "; ".join(stale) if not isinstance(stale, bool | str) else "yes")
    if (scale := claim.get("scale_note")) and verdict != "supported":
        _add(facts, "scale", scale)
    return Group(head, Padding(facts, _INDENT))


def verdict_summary(runs: Sequence[RunJson]) -> Text:
    """Return how many claims of several runs came out how, in one line."""
    counts = Counter(claim["verdict"] for run in runs for claim in run.get("claims") or ())
    text = Text()
    for verdict in VERDICT_SYMBOL:
        if counts[verdict]:
            symbol_and_word = verdict_text(verdict)
            text.append("   " if text else "").append(f"{counts[verdict]} ", "bold")
            text.append_text(symbol_and_word)
    return text or Text("no claims", style="dim")


def _measured(claim: Mapping[str, Any]) -> Text:
    measured = float(claim["measured"] or 0.0)
    value, interval = with_interval(measured, claim.get("low"), claim.get("high"))
    unit = claim.get("unit") or ""
    text = Text(" ".join(filter(None, (value, interval, unit))))
    told = claim.get("verdict") in ("supported", "contradicted") or "criterion" in _note(claim)
    if claim.get("met") is not None and not told:
        text.append("  (criterion met)" if claim["met"] else "  (criterion missed)")
    return text


def _note(claim: Mapping[str, Any]) -> str:
    return claim.get("note") or ""


def _recorded(recorded: RecordedJson) -> Text:
    """Return what was recorded beforehand, for a claim that this run could not decide."""
    value, interval = with_interval(recorded["measured"], recorded["low"], recorded["high"])
    seeds = "one seed" if recorded["n"] == 1 else f"{recorded['n']} seeds"
    where = seeds if recorded["preset"] == "default" else f"preset {recorded['preset']}, {seeds}"
    text = verdict_text(recorded["verdict"])
    text.append(f", {value} {interval}".rstrip(), "none").append(f"  ({where})", "none")
    if recorded["stale"]:
        text.append(f"\nstale: {'; '.join(recorded['stale'])}", "#A07C00")
    return text


def _add(table: Table, *cells: str | Text) -> None:
    """Add a row of plain text: ``[nats]`` is a unit here, not a style of rich's."""
    table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in cells))


def _without_blanks(line: Sequence[Segment]) -> Iterator[Segment]:
    """Drop the blanks that only pad a line: they would be copied and piped along."""
    kept = list(line)
    while kept and not kept[-1].text.strip():
        kept.pop()
    yield from kept[:-1]
    if kept:
        text, style, control = kept[-1]
        yield Segment(text.rstrip(), style, control)


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
        facts.append(_seeds(seeds))
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


def _seeds(seeds: Sequence[int]) -> str:
    """Return ``seed 0``, ``seeds 0-4`` or ``seeds 1, 5``."""
    if len(seeds) == 1:
        return f"seed {seeds[0]}"
    if list(seeds) == list(range(seeds[0], seeds[0] + len(seeds))):
        return f"seeds {seeds[0]}-{seeds[-1]}"
    return f"seeds {', '.join(map(str, seeds))}"


def _trouble(run: RunJson) -> Text:
    style = "bold #D9690F" if run["state"] == "failed" else "bold #A07C00"
    lines = (run.get("error") or "no reason given").strip()
    return Text.assemble((run["state"], style), f": {lines}")


def _measures(measures: Mapping[str, MeasureJson], width: int) -> RenderableType:
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
    taken = sum(
        max(map(cell_len, (head, *cells.values()))) + _GUTTER for head, cells in columns.items()
    )
    beside = width - taken >= min(_MEANING, max(map(len, meanings.values())))
    table = _plain_table()
    for head in columns:
        style = "bold" if head == "value" else ""
        justify: Literal["left", "right"] = "right" if head in ("value", "seeds") else "left"
        whole = head in ("value", "95 % interval")  # numbers are never broken; names may be
        table.add_column(Text(head), justify=justify, no_wrap=whole, overflow="fold", style=style)
    if beside and any(meanings.values()):
        table.add_column("meaning", overflow="fold", style="dim")
    for name in measures:
        cells = [column[name] for column in columns.values()]
        _add(table, *cells, *([meanings[name]] if beside and any(meanings.values()) else []))
    if beside:
        return table
    glossary = Table.grid(padding=(0, 2, 0, 0))
    glossary.add_column(no_wrap=True)
    glossary.add_column(overflow="fold", style="dim")
    for name, meaning in meanings.items():
        if meaning:
            _add(glossary, name, meaning)
    return Group(table, Text(), glossary)


def _table(data: TableJson, width: int) -> RenderableType:
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
                _add(table, *["⋮"] * len(columns))
            _add(table, *(texts[c][i] for c in columns))
        parts += [table, Text()]
    title = Text(data["name"], style="bold")
    if hidden:
        title.append(f"  ({hidden} of {len(rows)} rows left out)", style="not bold dim")
    return Group(title, *parts[:-1])


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


def _files(run: RunJson) -> RenderableType | None:
    paths = [Path(figure["path"]) for figure in run.get("figures") or ()]
    paths += [Path(path)] if (path := run.get("path")) else []
    if not paths:
        return None
    # Each folder once, on a line that fits: a path broken in two cannot be copied.
    lines = Table.grid(padding=(0, 2, 0, 0))
    lines.add_column(style="dim", no_wrap=True)
    lines.add_column(overflow="fold")
    for folder in dict.fromkeys(path.parent for path in paths):
        names = [path for path in paths if path.parent == folder]
        links = Text(", ").join(Text(p.name, style=f"link {p.absolute().as_uri()}") for p in names)
        _add(lines, "files", _at_home(folder))
        _add(lines, "", links)
    return lines


def _at_home(folder: Path) -> str:
    """Write a folder as a shell takes it, with ``~`` for the user's own."""
    with suppress(ValueError, RuntimeError):
        return f"~/{folder.relative_to(Path.home())}/"
    return f"{folder}/"
