"""A lecture that says of every run what is about to happen, for example for a log file."""

import sys
from datetime import datetime

from cs25 import Lecture, Run, hookimpl


@hookimpl
def cs25_lecture() -> Lecture:
    return Lecture(id="announcer", title="Says what runs")


@hookimpl
def cs25_run_started(run: Run) -> None:
    now = datetime.now().strftime("%H:%M")
    settings = " ".join(f"{name}={value}" for name, value in run.parameters.items())
    print(f"{now} {run.lecture} {run.demo}, {len(run.seeds)} seeds: {settings}", file=sys.stderr)
