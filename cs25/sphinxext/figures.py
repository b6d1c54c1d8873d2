"""The figures of recorded results: drawn once, light and dark, and shown on pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from docutils import nodes
from sphinx import addnodes

from cs25.card import DEFAULT_PRESET
from cs25.digest import code_digests, digest_of
from cs25.manifest import installed_version
from cs25.recorded import Recording
from cs25.sphinxext.course import Course, Experiment
from cs25.sphinxext.measures import recorded_on
from cs25.sphinxext.sources import Sources

__all__ = ["draw_all", "figure_of", "tile_of"]

THEMES = ("light", "dark")


def draw_all(course: Course, sources: Sources) -> tuple[Course, dict[str, bytes]]:
    """Draw the figure of every recording, unless it is there and would be the same.

    Returns:
        The course with the description of each figure, and the pictures by name.
    """
    files: dict[str, bytes] = {}
    chapters = []
    for chapter in course.chapters:
        experiments = []
        for experiment in chapter.experiments:
            drawn, pictures = _all_of(experiment, sources)
            experiments.append(drawn)
            files |= pictures
        chapters.append(replace(chapter, experiments=tuple(experiments)))
    return Course(tuple(chapters)), files


def figure_of(experiment: Experiment, preset: str) -> list[nodes.Node]:
    """Return the figure of a recording with its caption; nothing if the demo has none."""
    if preset not in experiment.figures:
        return []
    seeds = recorded_on(experiment.recordings[preset])
    how = seeds if preset == DEFAULT_PRESET else f"preset {preset}, {seeds}"
    described = experiment.figures[preset]
    caption = nodes.caption("", f"{described.rstrip('.')} ({how}).")
    shown = _pictures(experiment, preset, alt=experiment.demo.summary)
    for picture in shown:
        picture["width"] = "100%"  # one that is scaled leads to the file: on a phone, to enlarge it
    light, dark = (nodes.container("", picture, classes=picture["classes"]) for picture in shown)
    return [nodes.figure("", light, _html_only(dark), caption, classes=["cs25-figure"])]


def tile_of(experiment: Experiment) -> list[nodes.Node]:
    """Return the figure that stands for a demo, to be set inside a line."""
    light, dark = _pictures(
        experiment, experiment.preset, alt=experiment.figures[experiment.preset]
    )
    return [light, _html_only(dark)]


def _pictures(experiment: Experiment, preset: str, *, alt: str) -> list[nodes.image]:
    """Return the light picture and the dark one: a style sheet shows one of them."""
    return [
        nodes.image("", uri=f"/lectures/{name}", alt=alt, classes=[f"only-{theme}"])
        for theme, name in _names(experiment, preset).items()
    ]


def _html_only(node: nodes.Node) -> addnodes.only:
    return addnodes.only("", node, expr="html")


def _names(experiment: Experiment, preset: str) -> dict[str, str]:
    """Return where the pictures lie below ``lectures/``, by theme.

    A picture's name says all there is: those of all lectures end up in one folder, and two of one
    name would be told apart by the order in which their pages happen to be read. No id has a dot.
    """
    stem = f"{experiment.name}.{preset}"
    return {theme: f"{experiment.plugin.id}/figures/{stem}.{theme}.svg" for theme in THEMES}


def _all_of(experiment: Experiment, sources: Sources) -> tuple[Experiment, dict[str, bytes]]:
    """Draw a demo's figure for each of its recordings."""
    if experiment.demo.figure is None:
        return experiment, {}
    described: dict[str, str] = {}
    problems: list[str] = []
    files: dict[str, bytes] = {}
    for preset, recording in experiment.recordings.items():
        names = _names(experiment, preset)
        try:
            alt, content = _drawn(experiment.demo.figure, recording, names, sources)
        except Exception as error:  # whatever drawing does is one figure less, not one book
            problems.append(f"its figure cannot be drawn for preset {preset}: {error}")
        else:
            described[preset] = alt
            files |= content
    found = (*experiment.problems, *problems)
    return replace(experiment, figures=described, problems=found), files


def _drawn(
    target: str, recording: Recording, names: Mapping[str, str], sources: Sources
) -> tuple[str, dict[str, bytes]]:
    """Return the description and the pictures of a recording, as they were kept or drawn anew."""
    name, inputs = names[THEMES[0]], _inputs(target, recording)
    note = sources.notes.get(name, {})
    kept = {name: content for name in names.values() if (content := sources.kept(name))}
    if note.get("inputs") == inputs and len(kept) == len(names):
        alt = str(note["alt"])
    else:
        alt, kept = _draw(target, recording, names)
    sources.note(name, {"inputs": inputs, "alt": alt})
    return alt, kept


def _inputs(target: str, recording: Recording) -> str:
    """Return the digest of everything a figure is drawn from and by."""
    recorded = recording.to_json()
    code = {**code_digests(target), **code_digests("cs25.render.figure:save_figures")}
    return digest_of(
        [recorded["results"], recorded["control"], code, installed_version("matplotlib")]
    )


def _draw(
    target: str, recording: Recording, names: Mapping[str, str]
) -> tuple[str, dict[str, bytes]]:
    from cs25.render.figure import save_figures
    from cs25.signatures import import_target

    draw = import_target(target)
    with TemporaryDirectory() as folder:
        figures = save_figures(draw, recording.results, recording.control, Path(folder))
        content = {names[f["theme"]]: Path(f["path"]).read_bytes() for f in figures}
    return figures[0]["alt"], content
