"""``{lectures}``: every installed lecture as a card."""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.directives.other import TocTree
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from cs25.sphinxext.claims import tally
from cs25.sphinxext.course import Chapter, course_of
from cs25.sphinxext.fingerprints import depend
from cs25.sphinxext.header import origin, speaker, troubled
from cs25.sphinxext.links import link

__all__ = ["LecturesDirective"]


class LecturesDirective(SphinxDirective):
    """A card for each lecture, in the course's order; with ``:toctree:`` their pages, too."""

    option_spec: ClassVar[dict[str, Any]] = {"toctree": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return the cards."""
        depend(self.env)
        chapters = course_of(self.env).chapters
        cards = nodes.bullet_list("", classes=["cs25-cards"])
        cards += [_card(self.env, chapter) for chapter in chapters]
        return [*([cards] if chapters else []), *self._toctree(chapters)]

    def _toctree(self, chapters: tuple[Chapter, ...]) -> list[nodes.Node]:
        if "toctree" not in self.options:
            return []
        entries = StringList([f"/{chapter.docname}" for chapter in chapters], "lectures")
        tree = TocTree(
            "toctree",
            [],
            {"hidden": None},
            entries,
            self.lineno,
            self.content_offset,
            self.block_text,
            self.state,
            self.state_machine,
        )
        return tree.run()


def _card(env: BuildEnvironment, chapter: Chapter) -> nodes.list_item:
    plugin = chapter.plugin
    head = link(env, chapter.docname, chapter.title)
    card = nodes.list_item("", nodes.paragraph("", "", head, classes=["cs25-card-title"]))
    card["classes"].append("cs25-card")
    if not chapter.is_ready:
        card += troubled(plugin)
        return card
    lecture = plugin.card()
    lines = [(speaker(lecture), "cs25-speaker"), (lecture.summary, "cs25-summary")]
    card += [nodes.paragraph("", text, classes=[name]) for text, name in lines if text]
    n_demos = len(chapter.experiments)
    words = f"{n_demos} experiment{'s' * (n_demos != 1)}, {origin(plugin)}"
    card += nodes.paragraph("", words, classes=["cs25-origin"])
    if chapter.rows:
        claims = [nodes.Text("Claims "), *tally(chapter.rows)]
        card += nodes.paragraph("", "", *claims, classes=["cs25-tally"])
    return card
