"""What reaches those who install the lecture: its wheel, built, or the record of an installed one."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from cs25.recorded import bundle_path
from cs25.testing.rule import Fault, rule
from cs25.testing.subject import Subject

__all__ = ["wheel_is_complete"]


@rule("wheel", "The wheel holds the notes, the recorded results and the tests.")
def wheel_is_complete(subject: Subject) -> Iterator[Fault]:
    source = source_tree(subject)
    if source is not None:
        built = build(source, subject.folder / "wheel")
        if isinstance(built, Fault):
            yield built
            return
        names, what = set(zipfile.ZipFile(built).namelist()), built.name
    else:
        try:
            record = files(subject.plugin.distribution)
        except PackageNotFoundError:
            record = None
        if record is None:
            yield Fault(
                f"{subject.plugin.distribution} is no installed distribution: it has no wheel",
                f"`cs25 new {subject.card.id}` makes one to put it into.",
                is_note=True,
            )
            return
        names, what = {file.as_posix() for file in record}, "what is installed"
    for kind, name in needed(subject):
        if not any(found == name or found.startswith(f"{name}/") for found in names):
            yield Fault(
                f"{what} has no {name}, {kind}",
                "Include it where pyproject.toml says what the wheel is made of.",
            )


def needed(subject: Subject) -> Iterator[tuple[str, str]]:
    """Yield what the wheel must hold: what it is, and its path."""
    plugin, card = subject.plugin, subject.card
    home = plugin.package.replace(".", "/") if plugin.is_package else ""
    for name in card.notes_files:
        yield "the notes", _below(home, name)
    for demo in card.demos:
        path = bundle_path(plugin, demo)
        if path is not None and path.is_file():
            yield (
                f"the recorded results of {demo.id}",
                _below(home, f"{path.parent.name}/{path.name}"),
            )
    if card.tests is not None:
        tests = card.tests.replace(".", "/")
        folder = plugin.folder
        root = folder.parents[home.count("/")] if folder and home else folder
        is_module = root is not None and (root / f"{tests}.py").is_file()
        yield "the tests", f"{tests}.py" if is_module else tests


def source_tree(subject: Subject) -> Path | None:
    """Return the folder whose pyproject.toml makes the lecture's distribution; None if installed.

    It is looked for from the package upwards, which also finds a tree that is only on the path.
    """
    start = subject.plugin.folder
    for folder in (start, *start.parents) if start else ():
        try:
            project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if _normal(project.get("project", {}).get("name", "")) == _normal(
            subject.plugin.distribution
        ):
            return folder
    return None


def build(source: Path, into: Path) -> Path | Fault:
    """Build the wheel of a source tree with what is installed here, or say why that is not done."""
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--no-cache-dir"]
    command = [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(into)]
    done = subprocess.run([*command, str(source)], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return next(into.glob("*.whl"))
    said = done.stderr.strip().splitlines() or ["no message"]
    lacking = next((line for line in said if "Cannot import" in line or "No module" in line), None)
    if lacking is not None:
        return Fault(
            f"the wheel was not built: {lacking.strip()}",
            "Install what pyproject.toml names under build-system, for example hatchling.",
            is_note=True,
        )
    return Fault(f"the wheel cannot be built: {said[-1].strip()}", f"`pip wheel {source}` tells.")


def _below(home: str, name: str) -> str:
    return f"{home}/{name}" if home else name


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
