"""What a type checker holds a lecture's module against, hook by hook.

A module is a value, and a protocol is its type. In a lecture's tests::

    import cs25_my_lecture
    from cs25.testing import LectureModule

    MODULE: LectureModule = cs25_my_lecture

The hooks beside `cs25_lecture` are optional, so each has a protocol of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cs25.card import Command, Finding, Lecture, ModelSource
from cs25.runner import Run

__all__ = ["CommandsModule", "HealthModule", "LectureModule", "ModelsModule", "WatchingModule"]


class LectureModule(Protocol):
    """A lecture."""

    def cs25_lecture(self) -> Lecture: ...


class CommandsModule(Protocol):
    """A plugin with commands of its own."""

    def cs25_commands(self) -> Sequence[Command]: ...


class ModelsModule(Protocol):
    """A plugin with pretrained models of its own."""

    def cs25_models(self) -> Sequence[ModelSource]: ...


class WatchingModule(Protocol):
    """A plugin that watches runs."""

    def cs25_run_started(self, run: Run) -> None: ...

    def cs25_run_finished(self, run: Run) -> None: ...


class HealthModule(Protocol):
    """A plugin with checks of its own."""

    def cs25_health(self) -> Sequence[Finding]: ...
