"""How a recorded result was made: everything that could have changed it, from its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docutils import nodes

from cs25.recorded import Recording
from cs25.render.numerals import duration, memory
from cs25.sphinxext.elements import disclosure, disclosure_title
from cs25.sphinxext.tables import Cell, Content, table

__all__ = ["provenance"]

#: What the page shows of a manifest, and how it is called there.
_LABELS = {
    "preset": "preset",
    "started": "started",
    "distribution": "distribution",
    "cs25": "cs25",
    "python": "Python",
    "platform": "platform",
    "processor": "processor",
    "threads": "threads",
}


def provenance(recording: Recording) -> list[nodes.Node]:
    """Return tables of where a recording comes from; the long ones are folded."""
    manifest = recording.manifest
    lines: list[list[Cell | Content]] = []
    for name, label in _LABELS.items():
        if (value := manifest.get(name)) is not None:
            version = manifest.get(f"{name}_version")
            lines.append([label, f"{value} {version or ''}".rstrip()])
    versions = [f"{name} {v}" for name, v in manifest.get("versions", {}).items() if v]
    lines.append(["libraries", ", ".join(versions) or "none that can change a number"])
    if git := manifest.get("git"):
        state = "with changes not committed" if git["dirty"] else "clean"
        lines.append(["commit", [nodes.literal("", git["commit"]), nodes.Text(f" ({state})")]])
    about = table((), lines, "cs25-provenance")
    return [about, *_seeds(manifest), *_digests(recording)]


def _seeds(manifest: Mapping[str, Any]) -> list[nodes.Node]:
    lines: list[list[Cell | Content]] = [
        [
            "none" if run["seed"] is None else str(run["seed"]),
            Cell(duration(run["duration_s"]), sort=run["duration_s"], is_number=True),
            Cell(memory(run["peak_memory_mib"]), sort=run["peak_memory_mib"], is_number=True),
            nodes.literal("", run["key"]),
        ]
        for run in manifest.get("seeds", ())
    ]
    if not lines:
        return []
    heads: list[str | Cell] = [
        "seed",
        Cell("took", is_number=True),
        Cell("peak memory", is_number=True),
        "key",
    ]
    return [table(heads, lines, "cs25-provenance")]


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
