"""The figures of recorded results, and of the lectures' notes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from docutils import nodes

from cs25.card import DEFAULT_PRESET
from cs25.digest import code_digests
from cs25.recorded import Recording
from cs25.render.schema import FigureJson
from cs25.sphinxext.course import Course, Experiment
from cs25.sphinxext.drawings import draw_notes
from cs25.sphinxext.elements import disclosure, disclosure_title
from cs25.sphinxext.measures import recorded_on
from cs25.sphinxext.pictures import Pictures, drawn, framed, html_only, names_of, shown
from cs25.sphinxext.sources import Sources

__all__ = ["draw_all", "figure_of", "tile_of"]


def draw_all(course: Course, sources: Sources) -> tuple[Course, dict[str, bytes]]:
    """Draw the figures of every recording and of all notes, unless they are there as they would be.

    Returns:
        The course with the description of each figure, and the pictures by name.
    """
    files: dict[str, bytes] = {}
    chapters = []
    for chapter in course.chapters:
        experiments = []
        for experiment in chapter.experiments:
            done, pictures = _all_of(experiment, sources)
            experiments.append(done)
            files |= pictures
        drawings, pictures = draw_notes(chapter, sources)
        files |= pictures
        chapters.append(replace(chapter, experiments=tuple(experiments), drawings=drawings))
    return Course(tuple(chapters)), files


def figure_of(experiment: Experiment, preset: str) -> list[nodes.Node]:
    """Return the figure of a recording with its caption, and the animation, as far as there are."""
    seeds = recorded_on(experiment.recordings[preset])
    how = seeds if preset == DEFAULT_PRESET else f"preset {preset}, {seeds}"
    alt = experiment.demo.summary
    found: list[nodes.Node] = []
    if preset in experiment.figures:
        caption = nodes.caption("", f"{experiment.figures[preset].rstrip('.')} ({how}).")
        found.append(framed(_names(experiment, preset), caption, alt=alt))
    if preset in experiment.animations:
        caption = nodes.caption("", f"{experiment.animations[preset].rstrip('.')} ({how}).")
        moving = framed(_names(experiment, preset, kind="gif"), caption, alt=alt)
        # Folded: nothing moves on a page unless its reader asks for it.
        title = disclosure_title("", "Watch an episode")
        found.append(disclosure("", title, moving, classes=["cs25-details"]))
    return found


def tile_of(experiment: Experiment) -> list[nodes.Node]:
    """Return the figure that stands for a demo, to be set inside a line."""
    preset = experiment.preset
    light, dark = shown(_names(experiment, preset), alt=experiment.figures[preset])
    return [light, html_only(dark)]


def _names(experiment: Experiment, preset: str, *, kind: str = "svg") -> Pictures:
    """Return where the pictures of a recording lie. No id has a dot: the name is its own."""
    return names_of(experiment.plugin.id, f"{experiment.name}.{preset}", kind=kind)


def _all_of(experiment: Experiment, sources: Sources) -> tuple[Experiment, dict[str, bytes]]:
    """Draw a demo's figure and animation for each of its recordings."""
    problems: list[str] = []
    files: dict[str, bytes] = {}
    described: dict[str, dict[str, str]] = {}
    for kind, target, save, what in (
        ("svg", experiment.demo.figure, _save_figure, "figure"),
        ("gif", experiment.demo.animation, _save_animation, "animation"),
    ):
        described[kind] = {}
        if target is None:
            continue
        for preset, recording in experiment.recordings.items():
            try:
                alt, content = drawn(
                    _names(experiment, preset, kind=kind),
                    _inputs(target, recording),
                    partial(save, target, recording),
                    sources,
                )
            except Exception as error:  # whatever drawing does is one figure less, not one book
                problems.append(f"its {what} cannot be drawn for preset {preset}: {error}")
            else:
                described[kind][preset] = alt
                files |= content
    found = (*experiment.problems, *problems)
    done = replace(
        experiment, figures=described["svg"], animations=described["gif"], problems=found
    )
    return done, files


def _inputs(target: str, recording: Recording) -> list[Any]:
    recorded = recording.to_json()
    return [recorded["results"], recorded["control"], code_digests(target)]


def _save_figure(target: str, recording: Recording, folder: Path) -> list[FigureJson]:
    from cs25.render.figure import save_figures
    from cs25.signatures import import_target

    return save_figures(import_target(target), recording.results, recording.control, folder)


def _save_animation(target: str, recording: Recording, folder: Path) -> list[FigureJson]:
    from cs25.render.animation import save_animation
    from cs25.signatures import import_target

    return save_animation(import_target(target), recording.results, folder)
