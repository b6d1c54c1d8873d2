"""The data files and models that numbers come from.

A data file is whatever is opened below a lecture's package: an audit hook writes it, with the
digest of what it held, to a log. A model is whatever `cs25.lm` loads. The log's place is in the
environment: the processes that a demo starts, a fleet's workers say, write to the same log from
the moment they import cs25.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cs25.digest import file_digest

__all__ = [
    "VARIABLE",
    "files_read",
    "forget_models",
    "models_used",
    "note_files",
    "note_model",
    "watch",
    "watched",
]

#: The environment variable that names the log and the folders that are watched.
VARIABLE = "CS25_DATA_LOG"

_log: Path | None = None
_folders: list[Path] = []
_seen: set[Path] = set()


def watched(log: Path, package: str | None) -> dict[str, str]:
    """Return the environment of a process whose reading is logged, with all it starts.

    A lecture of a single module has no folder of its own, so nothing in it is known to be its data.
    """
    return {VARIABLE: json.dumps([str(log), *([package] if package else [])])}


def watch(folder: Path | None) -> None:
    """From now on, log which models are loaded, and what is read below a folder if one is given.

    It holds for this process and for those that are started from here.
    """
    global _log
    folder = folder.resolve() if folder else None
    if _log is not None and (folder is None or folder in _folders):
        return
    if _log is None:
        descriptor, name = tempfile.mkstemp(prefix="cs25-read-", suffix=".jsonl")
        os.close(descriptor)
        _log = Path(name)
        atexit.register(_log.unlink, missing_ok=True)
        sys.addaudithook(_note)
    if folder is not None:
        _folders.append(folder)
    os.environ[VARIABLE] = json.dumps([str(_log), *map(str, _folders)])


def files_read(folder: Path) -> dict[str, str]:
    """Return the digests of the data files read below a folder, by their path in it.

    They are all that this process and its helpers have read so far: what a module read when it
    was imported, or a function kept in memory, is not read again by those who use it later.
    """
    folder = folder.resolve()
    digests: dict[str, str] = {}
    for read in _lines("file"):
        path = Path(read["file"])
        if path.is_relative_to(folder):
            digests.setdefault(path.relative_to(folder).as_posix(), read["digest"])
    return dict(sorted(digests.items()))


def models_used() -> dict[str, dict[str, str]]:
    """Return identity and source of the models that were loaded so far, by name."""
    used = {
        line["model"]: {name: line[name] for name in ("identity", "source")}
        for line in _lines("model")
    }
    return dict(sorted(used.items()))


def forget_models() -> None:
    """Forget the models loaded so far, so that demos tried in one process can be told apart."""
    if _log is not None and _log.exists():
        files = "".join(json.dumps(line) + "\n" for line in _lines("file"))
        _log.write_text(files, encoding="utf-8")


def note_model(name: str, identity: str, source: str) -> None:
    """Write down that a model is used, where there is somebody to know it."""
    if _log is not None:
        _write({"model": name, "identity": identity, "source": source})


def note_files(folder: Path, digests: Mapping[str, str]) -> None:
    """Count files as read that something read when it was made, which is now used again."""
    for name, digest in digests.items():
        _write({"file": str(folder.resolve() / name), "digest": digest})


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "open" or not isinstance(arguments[0], str):
        return
    path = Path(os.path.realpath(arguments[0]))  # a demo may name it through a link, or relatively
    if path in _seen or path.suffix in (".py", ".pyc"):
        return
    if any(path.is_relative_to(folder) for folder in _folders) and path.is_file():
        _seen.add(path)  # before the digest opens the file itself
        _write({"file": str(path), "digest": file_digest(path)})


def _lines(kind: str) -> Iterator[dict[str, str]]:
    """Yield the lines of the log that tell of a file, or of a model."""
    if _log is not None and _log.exists():
        lines = map(json.loads, _log.read_text(encoding="utf-8").splitlines())
        yield from (line for line in lines if kind in line)


def _write(read: Mapping[str, str]) -> None:
    assert _log is not None, "nothing is watched"
    line = json.dumps(read) + "\n"
    descriptor = os.open(_log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        # At once, so that lines of several processes stay whole.
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def _join() -> None:
    """Write to the log of the process that this one was started for."""
    global _log
    name, *folders = json.loads(os.environ[VARIABLE])
    _log = Path(name)
    _folders.extend(Path(folder).resolve() for folder in folders)
    sys.addaudithook(_note)


if VARIABLE in os.environ:
    _join()
