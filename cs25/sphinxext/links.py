"""Links to pages of the book that carry any content, pictures too, in every markup."""

from __future__ import annotations

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode

__all__ = ["link", "resolve_link"]

_KIND = "cs25-page"


def link(
    env: BuildEnvironment, docname: str, *content: nodes.Node | str, anchor: str = ""
) -> nodes.Element:
    """Return a link to a page.

    Args:
        env: the build.
        docname: the page.
        content: what is shown; its headline if nothing is.
        anchor: a place on that page.
    """
    shown = nodes.inline("", "", *(nodes.Text(c) if isinstance(c, str) else c for c in content))
    return addnodes.pending_xref(
        "",
        shown,
        refdomain="",
        reftype=_KIND,
        reftarget=docname,
        refdoc=env.docname,
        refanchor=anchor,
        refwarn=True,
    )


def resolve_link(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, content: nodes.Element
) -> nodes.reference | None:
    """Turn a link into a reference once all pages are known."""
    if node["reftype"] != _KIND or node["reftarget"] not in env.found_docs:
        return None
    if not content.children:
        content += [child.deepcopy() for child in env.titles[node["reftarget"]].children]
    return make_refnode(app.builder, node["refdoc"], node["reftarget"], node["refanchor"], content)
