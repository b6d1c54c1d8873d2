"""The plugins that watch runs, whichever lecture the runs belong to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from cs25.errors import PluginError
from cs25.plugins import Plugin, ready

if TYPE_CHECKING:
    from cs25.runner import Run

__all__ = ["tell", "watchers"]


def watchers(plugin: Plugin) -> Sequence[Plugin]:
    """Return who is told of a plugin's runs: itself, as it was loaded, and all others.

    Raises:
        StateError: one of them is in a bad state and ``CS25_STRICT=1`` is set.
    """
    return (plugin, *(other for other in ready() if other.id != plugin.id))


def tell(
    plugins: Sequence[Plugin],
    hook: Literal["cs25_run_started", "cs25_run_finished"],
    run: Run,
    notice: Callable[[str], None],
) -> None:
    """Tell plugins of a run; one that raises is mentioned and stops nothing."""
    for plugin in plugins:
        try:
            plugin.call(hook, run=run)
        except PluginError as error:
            notice(error.message)
