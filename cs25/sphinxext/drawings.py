"""``{drawing} package.module:function``: a figure in a lecture's notes that belongs to no demo."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from cs25.drawings import drawing_inputs, load_drawing
from cs25.render.notes import drawings_in
from cs25.render.schema import FigureJson
from cs25.sphinxext.course import Chapter, Drawing, course_of
from cs25.sphinxext.fingerprints import depend
from cs25.sphinxext.pictures import Pictures, drawn, framed, names_of
from cs25.sphinxext.sources import Sources
from cs25.sphinxext.trouble import notice_box, trouble

__all__ = ["DrawingDirective", "draw_notes"]


class DrawingDirective(SphinxDirective):
    """A drawing; the first paragraph of its content is the caption."""

    required_arguments = 1
    has_content = True
    # Of interest to terminals only: there the description stands in the place of a sketch.
    option_spec: ClassVar[dict[str, Any]] = {"described": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return the drawing."""
        (target,) = self.arguments
        chapter = course_of(self.env).chapter_with(self.env.docname)
        if chapter is None or target not in chapter.drawings:
            found = f"the drawing {target!r} stands here, expected in the notes of a lecture"
            return [trouble(found, self.get_location())]
        depend(self.env, chapter.name)
        drawing = chapter.drawings[target]
        if drawing.problem:
            return [notice_box(*drawing.problem.splitlines())]
        return [
            framed(
                _names(chapter, target), *self._below(), alt=drawing.alt, classes=["cs25-drawing"]
            )
        ]

    def _below(self) -> list[nodes.Node]:
        """Return caption and legend, as the content gives them."""
        content = self.parse_content_to_nodes()
        if not content or not isinstance(content[0], nodes.paragraph):
            return content
        caption = nodes.caption("", "", *content[0].children)
        return [caption, *([nodes.legend("", *content[1:])] if content[1:] else [])]


def draw_notes(chapter: Chapter, sources: Sources) -> tuple[dict[str, Drawing], dict[str, bytes]]:
    """Draw what a lecture's notes ask for, unless it is there as it would be.

    Returns:
        The drawings by target, and the pictures by name.
    """
    drawings: dict[str, Drawing] = {}
    files: dict[str, bytes] = {}
    asked = (target for page in chapter.notes for target in drawings_in(page.text))
    for target in dict.fromkeys(asked):
        try:
            alt, pictures = drawn(
                _names(chapter, target),
                drawing_inputs(target),
                partial(_save, target),
                sources,
            )
        except Exception as error:  # whatever drawing does is one figure less, not one book
            drawings[target] = Drawing(problem=f"a drawing cannot be shown: {error}")
        else:
            drawings[target] = Drawing(alt=alt)
            files |= pictures
    return drawings, files


def _names(chapter: Chapter, target: str) -> Pictures:
    """Return where a drawing's pictures lie. The name has more dots than any recording's."""
    return names_of(chapter.name, f"{chapter.name}.{target.replace(':', '.')}.drawing")


def _save(target: str, folder: Path) -> list[FigureJson]:
    from cs25.render.figure import save_drawing

    return save_drawing(load_drawing(target), folder)
