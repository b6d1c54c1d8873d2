"""Draws the README's picture: what `cs25 run emergence` prints, as rich exports it.

``python docs/images/picture.py`` runs the lecture, or takes it from the store, and keeps one
experiment in full and the closing lines; the output of the others is left out.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

from cs25.render.terminal import load_sketch, run_view
from cs25.render.verdicts import verdict_summary, verdict_table

LECTURE, SHOWN = "emergence", "chain-of-thought"
TARGET = Path(__file__).with_name(f"run-{LECTURE}.svg")

command = [sys.executable, "-m", "cs25", "run", LECTURE, "--json"]
runs = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)["runs"]
console = Console(
    record=True, width=92, force_terminal=True, color_system="truecolor", highlight=False,
    file=io.StringIO(),
)  # fmt: skip
console.print(Text(f"$ cs25 run {LECTURE}", style="bold"))
for run in runs:
    if run["demo"] == SHOWN:
        # Where the files lie is of no use to a reader of the picture.
        console.print(Text("⋮\n", style="dim"))
        console.print(run_view({**run, "figures": [], "tables": []}, sketch=load_sketch(run)))
        console.print(Text("\n⋮\n", style="dim"))
console.print(verdict_table(runs))
console.print()
console.print(verdict_summary(runs))
console.save_svg(str(TARGET), title=f"cs25 run {LECTURE}", theme=DIMMED_MONOKAI)
