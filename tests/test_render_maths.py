"""Formulas as a line of Unicode."""

import pytest

from cs25.render.maths import block_maths, inline_maths, maths


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"L = E + A/N^{\alpha}", "L = E + A/N^α"),
        (r"L(N) = E + \frac{A}{N^\alpha}", "L(N) = E + A/N^α"),
        (r"10^{23}", "10²³"),
        (r"N^{-0.40}", "N⁻⁰˙⁴⁰"),
        (r"\hat{y}_i = \sum_{i=1}^{n} w_i x_i", "ŷᵢ = ∑ᵢ₌₁ⁿ wᵢ xᵢ"),
        (r"\log_2 x", "log₂ x"),
        (r"\log p_\theta(x)", "log p_θ(x)"),
        (r"\operatorname{argmax}_x f(x)", "argmaxₓ f(x)"),
        (r"\mathrm{softmax}(QK^\top/\sqrt{d_k})V", "softmax(QKᵀ/√dₖ)V"),
        (r"\sqrt[3]{x+1}", "³√(x+1)"),
        (r"\frac{\partial L}{\partial \theta}", "∂L/∂θ"),
        (r"S = 1 - e^{-cS}", "S = 1 − e^(−cS)"),
        (r"\|x\|_2^2", "‖x‖₂²"),
        (r"\mathbb{E}_{q}[x] \le 5", "𝔼_q[x] ≤ 5"),
        (r"N_{\text{non-embedding}}", "N_non-embedding"),  # a hyphen of a word is no minus
        (r"a \quad b", "a   b"),
        ("f'(x)", "f′(x)"),
    ],
)
def test_known_formulas(tex, text):
    assert maths(tex) == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\frac{a+b}{2}", "(a+b)/2"),  # not a+b/2
        (r"\frac{a}{bc}", "a/(bc)"),  # not a/bc, which reads as (a/b)c
        (r"\frac{ab}{c}", "ab/c"),
        (r"\frac{a}{b}c", "a/b c"),
        (r"2\frac{a}{b}", "2 a/b"),
        (r"x^{n+m-\beta}", "x^(n+m−β)"),
        (r"\sqrt{a b}", "√(a b)"),
        (r"\frac{1}{\sqrt{n}}", "1/√n"),
        (
            r"\frac{1}{10} + \frac{9}{10}\left(\frac{10q-1}{9}\right)^T",
            "1/10 + 9/10 ((10q−1)/9)ᵀ",
        ),
    ],
)
def test_brackets_stand_where_a_line_of_text_would_change_the_meaning(tex, text):
    assert maths(tex) == text


def test_every_line_of_an_aligned_formula_is_a_line():
    assert block_maths(r"\begin{aligned} a &= b \\ c &= d \end{aligned}") == ["a = b", "c = d"]


@pytest.mark.parametrize("tex", [r"\frac{1}{2", r"\left(", "^", "_", r"\unknown{x} + 1", "{", ""])
def test_no_tex_raises(tex):
    assert isinstance(maths(tex), str)


def test_only_what_is_between_dollars_is_a_formula():
    text = r"a_b, $x_1$ and \$5 then $y^2$"
    assert inline_maths(text) == r"a_b, x₁ and \$5 then y²"
