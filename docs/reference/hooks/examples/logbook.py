"""A lecture that keeps a logbook: a line of JSON for every run, whichever lecture it belongs to."""

import json
from datetime import UTC, datetime
from pathlib import Path

from cs25 import Lecture, Run, hookimpl


@hookimpl
def cs25_lecture() -> Lecture:
    return Lecture(id="logbook", title="A logbook of all runs")


@hookimpl
def cs25_run_finished(run: Run) -> None:
    entry = {
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": f"{run.lecture} {run.demo}",
        "state": run.state,
        "error": run.error,
        "parameters": dict(run.parameters),
        "seeds": run.seeds,
        "duration_s": run.duration_s,
        "measures": {name: pooled.value for name, pooled in run.measures.items()},
        "verdicts": {judged.claim.id: judged.verdict for judged in run.claims},
    }
    with Path("logbook.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")
