"""``{claim}`` shows one claim as it came out; ``{claims-table}`` is the ledger."""

from __future__ import annotations

from docutils import nodes
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from cs25.errors import UnknownNameError
from cs25.render.numerals import number, with_interval
from cs25.render.schema import LedgerJson, PaperJson
from cs25.sphinxext.course import Experiment, course_of
from cs25.sphinxext.elements import stale, verdict_mark
from cs25.sphinxext.fingerprints import COURSE, depend
from cs25.sphinxext.links import link
from cs25.sphinxext.tables import Cell, Content, Line, table
from cs25.sphinxext.trouble import trouble
from cs25.sphinxext.typeset import seed_range, typeset

__all__ = ["ClaimDirective", "ClaimsTableDirective", "anchor_of", "claim_box", "tally"]


class ClaimDirective(SphinxDirective):
    """``{claim} lecture.claim``: verdict, our number, the criterion, the paper's number."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the claim."""
        try:
            experiment, row = course_of(self.env).claim(self.arguments[0])
        except UnknownNameError as error:
            return [trouble(error.message, self.get_location())]
        depend(self.env, experiment.name)
        where = link(self.env, experiment.docname, experiment.demo.id, anchor=anchor_of(row))
        return [claim_box(row, decided_by=where)]


class ClaimsTableDirective(SphinxDirective):
    """``{claims-table} [lecture]``: every claim of one lecture, or of the whole course."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        course = course_of(self.env)
        name = self.arguments[0] if self.arguments else None
        try:
            chapters = [course.chapter(name)] if name else list(course.chapters)
        except UnknownNameError as error:
            return [trouble(error.message, self.get_location())]
        depend(self.env, name or COURSE)
        found = [
            (experiment, row)
            for chapter in chapters
            for experiment in chapter.experiments
            for row in experiment.rows
        ]
        if not found:
            return [nodes.paragraph("", "Nothing is claimed here.")]
        return [_ledger(self.env, found)]


def anchor_of(row: LedgerJson) -> str:
    """Return the name of a claim's place on the page of its demo."""
    return f"claim-{row['id']}"


def claim_box(row: LedgerJson, *, decided_by: nodes.Node | None = None) -> nodes.container:
    """Return a claim: verdict and statement, then the facts it rests on.

    Args:
        row: the claim as the ledger has it.
        decided_by: names the demo, where the page is not its own.
    """
    head = nodes.paragraph("", "", verdict_mark(row["verdict"]), classes=["cs25-claim-head"])
    head += [*stale(row["reasons"]), nodes.Text(" "), nodes.strong("", row["statement"])]
    facts = nodes.field_list("", classes=["cs25-facts"])
    for name, content in _facts(row, decided_by):
        shown = [nodes.Text(content)] if isinstance(content, str) else content
        body = nodes.field_body("", nodes.paragraph("", "", *shown))
        facts += nodes.field("", nodes.field_name("", name), body)
    return nodes.container("", head, facts, classes=["cs25-claim", f"cs25-{row['verdict']}"])


def tally(rows: tuple[LedgerJson, ...]) -> list[nodes.Node]:
    """Return how many claims came out how, each with its verdict's mark."""
    shown: list[nodes.Node] = []
    for verdict in ("supported", "contradicted", "inconclusive", "untested"):
        count = sum(row["verdict"] == verdict for row in rows)
        if count:
            mark = verdict_mark(verdict)
            shown += [nodes.inline("", f"{count} ", mark, classes=["cs25-count-of"])]
    return shown


def _facts(
    row: LedgerJson, decided_by: nodes.Node | None
) -> list[tuple[str, str | list[nodes.Node]]]:
    facts: list[tuple[str, str | list[nodes.Node]]] = []
    if row["measured"] is not None:
        facts.append(
            ("measured", f"{' '.join(filter(None, _measured(row)))} {row['unit']}".rstrip())
        )
    facts.append(("criterion", [nodes.literal("", row["criterion"])]))
    if row["preset"] != "default":
        facts.append(("settled for", f"preset {row['preset']}"))
    if paper := row["paper"]:
        source = nodes.emphasis("", typeset(paper["source"]))
        words = nodes.Text(typeset(f"{number(paper['value'])} {paper['what']} ("))
        facts.append(("published", [words, source, nodes.Text(")")]))
    if row["origin"] == "recorded":
        seeds = row["seeds"]
        facts.append(
            ("recorded", f"on {seed_range(seeds)}" if seeds else "exact: it takes no seed")
        )
    if row["reasons"]:
        facts.append(("stale", "; ".join(row["reasons"])))
    if row["note"]:
        facts.append(("note", row["note"]))
    if row["scale_note"] and row["verdict"] != "supported":
        facts.append(("scale", row["scale_note"]))
    if decided_by is not None:
        facts.append(("decided by", [decided_by]))
    return facts


def _ledger(env: BuildEnvironment, found: list[tuple[Experiment, LedgerJson]]) -> nodes.table:
    heads: list[str | Cell] = [
        "claim",
        "decided by",
        "criterion",
        Cell("measured", is_number=True),
        Cell("published", is_number=True),
        "verdict",
    ]
    is_course = len({row["lecture"] for _, row in found}) > 1
    lines = [Line(_cells(env, e, row, is_course=is_course), _data(row)) for e, row in found]
    return table(heads, lines, "cs25-ledger", "sortable")


def _cells(
    env: BuildEnvironment, experiment: Experiment, row: LedgerJson, *, is_course: bool
) -> list[Cell | Content]:
    claim = link(env, experiment.docname, row["statement"], anchor=anchor_of(row))
    demo = link(
        env, experiment.docname, f"{row['lecture']} {row['demo']}" if is_course else row["demo"]
    )
    return [
        claim,
        demo,
        nodes.literal("", row["criterion"]),
        _measured_cell(row),
        _published(row["paper"]),
        [verdict_mark(row["verdict"]), *stale(row["reasons"])],
    ]


def _measured_cell(row: LedgerJson) -> Cell:
    if row["measured"] is None:
        return Cell("–", is_number=True)
    value, interval = _measured(row)
    lines = [nodes.paragraph("", f"{value} {row['unit']}".rstrip())]
    if interval:
        lines.append(nodes.paragraph("", interval, classes=["cs25-interval"]))
    return Cell(lines, sort=row["measured"], is_number=True)


def _published(paper: PaperJson | None) -> Cell:
    if paper is None:
        return Cell("–", is_number=True)
    source = typeset(f"{paper['what']}, {paper['source']}")
    lines = [
        nodes.paragraph("", typeset(number(paper["value"]))),
        nodes.paragraph("", source, classes=["cs25-source"]),
    ]
    return Cell(lines, sort=paper["value"], is_number=True)


def _data(row: LedgerJson) -> dict[str, str]:
    return {
        "lecture": row["lecture"],
        "demo": row["demo"],
        "verdict": row["verdict"],
        "origin": row["origin"],
        "stale": str(row["stale"]).lower(),
    }


def _measured(row: LedgerJson) -> tuple[str, str]:
    """Return the number and its interval, which may be empty."""
    value, interval = with_interval(float(row["measured"] or 0.0), row["low"], row["high"])
    return typeset(value), typeset(interval)
