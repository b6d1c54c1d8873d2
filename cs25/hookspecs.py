"""The plugin contract. A lecture needs the first hook only; each returns frozen records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pluggy

from cs25.card import Command, Finding, Lecture, ModelSource

if TYPE_CHECKING:
    from cs25.runner import Run

__all__ = ["API_VERSION", "FILES", "GROUP", "hookimpl", "hookspec"]

#: The entry-point group in which a distribution registers its lectures.
GROUP = "cs25.lectures"

#: The environment variable that names lectures of a single file, which no distribution registers.
FILES = "CS25_PLUGIN"

#: The version of this interface; a plugin states the one it was written for as ``cs25_api``.
API_VERSION = 1

hookspec = pluggy.HookspecMarker("cs25")
hookimpl = pluggy.HookimplMarker("cs25")


@hookspec(firstresult=True)
def cs25_lecture() -> Lecture:  # type: ignore[empty-body]  # a specification has no body
    """Return the lecture's card."""


@hookspec(firstresult=True)
def cs25_commands() -> Sequence[Command]:  # type: ignore[empty-body]  # as above
    """Return further commands of `cs25`; none may shadow a core command."""


@hookspec(firstresult=True)
def cs25_models() -> Sequence[ModelSource]:  # type: ignore[empty-body]  # as above
    """Return further pretrained models, each under its alias."""


@hookspec
def cs25_run_started(run: Run) -> None:
    """Watch a run that is about to start, for example to open it in an experiment tracker."""


@hookspec
def cs25_run_finished(run: Run) -> None:
    """Watch a run that has ended, with its state, results and manifest."""


@hookspec(firstresult=True)
def cs25_health() -> Sequence[Finding]:  # type: ignore[empty-body]  # as above
    """Return more checks for `cs25 doctor`."""
