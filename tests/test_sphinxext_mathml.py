r"""Formulas of the course reference: what MathML says, and what happens to TeX that is wrong."""

import re
import xml.etree.ElementTree as ET
from html import unescape

import pytest
from math_core import LatexError
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from cs25.sphinxext.mathml import display_mathml, inline_mathml


def words(mathml: str) -> str:
    return "".join(ET.fromstring(unescape(mathml)).itertext())


def test_a_power_law_keeps_its_fraction_and_exponent():
    mathml = display_mathml(r"L(N) = E + \frac{A}{N^{\alpha}}")
    assert "<mfrac><mi>A</mi><msup><mi>N</mi><mi>α</mi></msup></mfrac>" in mathml
    assert mathml.startswith('<math display="block">')


def test_a_formula_within_a_line_is_no_block():
    assert "block" not in inline_mathml(r"\sum_i x_i")


@pytest.mark.parametrize(
    ("tex", "rows"),
    [
        ("a &= b \\\\ c &= d", 2),
        ("a = b\n\nc = d\n\ne = f", 3),
        (r"\begin{split} a &= b \\ &= c \end{split}", 2),
        (r"\begin{align} a &= b \\ c &= d \end{align}", 2),
        ("a = b", 0),
    ],
)
def test_every_line_of_a_formula_is_a_row(tex, rows):
    mathml = display_mathml(tex)
    assert mathml.count("<mtr>") == rows
    assert "(1)" not in words(mathml)  # numbers are Sphinx's


@pytest.mark.parametrize("tex", [r"\foo{x}", r"\frac{1}", "{x", r"\left( x", "a^b^c"])
def test_tex_that_is_wrong_is_an_error_and_no_half_formula(tex):
    with pytest.raises(LatexError):
        inline_mathml(tex)


CONF = """
extensions = ["myst_parser", "math_only"]
myst_enable_extensions = ["dollarmath", "amsmath"]
"""
PAGE = r"""# Page

Inline $p^T$ and wrong $\foo{x}$.

$$
S = 1 - e^{-cS}
$$ (giant)

See {eq}`giant`.
"""


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Return what a page with formulas becomes, and what was warned of."""
    (tmp_path / "math_only.py").write_text("from cs25.sphinxext.mathml import setup\n")
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "conf.py").write_text(CONF)
    (tmp_path / "index.md").write_text(PAGE)
    warnings = (tmp_path / "warnings").open("w+")
    out = tmp_path / "out"
    # What an application registers with docutils would otherwise outlive it, in every later test.
    with patch_docutils(tmp_path), docutils_namespace():
        Sphinx(
            tmp_path, tmp_path, out, tmp_path / "trees", "html", status=None, warning=warnings
        ).build()
    warnings.seek(0)
    with warnings:
        return (out / "index.html").read_text(), warnings.read()


def test_a_page_holds_mathml_and_asks_for_no_script(page):
    html, _ = page
    assert "<math><msup><mi>p</mi><mi>T</mi></msup></math>" in html
    assert not re.search(r"<script[^>]*mathjax", html, re.I)


def test_a_numbered_equation_can_be_referred_to(page):
    html, _ = page
    equation = re.search(r'<div class="math[^"]*" id="([^"]+)">.*?\(1\)', html, re.S)
    assert equation
    assert re.search(rf'href="#{equation[1]}">\(1\)</a>', html)


def test_a_formula_that_cannot_be_set_is_a_warning_with_its_place(page):
    html, warnings = page
    assert re.search(r"index\.md:3: WARNING: formula '\\\\foo\{x\}' .*Unknown command", warnings)
    assert r"<code>\foo{x}</code>" in html
