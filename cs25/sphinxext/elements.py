"""Parts of a page that docutils has no node for.

Each derives from the node it comes nearest to, and that is what other builders than HTML show.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

__all__ = [
    "add_elements",
    "disclosure",
    "disclosure_title",
    "ledger_cell",
    "ledger_row",
    "stale",
    "stale_mark",
    "verdict_mark",
]


class stale_mark(nodes.inline):  # noqa: N801  # docutils finds visitors by this name
    """The word "stale"; its attribute ``title`` says why."""


class ledger_row(nodes.row):  # noqa: N801
    """A row whose attribute ``data`` is what a script filters by."""

    column = 0  # of the cell that is being written


class ledger_cell(nodes.entry):  # noqa: N801
    """A cell whose attribute ``sort`` is the number that a script sorts by."""


class disclosure(nodes.container):  # noqa: N801
    """Something long that is folded until it is asked for."""


class disclosure_title(nodes.rubric):  # noqa: N801
    """What is seen of it before."""


def verdict_mark(verdict: str) -> nodes.inline:
    """Return a verdict as a word that a style sheet can colour."""
    return nodes.inline("", verdict, classes=["cs25-verdict", f"cs25-{verdict}"])


def stale(reasons: Sequence[str]) -> list[nodes.Node]:
    """Return the mark of a stale result, after a space; nothing if there are no reasons."""
    if not reasons:
        return []
    mark = stale_mark("", "stale", classes=["cs25-stale"], title="; ".join(reasons))
    return [nodes.Text(" "), mark]


def add_elements(app: Sphinx) -> None:
    """Register the nodes with their HTML."""
    app.add_node(stale_mark, html=(_visit_stale, _depart_span))
    app.add_node(ledger_row, html=(_visit_row, _depart_row))
    app.add_node(ledger_cell, html=(_visit_cell, _depart_cell))
    app.add_node(disclosure, html=(_visit_details, _depart_details))
    app.add_node(disclosure_title, html=(_visit_summary, _depart_summary))


def _visit_stale(self: HTML5Translator, node: stale_mark) -> None:
    self.body.append(self.starttag(node, "span", "", title=node["title"]))


def _depart_span(self: HTML5Translator, node: stale_mark) -> None:
    self.body.append("</span>")


def _visit_row(self: HTML5Translator, node: ledger_row) -> None:
    data = {f"data-{name}": value for name, value in node["data"].items()}
    self.body.append(self.starttag(node, "tr", "", **data))
    node.column = 0


def _depart_row(self: HTML5Translator, node: ledger_row) -> None:
    self.body.append("</tr>\n")


def _visit_cell(self: HTML5Translator, node: ledger_cell) -> None:
    row: Any = node.parent  # the writer counts on it, whatever row it is
    row.column += 1
    self.body.append(self.starttag(node, "td", "", **{"data-sort": node["sort"]}))


def _depart_cell(self: HTML5Translator, node: ledger_cell) -> None:
    self.body.append("</td>\n")


def _visit_details(self: HTML5Translator, node: disclosure) -> None:
    self.body.append(self.starttag(node, "details"))


def _depart_details(self: HTML5Translator, node: disclosure) -> None:
    self.body.append("</details>\n")


def _visit_summary(self: HTML5Translator, node: disclosure_title) -> None:
    self.body.append(self.starttag(node, "summary", ""))


def _depart_summary(self: HTML5Translator, node: disclosure_title) -> None:
    self.body.append("</summary>\n")
