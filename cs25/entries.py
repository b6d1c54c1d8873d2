"""The stored result of one seed: its numbers and its manifest, found by key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cs25.digest import digest_of
from cs25.errors import ResultError, StoreError
from cs25.lm.supply.standing import changed_models
from cs25.manifest import changed_files, differences, key_of
from cs25.result import Result
from cs25.store import Store

__all__ = ["Entry", "find_entry", "keep_entry", "why_not_stored"]


@dataclass(frozen=True)
class Entry:
    """The result of one seed, and where it comes from."""

    result: Result
    manifest: Mapping[str, Any]

    @classmethod
    def made(
        cls, inputs: Mapping[str, Any], document: Mapping[str, Any], about: Mapping[str, Any]
    ) -> Entry:
        """Make an entry of what the worker wrote.

        Args:
            inputs: what was known before the run and could change the result.
            document: the worker's ``seed-N.json``.
            about: provenance of the run.
        """
        result = Result.from_json(document["result"])
        manifest = {
            "key": key_of(inputs),
            **inputs,
            "data": document["data"],
            "models": document["models"],
            "artefacts": document["artefacts"],
            "duration_s": document["duration_s"],
            "peak_memory_mib": document["peak_memory_mib"],
            "result": digest_of(result.to_json()),
            **about,
        }
        return cls(result, manifest)


def find_entry(
    store: Store, inputs: Mapping[str, Any], package: Path | None, notice: Callable[[str], None]
) -> Entry | None:
    """Return the stored result for these inputs, if it is intact and what it read is unchanged."""
    folder = _folder(store, inputs)
    try:
        document = store.read(folder, "entry")
        if document is None:
            return None
        entry = Entry(Result.from_json(document["result"]), document["manifest"])
        data = entry.manifest["data"]
    except (StoreError, ResultError, KeyError, OSError) as error:
        notice(f"a stored result is damaged and is computed again: {folder} ({error})")
        return None
    if package is not None and changed_files(data, package):
        return None
    if changed_models(entry.manifest.get("models", {})):
        return None
    return entry


def keep_entry(store: Store, entry: Entry) -> None:
    """Store an entry.

    Raises:
        OSError: the store cannot be written.
    """
    document = {"result": entry.result.to_json(), "manifest": dict(entry.manifest)}
    store.write(_folder(store, entry.manifest), {"entry": document})


def why_not_stored(
    store: Store, inputs: Mapping[str, Any], package: Path | None
) -> list[str] | None:
    """Return what differs from the latest stored result of the same parameters and seed.

    None if no such result was ever stored.
    """
    same = ("parameters", "seed")
    newest: tuple[float, Mapping[str, Any]] | None = None
    for folder in store.folders("results", inputs["lecture"], inputs["demo"]):
        try:
            document = store.read(folder, "entry")
            time = folder.stat().st_mtime
        except (StoreError, OSError):
            continue
        manifest = document["manifest"] if document else {}
        if all(manifest.get(name) == inputs[name] for name in same) and (
            newest is None or time > newest[0]
        ):
            newest = (time, manifest)
    if newest is None:
        return None
    old = {name: newest[1].get(name) for name in inputs}
    files = changed_files(newest[1].get("data", {}), package) if package else []
    models = changed_models(newest[1].get("models", {}))
    return [
        *differences(old, inputs),
        *(f"file {name} changed" for name in files),
        *(f"model {name} changed" for name in models),
    ]


def _folder(store: Store, inputs: Mapping[str, Any]) -> Path:
    key = inputs.get("key") or key_of(inputs)
    return store.path("results", inputs["lecture"], inputs["demo"], key)
