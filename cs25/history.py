"""Past runs on disk: which seeds belong together, and the figures drawn from them."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cs25.entries import Entry
from cs25.errors import ResultError, StoreError, UnknownNameError
from cs25.result import Result
from cs25.store import Store

__all__ = ["PastRun", "clear", "find_past_run", "keep_past_run", "past_runs", "place_aside"]

#: Characters of a run's key that name it on the command line.
ID_LENGTH = 8


@dataclass(frozen=True)
class PastRun:
    """A run that was kept.

    Args:
        folder: where its figures lie.
        about: lecture, demo, preset, parameters, seeds, keys of its seeds, figures, animations,
            when.
    """

    folder: Path
    about: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The name it goes by in `cs25 runs`."""
        return self.folder.name[:ID_LENGTH]

    def figures(self) -> list[dict[str, str]]:
        """Return the figures, with full paths."""
        return self._files("figures")

    def animations(self) -> list[dict[str, str]]:
        """Return the animations, with full paths."""
        return self._files("animations")

    def _files(self, kind: str) -> list[dict[str, str]]:
        # A run that an earlier version kept has no animations.
        return [{**f, "path": str(self.folder / f["path"])} for f in self.about.get(kind, ())]

    def entries(self, store: Store) -> list[Entry]:
        """Return the stored results of its seeds; those that are gone or damaged are left out."""
        found = []
        for key in self.about["keys"]:
            place = store.path("results", self.about["lecture"], self.about["demo"], key)
            try:
                document = store.read(place, "entry")
                if document:
                    result = Result.from_json(document["result"])
                    found.append(Entry(result, document["manifest"]))
            except (StoreError, ResultError):
                continue
        return found


def run_folder(store: Store, lecture: str, demo: str, key: str) -> Path:
    """Return where the run with this key lies."""
    return store.path("runs", lecture, demo, key)


def read_past_run(store: Store, folder: Path) -> PastRun | None:
    """Return the run kept in a folder; None if there is none, or it or a figure is damaged."""
    try:
        about = store.read(folder, "run")
    except StoreError:
        return None
    if about is None:
        return None
    run = PastRun(folder, about)
    intact = all(Path(file["path"]).is_file() for file in run.figures() + run.animations())
    return run if intact else None


def keep_past_run(store: Store, folder: Path, about: Mapping[str, Any], drawn: Path) -> PastRun:
    """Keep a run with its figures.

    Args:
        store: the store.
        folder: where it shall lie (`run_folder`).
        about: see `PastRun`.
        drawn: folder of the drawn figures.

    Raises:
        OSError: the store cannot be written.
    """
    store.write(folder, {"run": about}, lambda new: shutil.copytree(drawn, new, dirs_exist_ok=True))
    return PastRun(folder, about)


def place_aside(about: Mapping[str, Any], drawn: Path) -> PastRun:
    """Put a run's figures into a temporary folder, where the store cannot be written."""
    folder = Path(tempfile.mkdtemp(prefix="cs25-figures-"))
    shutil.copytree(drawn, folder, dirs_exist_ok=True)
    return PastRun(folder, about)


def past_runs(store: Store, lecture: str | None = None, demo: str | None = None) -> list[PastRun]:
    """Return the runs that were kept, newest first."""
    found = []
    for lecture_folder in store.folders("runs"):
        if lecture not in (None, lecture_folder.name):
            continue
        for demo_folder in store.folders("runs", lecture_folder.name):
            if demo not in (None, demo_folder.name):
                continue
            folders = store.folders("runs", lecture_folder.name, demo_folder.name)
            found += [run for folder in folders if (run := read_past_run(store, folder))]
    # `when` is in whole seconds: of two runs within one, the folder tells which came later.
    return sorted(found, key=lambda run: (str(run.about["when"]), _written(run)), reverse=True)


def _written(run: PastRun) -> int:
    try:
        return run.folder.stat().st_mtime_ns
    except OSError:  # cleared in the meantime
        return 0


def find_past_run(store: Store, name: str) -> PastRun:
    """Return the run whose id begins with ``name``.

    Raises:
        UnknownNameError: none does, or several do.
    """
    runs = past_runs(store)
    found = [run for run in runs if run.folder.name.startswith(name)] if name else []
    if len(found) != 1:
        known = tuple(run.id for run in found or runs)[:10]
        raise UnknownNameError("run", name, known, remedy="`cs25 runs` shows them all.")
    return found[0]


def clear(store: Store, *, older_than_s: float = 0.0) -> tuple[int, int]:
    """Remove what the store keeps: runs, results, artefacts.

    Args:
        store: the store.
        older_than_s: only what was written longer ago than this.

    Returns:
        The number of folders removed, and the bytes they held.

    Raises:
        StoreError: the store cannot be written.
    """
    groups = {"runs": 3, "results": 3, "artefacts": 2, "signatures": 1, "reports": 0}
    removed, freed = 0, 0
    for group, depth in groups.items():
        for folder in _at_depth(store.path(group), depth):
            try:
                if time.time() - folder.stat().st_mtime < older_than_s:
                    continue
                size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
                store.remove(folder)
            except FileNotFoundError:
                continue  # another process was quicker
            except OSError as error:
                raise StoreError(f"{folder} cannot be removed: {error.strerror}") from error
            freed += size
            removed += 1
    return removed, freed


def _at_depth(root: Path, depth: int) -> Sequence[Path]:
    found = sorted(root.glob("/".join("*" * depth))) if depth else [root]
    return [path for path in found if path.is_dir()]
