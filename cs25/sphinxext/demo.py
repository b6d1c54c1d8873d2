"""``{demo} lecture.demo``: an experiment with its command, figure, numbers and verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from cs25.errors import UnknownNameError
from cs25.sphinxext.claims import anchor_of, claim_box
from cs25.sphinxext.course import Experiment, course_of
from cs25.sphinxext.elements import stale, verdict_mark
from cs25.sphinxext.figures import figure_of
from cs25.sphinxext.fingerprints import depend
from cs25.sphinxext.links import link
from cs25.sphinxext.measures import measures_table
from cs25.sphinxext.models import models_of
from cs25.sphinxext.options import command_block, control_text, parameter_table, preset_table
from cs25.sphinxext.provenance import provenance
from cs25.sphinxext.results import results_of
from cs25.sphinxext.sections import Section, section
from cs25.sphinxext.trouble import notice_box, trouble

__all__ = ["DemoDirective"]


class DemoDirective(SphinxDirective):
    """A demo inside notes; with ``:full:``, everything about it, as a page of its own."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"full": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return the demo."""
        try:
            experiment = course_of(self.env).experiment(self.arguments[0])
        except UnknownNameError as error:
            return [trouble(error.message, self.get_location())]
        depend(self.env, experiment.name)
        body = self.parse_content_to_nodes()
        if "full" in self.options:
            sections = [section(self.state.document, *part) for part in _parts(experiment)]
            return [self._above(experiment), *self._opening(experiment), *body, *sections]
        return [self._short(experiment, body)]

    def _short(self, experiment: Experiment, body: list[nodes.Node]) -> nodes.container:
        shown: list[nodes.Node] = [*self._opening(experiment), *body]
        if recording := experiment.recording:
            shown += figure_of(experiment, experiment.preset)
            shown.append(measures_table(experiment.demo, recording, full=False))
        verdicts = nodes.bullet_list("", classes=["cs25-verdicts"])
        for row in experiment.rows:
            claim = link(self.env, experiment.docname, row["statement"], anchor=anchor_of(row))
            line = nodes.paragraph("", "", verdict_mark(row["verdict"]), *stale(row["reasons"]))
            line += [nodes.Text(" "), claim]
            verdicts += nodes.list_item("", line)
        if experiment.rows:
            shown.append(verdicts)
        words = f"{experiment.title}: parameters, presets, and how this was made"
        shown.append(nodes.paragraph("", "", link(self.env, experiment.docname, words)))
        return nodes.container("", *shown, classes=["cs25-demo"])

    def _above(self, experiment: Experiment) -> nodes.paragraph:
        """Return the way back to the lecture."""
        chapter = course_of(self.env).chapter(experiment.plugin.id)
        lecture = link(self.env, chapter.docname, chapter.title)
        words = nodes.Text("An experiment of the lecture ")
        return nodes.paragraph("", "", words, lecture, classes=["cs25-origin"])

    def _opening(self, experiment: Experiment) -> list[nodes.Node]:
        """Return what it does and how it is run; what is wrong with it, before all else."""
        shown: list[nodes.Node] = [notice_box(*p.splitlines()) for p in experiment.problems]
        summary = nodes.paragraph("", experiment.demo.summary, classes=["cs25-summary"])
        return [*shown, summary, command_block(experiment)]


def _parts(experiment: Experiment) -> Iterator[tuple[str, Sequence[nodes.Node | Section]]]:
    """Yield the sections of a demo's page."""
    demo = experiment.demo
    yield "Results", results_of(experiment)
    if experiment.rows:
        yield "Claims", [_anchored(claim_box(row), anchor_of(row)) for row in experiment.rows]
    if experiment.signature:
        yield "Parameters", [parameter_table(experiment.signature)]
    yield "Presets", [preset_table(experiment)]
    if demo.control:
        yield "Control", [control_text(experiment)]
    if experiment.models:
        yield "Models", models_of(experiment.models)
    if demo_notebook := _notebook(experiment):
        yield "Notebook", [demo_notebook]
    if experiment.recordings:
        made: list[nodes.Node] = []
        for preset, kept in experiment.recordings.items():
            made += [nodes.rubric("", f"Preset {preset}"), *provenance(kept)]
        yield "How this was made", made


def _anchored(box: nodes.container, anchor: str) -> nodes.container:
    box["ids"].append(anchor)
    return box


def _notebook(experiment: Experiment) -> nodes.paragraph | None:
    if experiment.signature is None:
        return None
    name = nodes.literal("", f"{experiment.demo.id}.ipynb")
    path = f"/lectures/{experiment.notebook}"
    download = addnodes.download_reference("", "", name, reftarget=path)
    download["refdoc"] = experiment.docname
    words = nodes.Text(" runs it in Jupyter, with every parameter spelt out.")
    return nodes.paragraph("", "", download, words)
