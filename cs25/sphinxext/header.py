"""``{lecture-header}``: who gave a lecture, where it comes from, and how its claims came out."""

from __future__ import annotations

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from cs25.card import Lecture
from cs25.errors import UnknownNameError
from cs25.plugins import Plugin, State
from cs25.sphinxext.claims import tally
from cs25.sphinxext.course import Chapter, course_of
from cs25.sphinxext.fingerprints import depend
from cs25.sphinxext.links import link
from cs25.sphinxext.trouble import notice_box, trouble

__all__ = ["LectureHeaderDirective", "origin", "speaker", "troubled"]

#: What to do about a lecture in a bad state, where its reason does not say.
_REMEDY = {
    State.BROKEN: "Its authors have to mend it; until then CS25_DISABLE leaves it out.",
    State.INVALID: "Its card has to be mended; `cs25 info` names the field, too.",
    State.INCOMPATIBLE: "Install a version of it, or of cs25, that fits the other.",
    State.HEAVY: "Its card has to import less.",
}


class LectureHeaderDirective(SphinxDirective):
    """What stands at the head of a lecture's notes; of a broken lecture, its state and the remedy.

    On the first page it is about the lecture. Each page says which part of the notes it is.
    """

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the header."""
        parts = self.env.docname.split("/")
        here = parts[1] if parts[0] == "lectures" and len(parts) > 2 else ""
        name = self.arguments[0] if self.arguments else here
        try:
            chapter = course_of(self.env).chapter(name)
        except UnknownNameError as error:
            return [trouble(error.message, self.get_location())]
        depend(self.env, name)
        if not chapter.is_ready:
            about = nodes.paragraph("", f"It is {origin(chapter.plugin)}.")
            shown: list[nodes.Node] = [*troubled(chapter.plugin), about]
        elif self.env.docname in (page.docname for page in chapter.notes[1:]):
            shown = self._place(chapter)
        else:
            shown = [*self._header(chapter), *self._place(chapter)]
        return [nodes.container("", *shown, classes=["cs25-header"])]

    def _place(self, chapter: Chapter) -> list[nodes.Node]:
        """Return which part of the notes this is, and the ways to those before and after it."""
        pages = [page.docname for page in chapter.notes]
        if len(pages) < 2 or self.env.docname not in pages:
            return []
        here = pages.index(self.env.docname)
        line: list[nodes.Node] = [nodes.Text(f"Part {here + 1} of {len(pages)}")]
        for word, near in (("previous", here - 1), ("next", here + 1)):
            if 0 <= near < len(pages):
                line += [nodes.Text(f" · {word}: "), link(self.env, pages[near])]
        return [nodes.paragraph("", "", *line, classes=["cs25-part"])]

    def _header(self, chapter: Chapter) -> list[nodes.Node]:
        card = chapter.plugin.card()
        shown: list[nodes.Node] = [notice_box(*p.splitlines()) for p in chapter.problems]
        lines = [
            (speaker(card), "cs25-speaker"),
            (card.summary, "cs25-summary"),
            (f"{card.id}, {origin(chapter.plugin)}", "cs25-origin"),
        ]
        shown += [nodes.paragraph("", text, classes=[name]) for text, name in lines if text]
        if chapter.rows:
            claims = link(self.env, f"lectures/{card.id}/claims", "Claims")
            line = [claims, nodes.Text(" "), *tally(chapter.rows)]
            shown.append(nodes.paragraph("", "", *line, classes=["cs25-tally"]))
        return shown


def speaker(card: Lecture) -> str:
    """Return who gave a lecture."""
    return ", ".join(part for part in (card.speaker, card.affiliation) if part)


def origin(plugin: Plugin) -> str:
    """Return which distribution brings a lecture."""
    return f"from {plugin.distribution} {plugin.version}"


def troubled(plugin: Plugin) -> list[nodes.Node]:
    """Return what is wrong with a lecture in a bad state, and what to do."""
    how = "in conflict" if plugin.state is State.CONFLICT else plugin.state
    lines = [f"This lecture cannot be used, it is {how}: {plugin.reason}"]
    lines += [_REMEDY[plugin.state]] if plugin.state in _REMEDY else []
    return [notice_box(*lines)]
