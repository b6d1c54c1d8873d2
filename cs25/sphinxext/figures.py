"""The figures of recorded results: drawn once, light and dark, and shown on pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from docutils import nodes
from sphinx import addnodes

from cs25.digest import code_digests, digest_of
from cs25.manifest import installed_version
from cs25.sphinxext.course import Course, Experiment
from cs25.sphinxext.measures import recorded_on
from cs25.sphinxext.sources import Sources

__all__ = ["draw_all", "figure_of", "pictures"]

THEMES = ("light", "dark")


def draw_all(course: Course, sources: Sources) -> tuple[Course, dict[str, bytes]]:
    """Draw the figure of every recorded demo, unless it is there and would be the same.

    Returns:
        The course with the description of each figure, and the pictures by name.
    """
    files: dict[str, bytes] = {}
    chapters = []
    for chapter in course.chapters:
        experiments = []
        for experiment in chapter.experiments:
            try:
                described, pictures = _drawn(experiment, sources)
            except Exception as error:  # whatever drawing does is one figure less, not one book
                problem = f"its figure cannot be drawn: {error}"
                described = replace(experiment, problems=(*experiment.problems, problem))
                pictures = {}
            experiments.append(described)
            files |= pictures
        chapters.append(replace(chapter, experiments=tuple(experiments)))
    return Course(tuple(chapters)), files


def figure_of(experiment: Experiment) -> list[nodes.Node]:
    """Return the figure with its caption; nothing if the demo has none."""
    if experiment.figure_alt is None or experiment.recording is None:
        return []
    caption = f"{experiment.demo.summary} ({recorded_on(experiment.recording)})."
    shown = [*pictures(experiment), nodes.caption("", caption)]
    return [nodes.figure("", *shown, classes=["cs25-figure"])]


def pictures(experiment: Experiment) -> list[nodes.Node]:
    """Return the light picture, and for HTML the dark one: a style sheet shows one of them."""
    light, dark = (
        nodes.image(
            "",
            uri=f"/lectures/{name}",
            alt=experiment.figure_alt,
            classes=[f"only-{theme}"],
        )
        for theme, name in _names(experiment).items()
    )
    return [light, addnodes.only("", dark, expr="html")]


def _names(experiment: Experiment) -> dict[str, str]:
    """Return where the pictures lie below ``lectures/``, by theme.

    The lecture is part of a picture's name: those of all lectures end up in one folder, and two
    demos of one name would be told apart by the order in which their pages happen to be read.
    """
    lecture, demo = experiment.plugin.id, experiment.demo.id
    return {theme: f"{lecture}/figures/{lecture}-{demo}-{theme}.svg" for theme in THEMES}


def _drawn(experiment: Experiment, sources: Sources) -> tuple[Experiment, dict[str, bytes]]:
    if experiment.demo.figure is None or experiment.recording is None:
        return experiment, {}
    names = _names(experiment)
    inputs = _inputs(experiment.demo.figure, experiment)
    note = sources.notes.get(experiment.name, {})
    kept = {name: content for name in names.values() if (content := sources.kept(name))}
    if note.get("inputs") == inputs and len(kept) == len(names):
        alt = str(note["alt"])
    else:
        alt, kept = _draw(experiment.demo.figure, experiment)
    sources.note(experiment.name, {"inputs": inputs, "alt": alt})
    return replace(experiment, figure_alt=alt), kept


def _inputs(target: str, experiment: Experiment) -> str:
    """Return the digest of everything a figure is drawn from and by."""
    assert experiment.recording is not None
    recorded = experiment.recording.to_json()
    code = {**code_digests(target), **code_digests("cs25.render.figure:save_figures")}
    return digest_of(
        [recorded["results"], recorded["control"], code, installed_version("matplotlib")]
    )


def _draw(target: str, experiment: Experiment) -> tuple[str, dict[str, bytes]]:
    from cs25.render.figure import save_figures
    from cs25.signatures import import_target

    assert experiment.recording is not None
    draw = import_target(target)
    with TemporaryDirectory() as folder:
        recording = experiment.recording
        figures = save_figures(draw, recording.results, recording.control, Path(folder))
        names = _names(experiment)
        content = {names[f["theme"]]: Path(f["path"]).read_bytes() for f in figures}
    return figures[0]["alt"], content
