"""Mounts every installed lecture below ``lectures/``, before Sphinx looks for sources."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from cs25.card import DEFAULT_PRESET
from cs25.errors import Cs25Error
from cs25.sphinxext.assets import assets_of
from cs25.sphinxext.course import Course, check_course, keep_course, load_course
from cs25.sphinxext.figures import draw_all
from cs25.sphinxext.fingerprints import write_fingerprints
from cs25.sphinxext.notebooks import notebook
from cs25.sphinxext.pages import pages_of
from cs25.sphinxext.sources import Sources

__all__ = ["MARKER", "mount"]

#: Lists, below ``lectures/``, what we made there.
MARKER = ".mounted.json"


def mount(app: Sphinx) -> None:
    """Write the pages of all lectures, and keep the course for the directives.

    Raises:
        ExtensionError: a lecture cannot be used and the build is strict, or the source folder
            cannot be written.
    """
    strict = app.config.cs25_strict
    try:
        sources = Sources(Path(app.srcdir, "lectures"), MARKER)
        course, files = draw_all(load_course(strict=strict), sources)
        if strict:
            check_course(course)
        files |= _texts(course)
        sources.write(files)
    except Cs25Error as error:
        raise ExtensionError(str(error), error, modname="cs25.sphinxext") from error
    write_fingerprints(Path(app.doctreedir), course)
    keep_course(app.env, course)


def _texts(course: Course) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for chapter in course.chapters:
        files |= assets_of(chapter)
        files |= {name: text.encode() for name, text in pages_of(chapter)}
        for experiment in chapter.experiments:
            if experiment.signature is not None:
                card, recording = chapter.plugin.card(), experiment.recordings.get(DEFAULT_PRESET)
                text = notebook(card, experiment.demo, experiment.signature, recording)
                files[experiment.notebook] = text.encode()
    return files
