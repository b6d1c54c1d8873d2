"""Recorded results: the bundles a lecture ships, and whether they are still current."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cs25.card import DEFAULT_PRESET, Demo
from cs25.destination import write_whole
from cs25.digest import code_digests
from cs25.errors import PluginError, ResultError, StoreError
from cs25.lm.supply.standing import repinned
from cs25.manifest import changed_files, differences, listed
from cs25.plugins import Plugin
from cs25.result import Result
from cs25.verdict import Pooled, pool_result

__all__ = [
    "Bundle",
    "Recording",
    "bundle_path",
    "load_bundle",
    "read_bundle",
    "settings_of",
    "stale_reasons",
    "usable_bundle",
    "write_bundle",
]

SCHEMA = 1

_ANEW = "Make it anew with `cs25 record`."

#: Seeds that nothing was tuned on; criteria are settled on seeds 0 to 4.
RECORD_SEEDS = (100, 101, 102, 103, 104)
CONTROL_SEED = 100


@dataclass(frozen=True)
class Recording:
    """The recorded results of one preset.

    Args:
        settings: what the preset set in the card when they were recorded.
        parameters: all parameters, as they were resolved.
        seeds: one for each result; empty for an exact demo.
        results: one for each seed.
        control: results under the control; empty where the demo has none.
        manifest: the manifest of the first seed, with the durations of all.
    """

    settings: Mapping[str, Any]
    parameters: Mapping[str, Any]
    seeds: tuple[int, ...]
    results: tuple[Result, ...]
    control: tuple[Result, ...]
    manifest: Mapping[str, Any]

    @property
    def exact(self) -> bool:
        """Whether the demo takes no seed, so that its one result is the number itself."""
        return not self.seeds

    def pooled(self) -> dict[str, Pooled]:
        """Return the measures, pooled over seeds."""
        return pool_result(self.results, exact=self.exact)

    def to_json(self) -> dict[str, Any]:
        """Return the recording as plain data."""
        return {
            "settings": dict(self.settings),
            "parameters": dict(self.parameters),
            "seeds": list(self.seeds),
            "results": [result.to_json() for result in self.results],
            "control": [result.to_json() for result in self.control],
            "manifest": dict(self.manifest),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Recording:
        """Read back what `to_json` wrote.

        Raises:
            KeyError: something is missing.
            ResultError: a result does not validate, or there is not one for each seed.
        """
        if len(data["results"]) != max(len(data["seeds"]), 1):
            raise ResultError(
                f"{len(data['results'])} results for {len(data['seeds'])} seeds, "
                "expected one for each"
            )
        _ = data["manifest"]["code"], data["manifest"]["data"]  # they tell whether it is stale
        return cls(
            settings=data["settings"],
            parameters=data["parameters"],
            seeds=tuple(data["seeds"]),
            results=tuple(Result.from_json(result) for result in data["results"]),
            control=tuple(Result.from_json(result) for result in data["control"]),
            manifest=data["manifest"],
        )


@dataclass(frozen=True)
class Bundle:
    """Everything recorded of one demo: a recording for each preset, and the criteria then."""

    lecture: str
    demo: str
    criteria: Mapping[str, str]
    recordings: Mapping[str, Recording]

    def changed_criteria(self, demo: Demo) -> list[str]:
        """Return the claims whose criterion is no longer the one that was recorded."""
        return [c.id for c in demo.claims if self.criteria.get(c.id) != c.criterion]


def settings_of(demo: Demo, preset: str) -> dict[str, Any]:
    """Return what a preset sets in the card now, as JSON reads it back."""
    return {name: listed(value) for name, value in demo.presets.get(preset, {}).items()}


def bundle_path(plugin: Plugin, demo: Demo) -> Path | None:
    """Return where a demo's bundle lies; None if its lecture has no place on disk."""
    return plugin.results / f"{demo.id}.json" if plugin.results else None


def read_bundle(plugin: Plugin, demo: Demo) -> Bundle | None:
    """Return what is recorded of a demo; None if nothing is.

    Raises:
        StoreError: the file is there and cannot be read.
    """
    path = bundle_path(plugin, demo)
    return load_bundle(path) if path else None


def usable_bundle(plugin: Plugin, demo: Demo, notice: Callable[[str], None]) -> Bundle | None:
    """Return what is recorded of a demo; None if nothing is, or nothing that can be read.

    One damaged file costs a remark and no more: other demos' results are shown beside it.
    """
    try:
        return read_bundle(plugin, demo)
    except StoreError as error:
        found = f"{error.message}: it counts as not recorded"
        notice("\n".join(filter(None, (found, error.remedy))))
        return None


def load_bundle(path: Path) -> Bundle | None:
    """Read a bundle from a file; None if there is no such file.

    Raises:
        StoreError: the file is there and cannot be read.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["schema"] != SCHEMA:
            raise StoreError(
                f"{path} has schema {data['schema']!r}, expected {SCHEMA}", remedy=_ANEW
            )
        recordings = data["recordings"].items()
        return Bundle(
            lecture=data["lecture"],
            demo=data["demo"],
            criteria=data["criteria"],
            recordings={name: Recording.from_json(recording) for name, recording in recordings},
        )
    except FileNotFoundError:
        return None
    except StoreError:
        raise
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read ({error.strerror or error})",
            remedy="See who may read it.",
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, ResultError) as error:
        raise StoreError(
            f"{path} cannot be read ({type(error).__name__}: {error})",
            remedy=_ANEW,
        ) from error


def write_bundle(path: Path, bundle: Bundle) -> None:
    """Write a bundle, whole or not at all; the same bundle gives the same bytes."""
    data = {
        "schema": SCHEMA,
        "lecture": bundle.lecture,
        "demo": bundle.demo,
        "criteria": dict(bundle.criteria),
        "recordings": {name: r.to_json() for name, r in bundle.recordings.items()},
    }
    write_whole(path, _text(data) + "\n")


def stale_reasons(plugin: Plugin, demo: Demo, preset: str, recording: Recording) -> list[str]:
    """Return why a recording is no longer current; empty if it is.

    Versions of libraries, threads and machines are shown with a recording and make nothing
    stale. A changed default needs no look at the signature: it is part of the code.
    """
    if preset != DEFAULT_PRESET and preset not in demo.presets:
        return [f"preset {preset} is gone"]
    settings = settings_of(demo, preset)
    try:
        code = code_digests(demo.run, drawing=demo.figure)
    except (ModuleNotFoundError, PluginError) as error:
        return [f"its code cannot be read ({error})"]
    reasons = differences(
        {"code": recording.manifest["code"], "parameters": dict(recording.settings)},
        {"code": code, "parameters": settings},
    )
    if plugin.folder is not None:
        files = changed_files(recording.manifest["data"], plugin.folder)
        reasons += [f"file {name} changed" for name in files]
    models = repinned(recording.manifest.get("models", {}))
    return reasons + [f"model {name} changed" for name in models]


def _text(value: Any, margin: str = "") -> str:
    """Return JSON that a diff can be read in: a list of plain values stays on one line."""
    inner = margin + " "
    if isinstance(value, Mapping) and value:
        lines = [f"{json.dumps(k)}: {_text(v, inner)}" for k, v in value.items()]
        brackets = "{}"
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        lines = [_text(item, inner) for item in value]
        brackets = "[]"
    else:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    body = ",\n".join(inner + line for line in lines)
    return f"{brackets[0]}\n{body}\n{margin}{brackets[1]}"
