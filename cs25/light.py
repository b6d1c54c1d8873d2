"""Keeps cards light: heavy imports are refused while the lectures are being listed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType

__all__ = ["HEAVY", "HeavyImportError", "heavy_imports"]

#: Packages whose import takes longer than a whole `cs25 list` should.
HEAVY = frozenset(
    [
        "jax",
        "matplotlib",
        "numpy",
        "pandas",
        "scipy",
        "sklearn",
        "tensorflow",
        "torch",
        "transformers",
    ]
)


class HeavyImportError(ImportError):
    """A card imported something heavy while lectures were being listed."""


class _Watch:
    """A finder, first in line, that finds nothing and remembers what heavy was looked for."""

    def __init__(self, *, refuse: bool) -> None:
        self.refuse = refuse
        self.seen: list[str] = []

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] in HEAVY:
            self.seen.append(name)
            if self.refuse:
                raise HeavyImportError(f"{name} is too heavy for a lecture's card", name=name)
        return None


@contextmanager
def heavy_imports(*, refuse: bool) -> Iterator[list[str]]:
    """Yield a list that fills with the heavy packages imported inside the block.

    Args:
        refuse: let the import fail.

    A package that this process has imported already costs nothing and is not seen.
    """
    watch = _Watch(refuse=refuse)
    sys.meta_path.insert(0, watch)
    try:
        yield watch.seen
    finally:
        sys.meta_path.remove(watch)
