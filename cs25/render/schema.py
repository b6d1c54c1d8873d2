"""The documented JSON object of a run, as the renderers read it.

It is one entry of ``"runs"`` in ``cs25 run --json`` (architecture of the course, section 4).
A field may be added; none is renamed or dropped without raising the schema's number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

from cs25.result import TableJson
from cs25.verdict import Verdict

__all__ = [
    "ClaimJson",
    "FigureJson",
    "MeasureJson",
    "PaperJson",
    "RecordedJson",
    "RunJson",
    "TableJson",
]


class MeasureJson(TypedDict):
    """A measure over seeds; ``low`` and ``high`` are None where there is no interval."""

    value: float
    unit: str
    low: float | None
    high: float | None
    n: int
    per_seed: Sequence[float]
    meaning: NotRequired[str]


class FigureJson(TypedDict):
    """A figure or an animation on disk.

    The folder of a figure also holds ``sketch.json``, the same figure for terminals.
    """

    path: str
    alt: str
    theme: Literal["light", "dark"]


class PaperJson(TypedDict):
    value: float
    what: str
    source: str


class RecordedJson(TypedDict):
    """What the lecture's recorded result says of a claim; ``stale`` holds why it is not current."""

    verdict: Verdict
    preset: str
    measured: float
    low: float | None
    high: float | None
    n: int
    stale: Sequence[str]


class ClaimJson(TypedDict):
    """A claim as it came out; ``verdict`` is None where the parameters decide nothing."""

    id: str
    statement: str
    criterion: str
    measured: float | None
    low: float | None
    high: float | None
    met: bool | None
    verdict: Verdict | None
    note: NotRequired[str]
    scale_note: NotRequired[str]
    paper: NotRequired[PaperJson | None]
    unit: NotRequired[str]
    recorded: NotRequired[RecordedJson | None]


class LedgerJson(TypedDict):
    """A claim in the ledger; ``reasons`` say why a recorded result is stale."""

    lecture: str
    demo: str
    id: str
    statement: str
    criterion: str
    measured: float | None
    low: float | None
    high: float | None
    unit: str
    n: int
    paper: PaperJson | None
    verdict: Verdict
    origin: str
    stale: bool
    reasons: Sequence[str]
    seeds: Sequence[int]
    preset: str
    note: str
    scale_note: str


class RunJson(TypedDict):
    """One run of one demo.

    Only ``lecture``, ``demo`` and ``state`` are needed by the renderers. ``changed`` holds the
    parameters that differ from the preset; ``path`` is where the result is stored.
    """

    lecture: str
    demo: str
    state: Literal["done", "failed", "skipped"]
    error: NotRequired[str | None]
    summary: NotRequired[str]
    parameters: NotRequired[Mapping[str, Any]]
    changed: NotRequired[Mapping[str, Any]]
    preset: NotRequired[str]
    seeds: NotRequired[Sequence[int]]
    cached: NotRequired[bool]
    duration_s: NotRequired[float | None]
    peak_memory_mib: NotRequired[float | None]
    measures: NotRequired[Mapping[str, MeasureJson]]
    tables: NotRequired[Sequence[TableJson]]
    text: NotRequired[str]
    figures: NotRequired[Sequence[FigureJson]]
    animations: NotRequired[Sequence[FigureJson]]
    claims: NotRequired[Sequence[ClaimJson]]
    manifest: NotRequired[Mapping[str, Any]]
    path: NotRequired[str]
