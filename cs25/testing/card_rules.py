"""Rules that the card alone decides."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec

from cs25.child import child_environment
from cs25.errors import PluginError
from cs25.testing.rule import Fault, rule
from cs25.testing.subject import Subject

__all__ = ["card_is_light", "card_is_whole", "parameters_have_help"]

_HEAVY_MODULES = """
import sys
from cs25.light import HEAVY
from cs25.plugins import load_plugin
load_plugin(sys.argv[1])
print(*sorted(HEAVY & set(sys.modules)))
"""


@rule("card", "The card validates, and names notes, tests and at least one demo.")
def card_is_whole(subject: Subject) -> Iterator[Fault]:
    card, folder = subject.card, subject.plugin.folder
    if not card.demos:
        yield Fault("the card has no demo", "Add one: Lecture(..., demos=(Demo(...),)).")
    if not card.notes_files:
        yield Fault("the card names no notes", 'Write some, and name them: notes="notes.md".')
    for name in card.notes_files:
        if folder is None or not (folder / name).is_file():
            where = f"{folder} has no file {name!r}"
            yield Fault(f"{where}, which the card names as notes", "Write it, or mend the name.")
    if card.tests is None:
        yield Fault(
            "the card names no tests", f'Write some, and name them: tests="{_tests(subject)}".'
        )
    elif not _exists(card.tests):
        found = f"there is no module {card.tests}, which the card names as its tests"
        yield Fault(found, "Write it, or mend the name.")


@rule("light", "The card imports nothing heavy: tried in a fresh interpreter.")
def card_is_light(subject: Subject) -> Iterator[Fault]:
    done = subprocess.run(
        [sys.executable, "-c", _HEAVY_MODULES, subject.plugin.id],
        capture_output=True,
        text=True,
        check=False,
        env=child_environment(1, offline=True, progress=False),
    )
    remedy = "Import it in the demo's module, which the card names as text, or in its function."
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        shown = f"`python -c 'import {subject.plugin.package}'` shows it."
        yield Fault(f"a fresh interpreter cannot load the card: {last}", shown)
    for name in done.stdout.split():
        yield Fault(f"{subject.plugin.package} imports {name}", remedy)


@rule("help", "Every demo has a summary, and every parameter and number its words.")
def parameters_have_help(subject: Subject) -> Iterator[Fault]:
    for demo in subject.card.demos:
        try:
            parameters = subject.signature(demo).parameters
        except PluginError as error:
            parameters = ()
            remedy = error.remedy or f"Mend {demo.run}, or what the card says of it."
            yield Fault(f"{demo.id}: {error.message}", remedy)
        for parameter in parameters:
            if not parameter.help:
                yield Fault(
                    f"{demo.id}: parameter {parameter.name!r} has no help",
                    f"Say what it is under `Args:` in the docstring of {demo.run}.",
                )
        if not demo.measures:
            yield Fault(
                f"{demo.id}: the card says of no number what it means",
                'Say it in the card: Demo(..., measures={"loss": "what it is"}).',
            )


def _tests(subject: Subject) -> str:
    """Return what the tests may be called: a single module has none below it."""
    plugin = subject.plugin
    return f"{plugin.package}.tests" if plugin.is_package else f"test_{plugin.package}"


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
