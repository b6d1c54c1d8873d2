"""Where a number comes from: everything that could have changed it, and how it was made."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from cs25.digest import code_digests, digest_of, file_digest

__all__ = ["differences", "inputs_of", "key_of", "provenance", "usable_threads"]

#: Recorded results, which change no number; `cs25 record` writes them one after the other.
RECORDED = "**/results/*.json"

#: What the keys of these parts of a manifest are, in words.
_KINDS = {"code": "code of", "data": "file", "models": "model"}

#: Libraries whose version can change a number.
NUMERICAL = ("torch", "numpy", "transformers")


def inputs_of(
    *,
    lecture: str,
    demo: str,
    run: str,
    drawing: str | None,
    parameters: Mapping[str, Any],
    seed: int | None,
    threads: int,
) -> dict[str, Any]:
    """Return everything known before a run that can change its result.

    Data files and models join the manifest once the run has read them (`unchanged_files`).
    """
    return {
        "lecture": lecture,
        "demo": demo,
        "parameters": {name: listed(value) for name, value in parameters.items()},
        "seed": seed,
        "code": code_digests(run, drawing=drawing),
        "versions": numerical_versions(),
        "threads": threads,
    }


def key_of(inputs: Mapping[str, Any]) -> str:
    """Return the key a result is stored under: the digest of its inputs."""
    return digest_of(inputs)


def differences(old: Mapping[str, Any], new: Mapping[str, Any], path: str = "") -> list[str]:
    """Name the inputs in which two manifests differ, in words.

    >>> differences({"seed": 0, "code": {"a": "1"}}, {"seed": 0, "code": {"a": "2"}})
    ['code of a changed']
    """
    found = []
    for name in [*old, *(name for name in new if name not in old)]:
        here, there = old.get(name), new.get(name)
        if here == there:
            continue
        if path == "models" and here and there:
            found.append(f"model {name} was of {here['source']}, is of {there['source']}")
        elif isinstance(here, Mapping) and isinstance(there, Mapping):
            found += differences(here, there, path=name)
        elif path in _KINDS:
            kind = _KINDS[path]
            change = "changed" if here and there else ("is new" if there else "is gone")
            found.append(f"{kind} {name} {change}")
        else:
            found.append(f"{path + ' ' if path else ''}{name} was {here}, is {there}")
    return found


def changed_files(data: Mapping[str, str], folder: Path) -> list[str]:
    """Return the data files, by path below ``folder``, that are no longer as they were read."""

    def unchanged(name: str, digest: str) -> bool:
        try:
            return file_digest(folder / name) == digest
        except OSError:  # gone, or not to be read
            return False

    return [name for name, digest in data.items() if not unchanged(name, digest)]


def numerical_versions() -> dict[str, str | None]:
    """Return the versions of the libraries that can change a number; None if not installed."""
    return {name: installed_version(name) for name in NUMERICAL}


def installed_version(distribution: str) -> str | None:
    """Return a distribution's version without importing it, or None."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def usable_threads() -> int:
    """Return ``CS25_THREADS``, or the number of processors this process may use."""
    chosen = os.environ.get("CS25_THREADS", "")
    if chosen.isdecimal() and int(chosen) > 0:
        return int(chosen)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def provenance(*, distribution: str, folder: Path | None) -> dict[str, Any]:
    """Return what is worth knowing of the machine and the programs of a run."""
    return {
        "cs25": installed_version("cs25"),
        "distribution": distribution,
        "distribution_version": installed_version(distribution),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": processor(),
        "git": git_state(folder),
    }


@cache
def processor() -> str:
    """Return the processor's name as the system gives it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def git_state(folder: Path | None) -> dict[str, Any] | None:
    """Return the commit of a source tree and whether it has changes; None outside a checkout."""
    if folder is None:
        return None
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return None
    # An ignored folder inside somebody's checkout, a virtual environment say, is not under it.
    if _git(folder, "check-ignore", "-q", ".") is not None:
        return None
    places = (":/", f":(top,exclude,glob){RECORDED}")
    changes = _git(folder, "status", "--porcelain", "--untracked-files=all", "--", *places)
    return {"commit": commit, "dirty": bool(changes)}


def _git(folder: Path, *arguments: str) -> str | None:
    command: Sequence[str] = ("git", "-C", str(folder), *arguments)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def listed(value: Any) -> Any:
    """Return a value as JSON reads it back: a tuple becomes a list."""
    return list(value) if isinstance(value, tuple) else value
