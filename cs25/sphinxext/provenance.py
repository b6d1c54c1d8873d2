"""How a recorded result was made: everything that could have changed it, from its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from docutils import nodes

from cs25.recorded import Recording
from cs25.render.numerals import duration, memory
from cs25.sphinxext.elements import disclosure, disclosure_title
from cs25.sphinxext.tables import Cell, Content, table

__all__ = ["provenance"]

#: What the page shows of a manifest, and how it is called there.
_LABELS = {
    "started": "started",
    "distribution": "distribution",
    "cs25": "cs25",
    "python": "Python",
    "platform": "platform",
    "processor": "processor",
    "threads": "threads",
}

_ABOUT_REUSED = (
    "Reused is what it took to make the intermediate results that another demo or an earlier run "
    "had made already. A run that finds nothing made takes both together."
)


def provenance(recording: Recording) -> list[nodes.Node]:
    """Return tables of where a recording comes from; the long ones are folded."""
    manifest = recording.manifest
    lines: list[list[Cell | Content]] = []
    for name, label in _LABELS.items():
        if (value := manifest.get(name)) is not None:
            version = manifest.get(f"{name}_version")
            text = _moment(value) if name == "started" else str(value)
            lines.append([label, f"{text} {version or ''}".rstrip()])
    versions = [f"{name} {v}" for name, v in manifest.get("versions", {}).items() if v]
    lines.append(["libraries", ", ".join(versions) or "none that can change a number"])
    if git := manifest.get("git"):
        state = "with changes not committed" if git["dirty"] else "clean"
        lines.append(["commit", [nodes.literal("", git["commit"]), nodes.Text(f" ({state})")]])
    about = table((), lines, "cs25-provenance")
    return [about, *_seeds(manifest), *_digests(recording)]


def _moment(written: str) -> str:
    """Return an ISO date and time as a reader would write it."""
    moment = datetime.fromisoformat(written)
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".rstrip()


def _seeds(manifest: Mapping[str, Any]) -> list[nodes.Node]:
    """Return what each seed took, and what it found made already."""
    runs = manifest.get("seeds", ())
    if not runs:
        return []
    has_reused = any(run.get("reused_s") for run in runs)
    heads: list[str | Cell] = ["seed", _number("took"), *[_number("reused")] * has_reused]
    heads += [_number("peak memory"), "key"]
    lines: list[list[Cell | Content]] = []
    for run in runs:
        reused_s = float(run.get("reused_s") or 0.0)
        line: list[Cell | Content] = ["none" if run["seed"] is None else str(run["seed"])]
        line.append(_number(duration(run["duration_s"]), run["duration_s"]))
        line += [_number(duration(reused_s) if reused_s else "–", reused_s)] * has_reused
        line.append(_number(memory(run["peak_memory_mib"]), run["peak_memory_mib"]))
        lines.append([*line, nodes.literal("", run["key"])])
    shown: list[nodes.Node] = [table(heads, lines, "cs25-provenance")]
    return [*shown, nodes.paragraph("", _ABOUT_REUSED)] if has_reused else shown


def _number(text: str, sort: float | None = None) -> Cell:
    return Cell(text, sort=sort, is_number=True)


def _digests(recording: Recording) -> list[nodes.Node]:
    """Return what the result depends on, file by file, as far as there is any."""
    manifest = recording.manifest
    parts = {
        "Parameters": {n: str(v) for n, v in recording.parameters.items()},
        "Digests of the code": manifest.get("code") or {},
        "Digests of data files": manifest.get("data") or {},
        "Pretrained models": {
            name: used["source"] for name, used in (manifest.get("models") or {}).items()
        },
    }
    if artefacts := manifest.get("artefacts"):
        parts["Kept intermediate results"] = {
            str(a.get("key", n)): str(a.get("function", "")) for n, a in enumerate(artefacts)
        }
    folded: list[nodes.Node] = []
    for title, content in parts.items():
        if content:
            lines = [[nodes.literal("", n), nodes.literal("", v)] for n, v in content.items()]
            shown = table((), lines, "cs25-provenance")
            head = disclosure_title("", f"{title} ({len(content)})")
            folded.append(disclosure("", head, shown, classes=["cs25-details"]))
    return folded
