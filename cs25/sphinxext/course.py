"""The course of one build: every installed lecture with what is recorded of it, read once.

A build shows recorded results only. What this machine has run is in the user's cache and never
on a page, so that two machines build the same book.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary

from sphinx.environment import BuildEnvironment

from cs25.card import DEFAULT_PRESET, Demo, ModelSource
from cs25.digest import digest_of
from cs25.errors import Cs25Error, PluginError, StateError, UnknownNameError
from cs25.ledger import Row, recorded_row
from cs25.lm.supply.catalogue import hub_source, known_models
from cs25.notes import Part, paths_of_notes, read_part
from cs25.parameters import Signature
from cs25.plugins import Plugin, State, load_plugin, load_plugins
from cs25.recorded import Bundle, Recording, read_bundle, stale_reasons
from cs25.render.document import row_document
from cs25.render.schema import LedgerJson
from cs25.signatures import signature_of
from cs25.sphinxext.notes_pages import NotesPage, notes_pages
from cs25.store import Store

__all__ = [
    "Chapter",
    "Course",
    "Drawing",
    "Experiment",
    "check_course",
    "course_of",
    "keep_course",
    "load_course",
]


@dataclass(frozen=True)
class Experiment:
    """A demo, what is recorded of it, and what is wrong with it.

    Args:
        plugin: its lecture.
        demo: its card.
        signature: its parameters; None if they cannot be read.
        bundle: its recorded results; None if there are none, or they cannot be read.
        rows: its claims as the ledger has them.
        stale: why a recording is no longer current, by preset; empty if it is.
        problems: what cannot be shown, and why.
        models: the pretrained models it needs, by name; None for one that nobody offers.
        figures: the description of each figure that was drawn, by preset.
        animations: the same of each animation.
    """

    plugin: Plugin
    demo: Demo
    signature: Signature | None
    bundle: Bundle | None
    rows: tuple[LedgerJson, ...]
    stale: dict[str, tuple[str, ...]]
    problems: tuple[str, ...]
    models: Mapping[str, ModelSource | None] = field(default_factory=dict)
    figures: Mapping[str, str] = field(default_factory=dict)
    animations: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name that directives know it by, ``lecture.demo``."""
        return f"{self.plugin.id}.{self.demo.id}"

    @property
    def title(self) -> str:
        """The demo's headline."""
        return self.demo.title or self.demo.id.replace("-", " ").capitalize()

    @property
    def docname(self) -> str:
        """Its page."""
        return f"lectures/{self.plugin.id}/demos/{self.demo.id}"

    @property
    def notebook(self) -> str:
        """Its notebook, below ``lectures/``."""
        return f"{self.plugin.id}/notebooks/{self.demo.id}.ipynb"

    @property
    def recordings(self) -> Mapping[str, Recording]:
        """What is recorded of it, by preset."""
        return self.bundle.recordings if self.bundle else {}

    @property
    def preset(self) -> str:
        """The preset whose recording stands for the demo: the default one if it was recorded."""
        first = next(iter(self.recordings), DEFAULT_PRESET)
        return DEFAULT_PRESET if DEFAULT_PRESET in self.recordings else first

    @property
    def recording(self) -> Recording | None:
        """The recording that stands for the demo; None if nothing is recorded."""
        return self.recordings.get(self.preset)

    def facts(self) -> dict[str, Any]:
        """Return everything a page may show of it, as plain data."""
        demo = self.demo
        return {
            "lecture": self.plugin.card().title,
            "summary": demo.summary,
            "title": self.title,
            "run": demo.run,
            "figure": demo.figure,
            "animation": demo.animation,
            "measures": dict(demo.measures),
            "presets": {name: repr(dict(values)) for name, values in demo.presets.items()},
            "control": demo.control,
            "models": {name: repr(source) for name, source in self.models.items()},
            "parameters": self.signature.to_json()["parameters"] if self.signature else None,
            "recordings": {name: made.to_json() for name, made in self.recordings.items()},
            "claims": self.rows,
            "stale": self.stale,
            "problems": self.problems,
            "figures": dict(self.figures),
            "animations": dict(self.animations),
        }


@dataclass(frozen=True)
class Drawing:
    """A figure of the notes that belongs to no demo: its description, or why there is none."""

    alt: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Chapter:
    """A lecture in the book.

    Args:
        plugin: the lecture; it may be in a bad state.
        experiments: its demos; none in a bad state.
        notes: the pages of its notes, at least one; none in a bad state.
        problems: what cannot be shown, and why.
        drawings: what the notes ask for with ``{drawing}``, by target.
    """

    plugin: Plugin
    experiments: tuple[Experiment, ...] = ()
    notes: tuple[NotesPage, ...] = ()
    problems: tuple[str, ...] = ()
    drawings: Mapping[str, Drawing] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        """Whether there is a lecture to show, and not only a state."""
        return self.plugin.state is State.READY

    @property
    def name(self) -> str:
        """The name that directives know it by."""
        return self.plugin.id

    @property
    def title(self) -> str:
        """The lecture's title, or its id where nothing more is known."""
        return self.plugin.lecture.title if self.plugin.lecture else self.plugin.id

    @property
    def docname(self) -> str:
        """Its first page."""
        return f"lectures/{self.plugin.id}/index"

    @property
    def rows(self) -> tuple[LedgerJson, ...]:
        """Its claims as the ledger has them."""
        return tuple(row for experiment in self.experiments for row in experiment.rows)

    def facts(self) -> dict[str, Any]:
        """Return everything a page may show of it, as plain data."""
        plugin, card = self.plugin, self.plugin.lecture
        about = [plugin.id, plugin.distribution, plugin.version, plugin.state, plugin.reason]
        told = [card.title, card.speaker, card.affiliation, card.summary] if card else []
        demos = {e.demo.id: digest_of(e.facts()) for e in self.experiments}
        drawings = {target: [it.alt, it.problem] for target, it in self.drawings.items()}
        return {
            "about": [*about, *told],
            "demos": demos,
            "drawings": drawings,
            "problems": self.problems,
            "notes": [[page.docname, page.headline] for page in self.notes],
        }


@dataclass(frozen=True)
class Course:
    """Every installed lecture, in the course's order."""

    chapters: tuple[Chapter, ...]

    @property
    def experiments(self) -> Iterator[Experiment]:
        """Every demo of every lecture that can be used."""
        return (e for chapter in self.chapters for e in chapter.experiments)

    def chapter(self, name: str) -> Chapter:
        """Return a lecture by its id.

        Raises:
            UnknownNameError: it is not installed.
        """
        known = {chapter.plugin.id: chapter for chapter in self.chapters}
        if name not in known:
            raise UnknownNameError("lecture", name, tuple(known))
        return known[name]

    def chapter_with(self, docname: str) -> Chapter | None:
        """Return the lecture of whose notes this is a page; None if it is another page."""
        of = {page.docname: chapter for chapter in self.chapters for page in chapter.notes}
        return of.get(docname)

    def experiment(self, name: str) -> Experiment:
        """Return a demo by its full name, ``lecture.demo``.

        Raises:
            UnknownNameError: there is none.
        """
        lecture, _, demo = name.partition(".")
        known = {e.demo.id: e for e in self.chapter(lecture).experiments}
        if demo not in known:
            raise UnknownNameError(f"demo of {lecture}", demo, tuple(known))
        return known[demo]

    def claim(self, name: str) -> tuple[Experiment, LedgerJson]:
        """Return a claim by its full name, ``lecture.claim``, with the demo that decides it.

        Raises:
            UnknownNameError: there is none.
        """
        lecture, _, claim = name.partition(".")
        experiments = self.chapter(lecture).experiments
        known = {row["id"]: (e, row) for e in experiments for row in e.rows}
        if claim not in known:
            raise UnknownNameError(f"claim of {lecture}", claim, tuple(known))
        return known[claim]


def load_course(*, strict: bool = False) -> Course:
    """Load every installed lecture that is not disabled.

    Args:
        strict: a lecture in a bad state is an error.

    Raises:
        PluginError: so it is.
    """
    plugins = [p for p in load_plugins() if p.state is not State.DISABLED]
    plugins = [_named(p) if p.state is State.HEAVY else p for p in plugins]
    offered = {source.alias: source for source, _ in known_models(plugins).items}
    plugins.sort(key=lambda p: (p.lecture.order if p.lecture else sys.maxsize, p.id))
    chapters = []
    for plugin in plugins:
        if strict and plugin.state is not State.READY:
            raise StateError(plugin.id, plugin.state, plugin.reason)
        is_ready = plugin.state is State.READY
        chapters.append(_chapter(plugin, offered) if is_ready else Chapter(plugin))
    return Course(tuple(chapters))


def check_course(course: Course) -> None:
    """Make sure that everything can be shown.

    Raises:
        PluginError: something cannot.
    """
    for chapter in course.chapters:
        parts: tuple[Chapter | Experiment, ...] = (chapter, *chapter.experiments)
        for shown in parts:
            if shown.problems:
                raise PluginError(f"{shown.name}: {shown.problems[0]}")
        for drawing in chapter.drawings.values():
            if drawing.problem:
                raise PluginError(f"{chapter.name}: {drawing.problem}")


_COURSES: WeakKeyDictionary[BuildEnvironment, Course] = WeakKeyDictionary()


def keep_course(env: BuildEnvironment, course: Course) -> None:
    """Keep the course of a build. It is no part of the environment, which Sphinx pickles."""
    _COURSES[env] = course


def course_of(env: BuildEnvironment) -> Course:
    """Return the course of a build."""
    return _COURSES[env]


def _named(plugin: Plugin) -> Plugin:
    """Load a heavy lecture as the commands that name it do: its pages are asked for."""
    try:
        return load_plugin(plugin.id)
    except StateError as error:
        return replace(plugin, state=State(error.state), reason=error.reason)


def _chapter(plugin: Plugin, offered: Mapping[str, ModelSource]) -> Chapter:
    experiments = tuple(_experiment(plugin, demo, offered) for demo in plugin.card().demos)
    parts: list[Part] = []
    problems: list[str] = []
    for path in paths_of_notes(plugin):
        try:
            parts.append(read_part(plugin, path))
        except PluginError as error:
            parts.append(Part(path, ""))  # its page stays where others look for it
            problems.append(str(error))
    notes = notes_pages(plugin.id, plugin.card().title, parts)
    return Chapter(plugin, experiments, notes, tuple(problems))


def _experiment(plugin: Plugin, demo: Demo, offered: Mapping[str, ModelSource]) -> Experiment:
    problems: list[str] = []
    signature, bundle = None, None
    try:
        signature = signature_of(demo, Store())
    except PluginError as error:
        problems.append(str(error))
    try:
        bundle = read_bundle(plugin, demo)
    except Cs25Error as error:
        problems.append(str(error))
    recordings = bundle.recordings if bundle else {}
    return Experiment(
        plugin,
        demo,
        signature,
        bundle,
        rows=tuple(
            row_document(recorded_row(plugin, demo, c, bundle) or Row(plugin.id, demo.id, c))
            for c in demo.claims
        ),
        stale={
            preset: tuple(stale_reasons(plugin, demo, preset, recording))
            for preset, recording in recordings.items()
        },
        problems=tuple(problems),
        models={name: offered.get(name) or hub_source(name) for name in demo.models},
    )
