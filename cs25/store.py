"""Results and artefacts on disk: addressed by key, written whole or not at all.

A folder of the store is first written under ``tmp/`` and then renamed, so a run that is killed
leaves nothing half-written. JSON carries its own digest, so damage is found when it is read.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cs25.digest import digest_of
from cs25.errors import StoreError

__all__ = ["Store", "cache_folder"]

#: What an interrupted process left under ``tmp/`` is removed after this many seconds.
ABANDONED_S = 24 * 3600


def cache_folder() -> Path:
    """Return ``CS25_CACHE_DIR``, or the user's cache folder for this program."""
    chosen = os.environ.get("CS25_CACHE_DIR")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("cs25", appauthor=False))


class Store:
    """A folder of results. Nothing is created before something is written."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root if root is not None else cache_folder()

    def path(self, *parts: str) -> Path:
        """Return where something lies, whether or not it is there."""
        return self.root.joinpath(*parts)

    def read(self, folder: Path, name: str) -> dict[str, Any] | None:
        """Read a JSON file of the store; None if there is none.

        Raises:
            StoreError: the file is there, and damaged or not to be read.
        """
        return read_sealed(folder / f"{name}.json")

    def write(
        self,
        folder: Path,
        documents: Mapping[str, Mapping[str, Any]],
        fill: Callable[[Path], object] = lambda folder: None,
    ) -> None:
        """Write a folder of JSON documents, all at once; one that is there is replaced.

        Args:
            folder: where it shall lie.
            documents: JSON by name.
            fill: writes further files into the folder it is given.

        Raises:
            OSError: the disk is full or may not be written. What was there is there still.
        """
        temporary = self.path("tmp", uuid.uuid4().hex)
        try:
            temporary.mkdir(parents=True)
            for name, document in documents.items():
                (temporary / f"{name}.json").write_text(seal(document), encoding="utf-8")
            fill(temporary)
            self._move(temporary, folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    def folders(self, *parts: str) -> Iterator[Path]:
        """Yield the folders right below a place, sorted by name."""
        with contextlib.suppress(OSError):  # none, or not to be read: a cache costs no result
            yield from sorted(path for path in self.path(*parts).iterdir() if path.is_dir())

    def remove(self, folder: Path) -> None:
        """Remove a folder, if it is there: moved aside first, so that no reader meets half of it."""
        aside = self._set_aside(folder)
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)

    def _set_aside(self, folder: Path) -> Path | None:
        """Move a folder under ``tmp/``; None if there is none, or another process moved it."""
        aside = self.path("tmp", uuid.uuid4().hex)
        aside.parent.mkdir(parents=True, exist_ok=True)
        try:
            return folder.rename(aside)
        except FileNotFoundError:
            return None

    def _move(self, temporary: Path, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = self._set_aside(folder)
        try:
            temporary.rename(folder)
        except OSError as error:
            # Another process was quicker. Its content has the same key, so it is as good as ours;
            # a third one may have moved it aside by now, to put the same there once more.
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) and not folder.is_dir():
                if aside is not None:
                    aside.rename(folder)
                raise
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)
        self._sweep()

    def _sweep(self) -> None:
        with contextlib.suppress(OSError):
            for path in self.path("tmp").iterdir():
                if time.time() - path.stat().st_mtime > ABANDONED_S:
                    shutil.rmtree(path, ignore_errors=True)


def seal(document: Mapping[str, Any]) -> str:
    """Return a document as JSON text that carries its own digest."""
    return json.dumps({"sha256": digest_of(document), "document": document}, allow_nan=False)


def read_sealed(path: Path) -> dict[str, Any] | None:
    """Read what `seal` wrote; None if there is no such file.

    Raises:
        StoreError: the file is there, and damaged or not to be read.
    """
    try:
        sealed = json.loads(path.read_text(encoding="utf-8"))
        document = sealed["document"]
        intact = sealed["sha256"] == digest_of(document)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StoreError(f"{path} cannot be read ({error.strerror or error})") from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise StoreError(f"{path} is damaged ({type(error).__name__})") from error
    if not intact or not isinstance(document, dict):
        raise StoreError(f"{path} is damaged (its digest does not match its content)")
    return document
