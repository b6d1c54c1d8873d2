"""A run as the documented JSON object, which every other renderer reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from cs25.card import Claim, Demo
from cs25.ledger import Row, recorded_row
from cs25.manifest import listed
from cs25.plugins import Plugin
from cs25.recorded import Bundle
from cs25.render.palette import Theme
from cs25.render.schema import (
    ClaimJson,
    FigureJson,
    LedgerJson,
    PaperJson,
    RecordedJson,
    RunJson,
)
from cs25.result import table_to_json
from cs25.runner import Figure, Run
from cs25.verdict import Judgement

__all__ = ["paper_document", "row_document", "run_document"]


def run_document(run: Run, plugin: Plugin, demo: Demo, bundle: Bundle | None) -> RunJson:
    """Return a run as plain data.

    Args:
        run: the run.
        plugin: its lecture.
        demo: its demo.
        bundle: what is recorded of the demo, shown where this run itself decides nothing.
    """
    return {
        "lecture": run.lecture,
        "demo": run.demo,
        "summary": demo.summary,
        "state": "failed" if run.state == "started" else run.state,
        "error": run.error,
        "parameters": {name: listed(value) for name, value in run.parameters.items()},
        "changed": {name: listed(value) for name, value in run.changed.items()},
        "preset": run.preset,
        "seeds": list(run.seeds),
        "cached": run.cached,
        "duration_s": run.duration_s,
        "peak_memory_mib": run.peak_memory_mib,
        "measures": {
            name: {
                "value": pooled.value,
                "unit": pooled.unit,
                "low": pooled.low,
                "high": pooled.high,
                "n": pooled.n,
                "per_seed": list(pooled.per_seed),
                "meaning": demo.measures.get(name, ""),
            }
            for name, pooled in run.measures.items()
        },
        "tables": [
            table_to_json(table) for table in (run.results[0].tables if run.results else ())
        ],
        "text": run.results[0].text if run.results else "",
        "figures": _files(run.figures),
        "animations": _files(run.animations),
        "claims": [_claim(judgement, plugin, demo, bundle) for judgement in run.claims],
        "manifest": dict(run.manifest),
    }


def _files(drawn: Sequence[Figure]) -> list[FigureJson]:
    return [{"path": f.path, "alt": f.alt, "theme": cast("Theme", f.theme)} for f in drawn]


def paper_document(claim: Claim) -> PaperJson | None:
    """Return the published number beside a claim."""
    if claim.paper is None:
        return None
    return {"value": claim.paper.value, "what": claim.paper.what, "source": claim.paper.source}


def row_document(row: Row) -> LedgerJson:
    """Return a row of the ledger as plain data."""
    measured = row.measured
    return {
        "lecture": row.lecture,
        "demo": row.demo,
        "id": row.claim.id,
        "statement": row.claim.statement,
        "criterion": row.claim.criterion,
        "measured": measured.value if measured else None,
        "low": measured.low if measured else None,
        "high": measured.high if measured else None,
        "unit": measured.unit if measured else "",
        "n": measured.n if measured else 0,
        "paper": paper_document(row.claim),
        "verdict": row.verdict,
        "origin": row.origin,
        "stale": bool(row.stale),
        "reasons": list(row.stale),
        "seeds": list(row.seeds),
        "preset": row.claim.preset,
        "note": row.note,
        "scale_note": row.claim.scale_note,
    }


def _claim(judgement: Judgement, plugin: Plugin, demo: Demo, bundle: Bundle | None) -> ClaimJson:
    claim, measured = judgement.claim, judgement.measured
    recorded = None
    if judgement.verdict in (None, "inconclusive"):
        recorded = _recorded(recorded_row(plugin, demo, claim, bundle))
    return {
        "id": claim.id,
        "statement": claim.statement,
        "criterion": claim.criterion,
        "measured": measured.value if measured else None,
        "low": measured.low if measured else None,
        "high": measured.high if measured else None,
        "unit": measured.unit if measured else "",
        "met": judgement.met,
        "verdict": judgement.verdict,
        "note": judgement.note,
        "scale_note": claim.scale_note,
        "paper": paper_document(claim),
        "recorded": recorded,
    }


def _recorded(row: Row | None) -> RecordedJson | None:
    if row is None or row.measured is None:
        return None
    return {
        "verdict": row.verdict,
        "preset": row.claim.preset,
        "measured": row.measured.value,
        "low": row.measured.low,
        "high": row.measured.high,
        "n": row.measured.n,
        "stale": list(row.stale),
    }
