"""Where a module's source lies, found without running any of it."""

from __future__ import annotations

from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path

__all__ = ["source_file"]


@cache
def source_file(module: str) -> Path | None:
    """Return a module's source file without importing anything, or None.

    ``importlib.util.find_spec`` would import the parents, and `cs25.nn` imports torch.
    """
    top, *rest = module.split(".")
    try:
        spec = find_spec(top)
    except ValueError:  # a script or a notebook: it has no name that another process could import
        return None
    for depth, _ in enumerate(rest, start=2):
        if spec is None or spec.submodule_search_locations is None:
            return None
        name = ".".join([top, *rest][:depth])
        spec = PathFinder.find_spec(name, list(spec.submodule_search_locations))
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return None
    return Path(spec.origin)
