"""Lectures of a single file, named with ``--plugin``: for trying an idea without packaging it.

To `importlib.metadata` such a file is given the form of an installed distribution that is named
by its path and offers one entry point. So it walks the same path as every other lecture.
"""

from __future__ import annotations

import ast
import importlib
import keyword
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import Distribution, EntryPoint
from importlib.util import find_spec
from pathlib import Path

from cs25.errors import UsageError
from cs25.hookspecs import FILES, GROUP

__all__ = ["check_file", "file_entries", "files_named"]


@contextmanager
def files_named(paths: Sequence[Path]) -> Iterator[None]:
    """Let the lectures of these files be found inside the block.

    Raises:
        UsageError: one of them is no file that can be imported.
    """
    variable, path = os.environ.get(FILES), list(sys.path)
    try:
        os.environ[FILES] = os.pathsep.join(str(check_file(file)) for file in paths)
        yield
    finally:
        sys.path[:] = path
        os.environ.pop(FILES, None)
        if variable is not None:
            os.environ[FILES] = variable


def file_entries() -> list[EntryPoint]:
    """Return an entry point for each file that is named.

    Raises:
        UsageError: one of them is no file that can be imported.
    """
    named = [name for name in os.environ.get(FILES, "").split(os.pathsep) if name]
    files = [check_file(Path(name)) for name in named]
    return [entry for file in files for entry in _FileDistribution(file).entry_points]


def check_file(path: Path) -> Path:
    """Return a file's full path, once its folder is one that modules are imported from.

    The folder comes last, so nothing in it hides what is installed.

    Raises:
        UsageError: it is no file that can be imported.
    """
    if path.is_dir():
        raise UsageError(
            f"{path} is a folder, expected a lecture's file",
            remedy=f"A lecture with a folder of its own is installed: `pip install -e {path}`.",
        )
    if not path.is_file():
        raise UsageError(f"there is no file {path}, expected a lecture's file")
    name = path.stem
    if path.suffix != ".py" or not name.isidentifier() or keyword.iskeyword(name):
        raise UsageError(f"{path} cannot be imported, expected a name like my_lecture.py")
    file = Path(os.path.abspath(path))
    if str(file.parent) not in sys.path:
        sys.path.append(str(file.parent))
        importlib.invalidate_caches()
    origin = _origin(name)
    if origin is None or not Path(origin).exists() or not file.samefile(origin):
        raise UsageError(
            f"{path} cannot be imported: the name {name!r} belongs to {origin or 'Python itself'}",
            remedy="Rename the file.",
        )
    return file


def _origin(module: str) -> str | None:
    try:
        spec = find_spec(module)
    except ValueError:  # the program itself, __main__
        return None
    return spec.origin if spec else None


class _FileDistribution(Distribution):
    """What would be known of a lecture's file, were it installed."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def read_text(self, filename: str) -> str | None:
        if filename == "METADATA":
            return f"Name: {self.file}\nVersion:\n"
        if filename == "entry_points.txt":
            return f"[{GROUP}]\n{_lecture_id(self.file)} = {self.file.stem}\n"
        return None

    def locate_file(self, path: str | os.PathLike[str]) -> Path:
        return self.file.parent / path


def _lecture_id(file: Path) -> str:
    """Return the id that a file's ``Lecture(id="...")`` gives, or one made of the file's name.

    It is read, not run: whoever lists lectures must be able to name one that cannot be imported.
    """
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        tree = ast.Module([], [])
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Lecture"):
            for given in node.keywords:
                if given.arg == "id" and isinstance(given.value, ast.Constant):
                    name = str(given.value.value)
                    if name.replace("-", "_").isidentifier():
                        return name
    return file.stem.replace("_", "-")
