"""Keeps cards light: heavy imports are refused while the lectures are being listed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType

__all__ = ["HEAVY", "HeavyImportError", "refuse_heavy_imports"]

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


class _Refusal:
    """A finder, first in line, that finds nothing and remembers what it refused."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] in HEAVY:
            self.refused.append(name)
            raise HeavyImportError(f"{name} is too heavy for a lecture's card", name=name)
        return None


@contextmanager
def refuse_heavy_imports() -> Iterator[list[str]]:
    """Refuse to import a heavy package; yield the names refused so far.

    A package that this process has imported already costs nothing and is not refused.
    """
    refusal = _Refusal()
    sys.meta_path.insert(0, refusal)
    try:
        yield refusal.refused
    finally:
        sys.meta_path.remove(refusal)
