"""Finds lectures through entry points; a broken one is a listed state, never a crash.

We walk the entry points ourselves: pluggy's own loader stops at the first import error, and one
broken lecture must not take the others with it. Each plugin gets a manager of its own, so that
neither a failed registration nor a hook that raises reaches another plugin.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, TypeVar

import pluggy

from cs25 import hookspecs
from cs25.card import Lecture
from cs25.errors import LectureError, PluginError, StateError, UnknownNameError
from cs25.hookspecs import API_VERSION, FILES, GROUP
from cs25.light import heavy_imports
from cs25.sources import source_file

__all__ = ["Plugin", "State", "find_plugins", "load_plugin", "load_plugins", "ready"]

Record = TypeVar("Record")


class State(StrEnum):
    """What became of a plugin. Only a ready one can be run (a heavy one too, when named)."""

    READY = "ready"
    BROKEN = "broken"
    INVALID = "invalid"
    INCOMPATIBLE = "incompatible"
    CONFLICT = "conflict"
    HEAVY = "heavy"
    DISABLED = "disabled"


@dataclass(frozen=True)
class Plugin:
    """A lecture that some distribution registers, and the state it is in."""

    id: str
    package: str
    distribution: str
    version: str
    state: State
    reason: str = ""
    lecture: Lecture | None = None
    manager: pluggy.PluginManager | None = field(default=None, repr=False, compare=False)

    @property
    def folder(self) -> Path | None:
        """The folder that the plugin's package is, or that its single module lies in."""
        module = sys.modules.get(self.package)
        file = getattr(module, "__file__", None)
        return Path(file).parent if file else None

    @property
    def is_package(self) -> bool:
        """Whether the plugin has a folder of its own; a single module shares its with others."""
        return hasattr(sys.modules.get(self.package), "__path__")

    @property
    def results(self) -> Path | None:
        """The folder of its recorded results."""
        name = "results" if self.is_package else f"{self.package}_results"
        return self.folder / name if self.folder else None

    def call(self, hook: str, **arguments: Any) -> Any:
        """Call one hook of this plugin; None if it does not implement it.

        Raises:
            PluginError: the hook raised.
        """
        if self.manager is None:
            return None
        try:
            with _quiet():
                return getattr(self.manager.hook, hook)(**arguments)
        except (Exception, SystemExit) as error:
            reason = _reason(error, self.package)
            raise PluginError(f"{hook} of {self.distribution} raised {reason}") from error

    def offered(self, hook: str, kind: type[Record]) -> Sequence[Record]:
        """Return the records that one hook of this plugin returns, none if it has no such hook.

        Raises:
            PluginError: the hook raised, or returned something else.
        """
        found = self.call(hook)
        if found is None:
            return ()
        if not isinstance(found, Sequence) or isinstance(found, str):
            wrong = [found]
        else:
            wrong = [item for item in found if not isinstance(item, kind)]
        if wrong:
            raise PluginError(
                f"{hook} of {self.distribution} returned {wrong[0]!r}, "
                f"expected a sequence of cs25.{kind.__name__}"
            )
        return tuple(found)

    def card(self) -> Lecture:
        """Return the lecture's card.

        Raises:
            StateError: the plugin is in a state in which it has none.
        """
        if self.lecture is None:
            raise StateError(self.id, self.state, self.reason)
        return self.lecture


def find_plugins() -> list[EntryPoint]:
    """Return the entry points of all lectures, sorted; nothing is imported."""
    offered = list(entry_points(group=GROUP))
    if os.environ.get(FILES):
        from cs25.single_file import file_entries

        offered += file_entries()
    found = {(ep.name, ep.value, _distribution(ep)[0]): ep for ep in offered}
    return [found[key] for key in sorted(found)]


def load_plugins() -> list[Plugin]:
    """Load every lecture's card, refusing heavy imports; sorted by order, then id.

    Raises:
        StateError: a plugin is in a bad state and ``CS25_STRICT=1`` is set.
    """
    found = find_plugins()
    counts = Counter(ep.name for ep in found if not _disabled(ep))
    plugins = []
    for ep in found:
        with heavy_imports(refuse=True) as refused:
            plugin = _load(ep, conflict=counts[ep.name] > 1)
        if refused:
            plugin = _as_heavy(ep, refused[0])
        plugins.append(plugin)
        if os.environ.get("CS25_STRICT") == "1" and plugin.state not in ("ready", "disabled"):
            raise StateError(plugin.id, plugin.state, plugin.reason)
    return sorted(plugins, key=lambda p: (p.lecture.order if p.lecture else sys.maxsize, p.id))


def load_plugin(name: str) -> Plugin:
    """Load the one lecture that a command names, heavy imports allowed.

    Returns:
        A ready plugin; its ``reason`` says so if its card imports something heavy.

    Raises:
        UnknownNameError: no distribution offers a lecture of this name.
        StateError: it is there and cannot be used.
    """
    found = find_plugins()
    named = [ep for ep in found if ep.name == name]
    if not named:
        names = tuple(dict.fromkeys(ep.name for ep in found))
        raise UnknownNameError("lecture", name, names, remedy="`cs25 list` shows them all.")
    active = [ep for ep in named if not _disabled(ep)]
    with heavy_imports(refuse=False) as seen:
        plugin = _load((active or named)[0], conflict=len(active) > 1)
    if plugin.state is not State.READY:
        raise StateError(plugin.id, plugin.state, plugin.reason)
    if seen and os.environ.get("CS25_STRICT") == "1":
        raise StateError(plugin.id, State.HEAVY, _heavy_reason(seen[0]))
    return replace(plugin, reason=_heavy_reason(seen[0])) if seen else plugin


def ready() -> list[Plugin]:
    """Return the lectures that can be used, in the course's order."""
    return [plugin for plugin in load_plugins() if plugin.state is State.READY]


def _load(ep: EntryPoint, *, conflict: bool) -> Plugin:
    def ended(state: State, reason: str) -> Plugin:
        distribution, version = _distribution(ep)
        return Plugin(ep.name, _module(ep), distribution, version, state, reason)

    if _disabled(ep):
        return ended(State.DISABLED, "named in CS25_DISABLE")
    if conflict:
        rivals = [_distribution(other)[0] for other in find_plugins() if other.name == ep.name]
        return ended(
            State.CONFLICT,
            f"offered by {' and by '.join(sorted(rivals))}; "
            "uninstall one or name its distribution in CS25_DISABLE",
        )
    if not _module(ep):
        return ended(State.BROKEN, f"its entry point names no module: {ep.value!r}")
    wanted: object = _stated_api(ep.module)
    if wanted == API_VERSION:
        try:
            with _quiet():
                plugin = ep.load()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: nothing a card does may end the program
            return ended(State.BROKEN, _reason(error, ep.module))
        wanted = getattr(plugin, "cs25_api", 1)
    if not isinstance(wanted, int) or wanted != API_VERSION:
        return ended(
            State.INCOMPATIBLE,
            f"written for plugin interface {wanted!r}; this cs25 offers {API_VERSION}",
        )
    manager = pluggy.PluginManager("cs25")
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(plugin, name=ep.name)
        manager.check_pending()
        with _quiet():
            lecture = manager.hook.cs25_lecture()
        _check_card(lecture, ep.name)
    except (LectureError, pluggy.PluginValidationError) as error:
        return ended(State.INVALID, " ".join(str(error).split()))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # as above
        return ended(State.BROKEN, _reason(error, ep.module))
    distribution, version = _distribution(ep)
    return Plugin(
        ep.name, ep.module, distribution, version, State.READY, lecture=lecture, manager=manager
    )


def _stated_api(module: str) -> int:
    """Return the ``cs25_api`` in a lecture's source, read before any of it runs.

    Code for another interface may fail in any way. A source that states none, or not as a plain
    number, passes: the module is asked once it is imported.
    """
    try:
        path = source_file(module)
        text = path.read_text(encoding="utf-8") if path else ""
    except (OSError, ValueError):  # whatever is wrong with it, its import says so
        text = ""
    stated = re.search(r"^cs25_api\b[^=\n]*=[ \t]*(\d+)[ \t]*(?:#.*)?$", text, re.MULTILINE)
    return int(stated[1]) if stated else API_VERSION


def _check_card(lecture: object, name: str) -> None:
    if lecture is None:
        raise LectureError(
            where=name, field="cs25_lecture", found=None, expected="a hook that returns a Lecture"
        )
    if not isinstance(lecture, Lecture):
        raise LectureError(
            where=name,
            field="cs25_lecture()",
            found=type(lecture).__name__,
            expected="a cs25.Lecture",
        )
    if lecture.id != name:
        raise LectureError(
            where=f"Lecture {lecture.id!r}",
            field="id",
            found=lecture.id,
            expected=f"the entry point's name, {name!r}",
        )


def _as_heavy(ep: EntryPoint, refused: str) -> Plugin:
    # What the refusal left half-imported must not be found by whoever loads the lecture later.
    for module in [m for m in sys.modules if m == ep.module or m.startswith(ep.module + ".")]:
        del sys.modules[module]
    distribution, version = _distribution(ep)
    return Plugin(ep.name, ep.module, distribution, version, State.HEAVY, _heavy_reason(refused))


def _heavy_reason(name: str) -> str:
    return f"its card imports {name}; import it in the demo's own module or function"


def _module(ep: EntryPoint) -> str:
    """Return the module an entry point names; empty if its value is malformed."""
    return ep.module if EntryPoint.pattern.match(ep.value) else ""


def _distribution(ep: EntryPoint) -> tuple[str, str]:
    """Return name and version of the distribution an entry point belongs to.

    `importlib.metadata` would import the email package to read two lines, a tenth of the time of
    a whole `cs25 list`.
    """
    about = (ep.dist.read_text("METADATA") if ep.dist else None) or ""
    header = dict(
        re.findall(r"^(Name|Version): *(.*?) *$", about.partition("\n\n")[0], re.MULTILINE)
    )
    return header.get("Name", "unknown"), header.get("Version", "unknown")


def _disabled(ep: EntryPoint) -> bool:
    """Whether CS25_DISABLE names the lecture, or its distribution (to settle a conflict)."""
    names = {name.strip() for name in os.environ.get("CS25_DISABLE", "").split(",")}
    return bool(names & {ep.name, _distribution(ep)[0]})


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Send what a plugin prints to standard error, so that ``--json`` stays JSON."""
    with contextlib.redirect_stdout(sys.stderr):
        yield


def _reason(error: BaseException, package: str) -> str:
    """Return the error in one line, with the plugin's own file and line where it can be told."""
    where = ""
    top = package.partition(".")[0]
    for frame in traceback.extract_tb(error.__traceback__):
        parts = Path(frame.filename).parts
        if top in parts or f"{top}.py" in parts:
            where = f" ({parts[-2] if len(parts) > 1 else ''}/{parts[-1]}:{frame.lineno})"
    lines = str(error).strip().splitlines()
    text = lines[0] if lines else "no message"
    return f"{type(error).__name__}: {text}{where}"
