"""What `cs25 doctor` looks at. Every finding that is not ok says what to do."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from cs25.card import Finding
from cs25.commands import offered_commands
from cs25.errors import PluginError
from cs25.manifest import installed_version, processor, usable_threads
from cs25.plugins import Plugin, State, load_plugins
from cs25.shells import LINES, is_installed
from cs25.store import Store
from cs25.suggest import did_you_mean

__all__ = ["examine"]

#: Less free space than this and a trained family may not fit, in bytes.
LITTLE_SPACE = 500e6
#: What to do about a plugin that offers what it should not.
_OFFER_REMEDY = "Update or uninstall the plugin, or name its distribution in CS25_DISABLE."
#: A card that takes longer than this to import makes every `cs25 list` feel slow, in seconds.
SLOW_CARD_S = 0.1


def examine(commands: Collection[str]) -> list[Finding]:
    """Return all findings, plugins' own last.

    Args:
        commands: names of the core's commands, which no plugin may shadow.
    """
    plugins = load_plugins()
    return [
        *_environment(),
        *_libraries(),
        *_cache(),
        *_terminal(),
        *_lectures(plugins),
        *_recorded(plugins),
        *_models(plugins),
        *_commands(plugins, commands),
        *_offered(plugins),
    ]


def _environment() -> Iterator[Finding]:
    yield Finding("python", "ok", f"{platform.python_version()} on {platform.platform(terse=True)}")
    yield Finding("processor", "ok", f"{processor()}, {usable_threads()} threads to use")


def _libraries() -> Iterator[Finding]:
    yield Finding("cs25", "ok", installed_version("cs25") or "run from its source tree")
    for name in ("torch", "transformers", "numpy", "scipy", "matplotlib"):
        found = installed_version(name)
        if found is None:
            yield Finding(
                name, "error", "not installed", f"`python -m pip install {name}` brings it."
            )
        else:
            yield Finding(name, "ok", found)


def _cache() -> Iterator[Finding]:
    root = Store().root
    there = next(path for path in (root, *root.parents) if path.exists())
    remedy = "Name another folder with CS25_CACHE_DIR."
    if not there.is_dir() or not os.access(there, os.W_OK):
        yield Finding("cache", "warning", f"{root} cannot be written: nothing is kept", remedy)
        return
    free = shutil.disk_usage(there).free
    used = sum(p.stat().st_size for p in root.rglob("*") if p.is_file()) if root.exists() else 0
    message = f"{root}, {used / 1e6:.0f} MB used, {free / 1e9:.1f} GB free"
    if free < LITTLE_SPACE:
        yield Finding("cache", "warning", message, f"{remedy} `cs25 runs clear` frees some space.")
    else:
        yield Finding("cache", "ok", message)


def _terminal() -> Iterator[Finding]:
    encoding = (sys.stdout.encoding or "ascii").lower()
    if "utf" in encoding:
        yield Finding("terminal", "ok", f"writes {encoding}")
    else:
        remedy = "Set PYTHONIOENCODING=utf-8 if your terminal can show it."
        yield Finding("terminal", "warning", f"writes {encoding}: figures lose symbols", remedy)
    shell = Path(os.environ.get("SHELL", "")).name
    if shell in LINES:
        installed = is_installed(shell)
        how = f"`cs25 completion {shell} >> {LINES[shell][1]}` installs it."
        message = f"installed in {LINES[shell][1]}" if installed else f"not installed for {shell}"
        yield Finding("completion", "ok", message, "" if installed else how)


def _lectures(plugins: list[Plugin]) -> Iterator[Finding]:
    if not plugins:
        yield Finding("lectures", "error", "none is installed", "Install cs25 again.")
    for plugin in plugins:
        check = f"lecture {plugin.id}"
        source = f"{plugin.distribution} {plugin.version}".rstrip()  # a single file has no version
        if plugin.state is State.READY:
            seconds = _import_s(plugin.package)
            message = f"{source}, card imports in {1000 * seconds:.0f} ms"
            slow = seconds > SLOW_CARD_S
            remedy = "Import what is slow in the demos' modules instead." if slow else ""
            yield Finding(check, "warning" if slow else "ok", message, remedy)
        elif plugin.state in (State.DISABLED, State.HEAVY):
            yield Finding(check, "warning", f"{source} is {plugin.state}: {plugin.reason}", "")
        else:
            remedy = f"Mend or update {plugin.distribution}, or set CS25_DISABLE={plugin.id}."
            yield Finding(check, "error", f"{source} is {plugin.state}: {plugin.reason}", remedy)


def _import_s(package: str) -> float:
    """Return how long a card takes to import in a fresh interpreter that has cs25, in seconds."""
    code = (
        "import time, cs25.card, cs25.hookspecs; start = time.perf_counter(); "
        f"import {package}; print(time.perf_counter() - start)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment
    )
    try:
        return float(done.stdout.split()[-1])
    except (IndexError, ValueError):
        return 0.0


def _recorded(plugins: list[Plugin]) -> Iterator[Finding]:
    from cs25.errors import StoreError
    from cs25.recording import staleness

    for plugin in plugins:
        if plugin.state is not State.READY or not plugin.card().demos:
            continue
        stale, damaged = [], False
        for demo in plugin.card().demos:
            try:
                stale += [f"{demo.id} ({preset})" for preset, _ in staleness(plugin, demo)]
            except StoreError as error:
                damaged = True
                yield Finding(f"results of {plugin.id}", "error", error.message, error.remedy)
        if stale:
            remedy = f"`cs25 record {plugin.id} --check` says why; `cs25 record` makes them anew."
            message = f"not recorded or stale: {', '.join(stale)}"
            yield Finding(f"results of {plugin.id}", "warning", message, remedy)
        elif not damaged:
            yield Finding(f"results of {plugin.id}", "ok", "recorded and current")


def _models(plugins: list[Plugin]) -> Iterator[Finding]:
    """Yield where pretrained models lie, and what is wrong with them."""
    from cs25.lm.supply import shelf
    from cs25.lm.supply.catalogue import hub_source, known_models
    from cs25.lm.supply.standing import state_of

    here = list(shelf.held())
    total = sum(model.n_bytes for model in here)
    names = ", ".join(f"{model.name} {model.n_bytes / 1e6:.0f} MB" for model in here)
    message = f"{shelf.models_folder()}, {total / 1e6:.0f} MB: {names or 'none yet'}"
    yield Finding("models", "ok", message)
    offered = known_models(plugins)
    known = {source.alias: source for source, _ in offered.items}
    for name in dict.fromkeys([*known, *(model.name for model in here)]):
        state, reason = state_of(name, known.get(name))
        if reason:
            remedy = f"`cs25 models fetch {name}` brings it anew."
            yield Finding(f"model {name}", "warning", f"{state}: {reason}", remedy)
    for plugin in plugins:
        for demo in plugin.lecture.demos if plugin.lecture else ():
            for name in demo.models:
                if name not in known and hub_source(name) is None:
                    message = f"{plugin.id} {demo.id} needs {name!r}, which nobody offers"
                    message += did_you_mean(name, tuple(known))
                    remedy = f"Update {plugin.distribution}, or install what offers the model."
                    yield Finding(f"model {name}", "warning", message, remedy)
    if importlib.util.find_spec("pip") is None:
        message = "this Python has none: models cannot come from the package index"
        yield Finding("pip", "warning", message, "`python -m ensurepip` brings it.")
    for problem in offered.problems:
        yield Finding("models", "warning", problem, _OFFER_REMEDY)


def _commands(plugins: list[Plugin], core: Collection[str]) -> Iterator[Finding]:
    for problem in offered_commands(plugins, core=core).problems:
        yield Finding("commands", "warning", problem, _OFFER_REMEDY)


def _offered(plugins: list[Plugin]) -> Iterator[Finding]:
    """Yield what plugins find through `cs25_health`."""
    for plugin in plugins:
        try:
            yield from plugin.offered("cs25_health", Finding)
        except PluginError as error:
            remedy = f"Update {plugin.distribution}."
            yield Finding(f"lecture {plugin.id}", "error", error.message, remedy)
