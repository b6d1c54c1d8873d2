"""One or several runs as one HTML file that needs nothing else.

Styles are inline, figures are data URIs in the reader's own colour scheme, and a content security
policy forbids every request: the file looks the same in ten years and behind any firewall. What
comes from a lecture is escaped, whatever it holds.
"""

from __future__ import annotations

import base64
import shlex
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from cs25.render.numerals import aligned, duration, memory, number, with_interval
from cs25.render.palette import PAPER, VERDICT_SYMBOL
from cs25.render.schema import ClaimJson, FigureJson, RunJson

__all__ = ["command", "render_report"]


def render_report(runs: Sequence[RunJson], *, title: str) -> str:
    """Return the HTML file of ``runs``.

    Args:
        runs: the runs, in the order they are shown.
        title: the headline of the page.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "number": number,
        "interval": lambda m: with_interval(m["value"], m.get("low"), m.get("high")),
        "measured": _measured,
        "duration": duration,
        "memory": memory,
        "numeric": _numeric,
        "cells": _cells,
        "flat": lambda mapping: list(_flat(mapping)),
    }
    environment.globals |= {"symbol": VERDICT_SYMBOL, "paper": PAPER, "command": command}
    source = files("cs25.render").joinpath("report.html.j2").read_text(encoding="utf-8")
    verdicts = [claim.get("verdict") for run in runs for claim in run.get("claims") or ()]
    return environment.from_string(source).render(
        title=title,
        runs=[
            {
                **_BLANK,
                **run,
                "pictures": _pictures(run.get("figures") or (), "image/svg+xml"),
                "episode": _pictures(run.get("animations") or (), "image/gif"),
            }
            for run in runs
        ],
        tally=[(verdict, verdicts.count(verdict)) for verdict in VERDICT_SYMBOL],
    )


#: What a run may leave out.
_BLANK: dict[str, Any] = {
    "error": None, "summary": "", "parameters": {}, "changed": {}, "preset": "default",
    "seeds": (), "cached": False, "duration_s": None, "peak_memory_mib": None, "measures": {},
    "tables": (), "text": "", "figures": (), "animations": (), "claims": (), "manifest": {},
}  # fmt: skip


def command(run: RunJson | Mapping[str, Any]) -> str:
    """Return the command that repeats a run.

    >>> command({"lecture": "emergence", "demo": "moles", "seeds": [3, 4], "preset": "full",
    ...          "changed": {"control": "shuffled", "max_size": 5}})
    'cs25 run emergence moles --preset full --control --max-size 5 --seed 3 --seeds 2'
    """
    words = ["cs25", "run", run["lecture"], run["demo"]]
    if run.get("preset") not in (None, "default"):
        words += ["--preset", str(run["preset"])]
    for name, value in (run.get("changed") or {}).items():
        option = f"--{name.replace('_', '-')}"
        if name == "control" or isinstance(value, bool):  # flags
            words.append(option if value is not False else f"--no-{option[2:]}")
            continue
        text = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        words += [option, text]
    seeds = run.get("seeds") or ()
    if seeds and seeds[0] != 0:
        words += ["--seed", str(seeds[0])]
    if len(seeds) > 1:
        words += ["--seeds", str(len(seeds))]
    return shlex.join(words)


def _pictures(files: Sequence[FigureJson], kind: str) -> dict[str, str]:
    """Return alt text and data URIs of a figure, or nothing where the files are gone."""
    pictures: dict[str, str] = {}
    for file in files:
        try:
            content = Path(file["path"]).read_bytes()
        except OSError:
            return {}
        # As an image an SVG runs no script and loads nothing.
        uri = f"data:{kind};base64,{base64.b64encode(content).decode()}"
        pictures |= {file["theme"]: uri, "alt": file["alt"]}
    return pictures


def _measured(claim: ClaimJson) -> str:
    if claim.get("measured") is None:
        return "not measured"
    measured = float(claim["measured"] or 0.0)
    value, interval = with_interval(measured, claim.get("low"), claim.get("high"))
    return " ".join(filter(None, (value, interval, claim.get("unit") or "")))


def _numeric(table: Mapping[str, Any]) -> list[bool]:
    """Say of every column whether it holds numbers, which are set to the right."""
    columns = range(len(table["columns"]))
    kinds = (int, float, type(None))
    return [
        all(isinstance(row[i], kinds) and not isinstance(row[i], bool) for row in table["rows"])
        for i in columns
    ]


def _cells(table: Mapping[str, Any]) -> list[tuple[str, ...]]:
    columns = [aligned([row[i] for row in table["rows"]]) for i in range(len(table["columns"]))]
    return list(zip(*columns, strict=True))


def _flat(mapping: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield a nested mapping as dotted names and their texts."""
    for name, value in mapping.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, list | tuple):
            yield f"{prefix}{name}", ", ".join(map(str, value))
        else:
            yield f"{prefix}{name}", "" if value is None else str(value)
