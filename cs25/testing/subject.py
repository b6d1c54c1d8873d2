"""A lecture under examination. What several rules look at is found out once."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cs25.card import Demo
from cs25.parameters import Signature
from cs25.plugins import Plugin
from cs25.signatures import signature_of
from cs25.store import Store

if TYPE_CHECKING:
    from cs25.testing.trial import Trial

__all__ = ["SMOKE", "Subject"]

#: The preset in which a demo shows, within seconds, that it runs.
SMOKE = "smoke"


class Subject:
    """A lecture under examination, with a folder for what that leaves behind."""

    def __init__(self, plugin: Plugin) -> None:
        self.plugin = plugin
        self.card = plugin.card()
        self._folder = tempfile.TemporaryDirectory(prefix="cs25-check-")
        self.folder = Path(self._folder.name)
        self.store = Store(self.folder / "store")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()

    def signature(self, demo: Demo) -> Signature:
        """Return a demo's parameters; its module is imported."""
        return signature_of(demo, self.store)

    @cached_property
    def smoking(self) -> tuple[Demo, ...]:
        """The demos that can be tried: those with a preset ``smoke``."""
        return tuple(demo for demo in self.card.demos if SMOKE in demo.presets)

    @cached_property
    def trials(self) -> Mapping[str, tuple[Trial, Trial]]:
        """Two trials of every demo that has the preset ``smoke``."""
        from cs25.testing.trial import try_twice

        return try_twice(self)
