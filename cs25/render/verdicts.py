"""A claim as it came out: verdict, our number, the criterion, the paper's number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cs25.render.numerals import number, with_interval
from cs25.render.palette import CARE, VERDICT_STYLE, VERDICT_SYMBOL
from cs25.render.schema import RecordedJson, RunJson
from cs25.render.tables import add_row

__all__ = ["claim_view", "seeds_text", "verdict_summary", "verdict_table", "verdict_text"]


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
    add_row(head, verdict_text(verdict), claim["statement"])
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    if claim.get("measured") is not None:
        add_row(facts, "measured", _measured(claim))
    add_row(facts, "criterion", claim["criterion"])
    if paper := claim.get("paper"):
        published = Text(number(paper["value"]), style="bold")
        add_row(facts, "published", published.append(f"  {paper['what']}", "not bold"))
        add_row(facts, "", Text(paper["source"], style="italic"))
    if note := claim.get("note"):
        add_row(facts, "note", note)
    if recorded := claim.get("recorded"):
        add_row(facts, "recorded", _recorded(recorded))
    elif claim.get("origin") == "recorded":
        seeds = claim.get("seeds")
        add_row(facts, "recorded", f"on {seeds_text(seeds)}" if seeds else "exact: no seed")
    if reasons := claim.get("reasons"):
        add_row(facts, "stale", Text("; ".join(reasons), style=CARE))
    if (scale := claim.get("scale_note")) and verdict != "supported":
        add_row(facts, "scale", scale)
    return Group(head, Padding(facts, (0, 0, 0, 2)))


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


def verdict_table(runs: Sequence[RunJson]) -> RenderableType:
    """Return every claim of several runs on a line of its own, as the last thing on the screen."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("demo", no_wrap=True)
    table.add_column("claim", overflow="fold")
    table.add_column("measured", justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for run in runs:
        name = run["demo"]
        for claim in run.get("claims") or ():
            measured = claim["measured"]
            value = "" if measured is None else with_interval(measured, None, None)[0]
            add_row(table, name, claim["id"], value, verdict_text(claim["verdict"]))
            name = ""
        if run["state"] != "done":
            add_row(table, name, "", "", Text(run["state"], style=CARE))
    return table


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
        text.append(f"\nstale: {'; '.join(recorded['stale'])}", CARE)
    return text


def seeds_text(seeds: Sequence[int]) -> str:
    """Return ``seed 0``, ``seeds 0-4`` or ``seeds 1, 5``."""
    if len(seeds) == 1:
        return f"seed {seeds[0]}"
    if list(seeds) == list(range(seeds[0], seeds[0] + len(seeds))):
        return f"seeds {seeds[0]}-{seeds[-1]}"
    return f"seeds {', '.join(map(str, seeds))}"
