r"""Formulas as MathML, written into the page when the book is built.

Browsers lay MathML out themselves, so a page needs no script and no network for its mathematics.
math-core reads the TeX strictly: what it does not know is a warning that names the place, never a
formula with something missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

__all__ = ["display_mathml", "inline_mathml", "setup"]

_logger = logging.getLogger(__name__)
_converter = LatexToMathML(fancy_error=False)

#: Environments that number their lines themselves; here Sphinx does that.
_NUMBERED = re.compile(r"\\(begin|end)\{(align|equation|gather|multline)\}")
_SPLIT = re.compile(r"\\(begin|end)\{split\}")


def inline_mathml(tex: str) -> str:
    r"""Return a formula within a line.

    Raises:
        LatexError: the TeX is wrong, or holds something that is not known.

    >>> inline_mathml(r"p^T")
    '<math><msup><mi>p</mi><mi>T</mi></msup></math>'
    """
    return _converter.convert_with_local_state(tex, displaystyle=False)


def display_mathml(tex: str) -> str:
    r"""Return a formula on lines of its own: ``\\`` and blank lines end a line, ``&`` aligns.

    Raises:
        LatexError: the TeX is wrong, or holds something that is not known.
    """
    tex = _SPLIT.sub(r"\\\1{aligned}", _NUMBERED.sub(r"\\\1{\2*}", tex.strip()))
    if not tex.startswith(r"\begin{"):
        lines = re.split(r"\n\s*\n", tex)
        if len(lines) > 1 or r"\\" in tex:
            tex = r"\begin{aligned}" + r"\\".join(lines) + r"\end{aligned}"
    return _converter.convert_with_local_state(tex, displaystyle=True)


def setup(app: Sphinx) -> None:
    """Let MathML take the place of MathJax, which loads a script from a network."""
    app.add_html_math_renderer("mathml", (_visit_inline, None), (_visit_display, None))


def _visit_inline(writer: HTML5Translator, node: nodes.math) -> None:
    writer.body.append(writer.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    writer.body.append(_written(inline_mathml, writer, node))
    writer.body.append("</span>")
    raise nodes.SkipNode


def _visit_display(writer: HTML5Translator, node: nodes.math_block) -> None:
    writer.body.append(writer.starttag(node, "div", CLASS="math notranslate nohighlight"))
    writer.body.append(_written(display_mathml, writer, node))
    if node["number"]:
        writer.body.append(f'<span class="eqno">({get_node_equation_number(writer, node)})')
        writer.add_permalink_ref(node, "Link to this equation")
        writer.body.append("</span>")
    writer.body.append("</div>\n")
    raise nodes.SkipNode


def _written(
    convert: Callable[[str], str], writer: HTML5Translator, node: nodes.math | nodes.math_block
) -> str:
    tex = node.astext()
    try:
        return convert(tex)
    except LatexError as error:
        place, _, reason = str(error).partition(": ")
        _logger.warning(
            "formula %r cannot be set: %s, at character %s; expected TeX that math-core knows",
            *(tex, reason.rstrip("."), place),
            location=node,
            type="cs25",
            subtype="math",
        )
        return f"<code>{writer.encode(tex)}</code>"
