r"""Mathematics as a line of Unicode: ``\frac{A}{N^2}`` becomes ``A/N²``.

pylatexenc reads the TeX; unicodeit knows which letters exist raised or lowered. What is added
here is what a line of text needs: brackets where a fraction, a root or a script loses them, and
space around relations.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pylatexenc.latex2text import (
    LatexNodes2Text,
    MacroTextSpec,
    SpecialsTextSpec,
    get_default_latex_context_db,
)
from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexMacroNode,
    LatexWalker,
    LatexWalkerError,
)
from pylatexenc.latexwalker import (
    get_default_latex_context_db as get_walker_context_db,
)
from pylatexenc.macrospec import MacroSpec

__all__ = ["block_maths", "inline_maths", "maths"]

_RELATIONS = "=≤≥≈∈∉→←↦≡∼≪≫≠⇒⇔∝<>≲≳≔⊂⊆∣±×⋅·∘∪∩⊕⊗÷"
_FUNCTIONS = (
    *("log", "ln", "exp", "max", "min", "sup", "inf", "lim", "arg", "argmax", "argmin", "softmax"),
    *("sin", "cos", "tan", "tanh", "det", "dim", "gcd", "Pr"),
)
#: Invisible: stands behind a function's name until its argument is known.
_APPLY = "\u2061"
#: Stands for a wide space until narrow ones are tidied up.
_GAP = "\u2063"
_DOLLARS = re.compile(r"(?<![\\$])\$(?!\$)((?:\\.|[^$\\])+)\$(?!\$)")


def inline_maths(text: str) -> str:
    r"""Return text with its ``$...$`` as Unicode.

    >>> inline_maths(r"loss falls as $N^{-0.40}$")
    'loss falls as N⁻⁰˙⁴⁰'
    """
    return _DOLLARS.sub(lambda match: maths(match[1]), text)


def maths(tex: str) -> str:
    r"""Return one formula, given without its dollars, on one line.

    >>> maths(r"L(N) = E + \frac{A}{N^\alpha}")
    'L(N) = E + A/N^α'
    >>> maths(r"\frac{1}{10} + \frac{9}{10}\left(\frac{10q-1}{9}\right)^T")
    '1/10 + 9/10 ((10q−1)/9)ᵀ'
    """
    return "; ".join(block_maths(tex))


def block_maths(tex: str) -> list[str]:
    """Return a displayed formula, one text for each of its lines."""
    try:
        walker = LatexWalker(tex, latex_context=_grammar(), tolerant_parsing=True)
        text = _reader().nodelist_to_text(walker.get_latex_nodes()[0])
    except (LatexWalkerError, ValueError, IndexError):
        text = tex  # TeX that nobody can read is shown as it was written
    lines = (_spaced(line) for line in text.splitlines())
    return [line for line in lines if line]


def _spaced(text: str) -> str:
    text = re.sub(rf"\s*([{_RELATIONS}])\s*", r" \1 ", text)
    text = re.sub(rf"{_APPLY}\s*(?=[(\[{{⟨|‖^_⁰-ₜᴬ-ᵿⁱ²³¹,.]|$)", "", text).replace(_APPLY, " ")
    text = re.sub(r"\s+", " ", text).strip().replace("∂ ", "∂")
    text = re.sub(r"([([{⟨]) (?=\S)", r"\1", text)
    text = re.sub(r"(?<=\S) ([)\]}⟩,.;])", r"\1", text)
    return re.sub(rf" *{_GAP} *", "   ", text)


class _Reader(LatexNodes2Text):  # type: ignore[misc]  # pylatexenc publishes no types
    """Adds raised and lowered letters to pylatexenc's conversion."""

    in_text = False

    def nodelist_to_text(self, nodelist: list[Any]) -> str:
        text, script = "", ""
        for i, node in enumerate(nodelist):
            if isinstance(node, LatexCharsNode):
                for char in node.chars if self.in_text else node.chars.replace("-", "−"):
                    if script and not char.isspace():
                        text, script = text + _script(script, char), ""
                    elif char in "^_" and not self.in_text:
                        script = char
                    elif not script:
                        text += "′" if char == "'" else char
                continue
            piece = self.node_to_text(node)
            if script:
                text, script = text + _script(script, piece), ""
            elif isinstance(node, LatexMacroNode):
                if node.macroname in _FRACTIONS and re.search(r"[\w)]$", text):
                    text += " "
                text += piece
                if not _arguments_of(node) and i + 1 < len(nodelist):
                    text += node.macro_post_space
                elif node.macroname in _FRACTIONS and _begins(nodelist[i + 1 : i + 2]):
                    text += " "
            else:
                text += piece
        return text


_FRACTIONS = ("frac", "tfrac", "dfrac")


def _begins(following: list[Any]) -> bool:
    """Whether what follows a fraction would be read as part of it."""
    if not following:
        return False
    verbatim = str(following[0].latex_verbatim())
    return verbatim[:1].isalnum() or verbatim[:1] in ("(", "[", "\\", "{")


@cache
def _grammar() -> Any:
    """How many arguments a macro takes, where pylatexenc's own list does not say."""
    takes = {"binom": 2, "tfrac": 2, "dfrac": 2, "operatorname": 1, "mathsf": 1, "boldsymbol": 1}
    context = get_walker_context_db()
    macros = [MacroSpec(name, "{" * count) for name, count in takes.items()]
    context.add_context_category("cs25", prepend=True, macros=macros)
    return context


@cache
def _reader() -> _Reader:
    context = get_default_latex_context_db()
    context.add_context_category("cs25", prepend=True, macros=_macros(), specials=_SPECIALS)
    return _Reader(latex_context=context, math_mode="text", strict_latex_spaces=False)


#: Quotation marks and dashes of text mean something else, or nothing, in mathematics.
_SPECIALS = [SpecialsTextSpec(chars, chars) for chars in ("--", "---", "``", "''")]


def _macros() -> list[Any]:
    spaces = dict.fromkeys((",", ";", ":", " ", "enspace"), " ")
    plain = {
        "quad": _GAP, "qquad": _GAP,
        "!": "", "|": "‖", "lVert": "‖", "rVert": "‖", "Vert": "‖", "lvert": "|", "rvert": "|",
        "mid": "∣", "cdot": "·", "left": "", "right": "", "big": "", "Big": "", "bigl": "",
        "bigr": "", "Bigl": "", "Bigr": "", "displaystyle": "", "ldots": "…", "dots": "…",
        "cdots": "…", "top": "⊤", "prime": "′", "colon": ":", "limits": "", "nolimits": "",
        "epsilon": "ε", "varepsilon": "ε", "phi": "φ", "sim": "∼", "lbrace": "{", "rbrace": "}",
    }  # fmt: skip
    functions = {name: name + _APPLY for name in _FUNCTIONS}
    simple = {**spaces, **plain, **functions}
    return [
        *(MacroTextSpec(name, replacement) for name, replacement in simple.items()),
        *(MacroTextSpec(name, _fraction) for name in _FRACTIONS),
        *(MacroTextSpec(name, _text) for name in ("text", "textrm", "textit", "textbf", "mathrm")),
        *(MacroTextSpec(name, _text) for name in ("mathsf", "mathit", "mathbf", "boldsymbol")),
        MacroTextSpec("operatorname", _operator),
        MacroTextSpec("sqrt", _root),
        MacroTextSpec("binom", _binomial),
    ]  # fmt: skip


def _arguments_of(node: Any) -> list[Any]:
    return list(node.nodeargd.argnlist or ()) if node.nodeargd is not None else []


def _arguments(node: Any, reader: Any) -> list[str]:
    nodes = _arguments_of(node)
    return ["" if n is None else reader._groupnodecontents_to_text(n) for n in nodes]


def _fraction(node: Any, l2tobj: Any) -> str:
    above, below = (_spaced(part) for part in _arguments(node, l2tobj)[-2:])
    return f"{_bracketed(above, product=True)}/{_bracketed(below)}"


def _root(node: Any, l2tobj: Any) -> str:
    *index, radicand = _arguments(node, l2tobj)
    degree = index[0] if index else ""
    return f"{_script('^', degree) if degree else ''}√{_bracketed(_spaced(radicand))}"


def _binomial(node: Any, l2tobj: Any) -> str:
    above, below = _arguments(node, l2tobj)[-2:]
    return f"C({_spaced(above)}, {_spaced(below)})"


def _text(node: Any, l2tobj: Any) -> str:
    before, l2tobj.in_text = l2tobj.in_text, True
    try:
        return "".join(_arguments(node, l2tobj)[-1:])
    finally:
        l2tobj.in_text = before


def _operator(node: Any, l2tobj: Any) -> str:
    return _text(node, l2tobj) + _APPLY


def _bracketed(text: str, *, product: bool = False) -> str:
    """Put brackets around what a fraction bar or a root held together.

    Above a fraction bar a product needs none: ``ab/c`` reads the same either way.
    """
    inner = re.sub(r"\([^()]*\)|\[[^\[\]]*\]", "", text)
    loose = r"[+−±/=,]" if product else r"[+−±/=,·×\s]|\w\w"
    whole = re.fullmatch(r"[\d.,]+", inner)
    return text if whole or not re.search(loose, _unscripted(inner)) else f"({text})"


def _unscripted(text: str) -> str:
    """Drop what is raised or lowered: it binds tighter than any fraction."""
    raised = "".join(set(_scripts().values()) - set("*"))
    return re.sub(rf"[{re.escape(raised)}]|[_^](\([^()]*\)|\w+)", "", text)


def _script(mark: str, text: str) -> str:
    """Return text raised (``^``) or lowered (``_``), or marked so where letters are missing."""
    text = text.replace(" ", "").replace(_APPLY, "")
    named = {"^⊤": "ᵀ", "^′": "′", "^∘": "°", "^†": "†", "^*": "*", "^⋆": "*"}
    if mark + text in named:
        return named[mark + text]
    table = _scripts()
    if all(mark + char in table for char in text):
        return "".join(table[mark + char] for char in text)
    return mark + (text if re.fullmatch(r"[\w.*-]+", text) else f"({text})")


@cache
def _scripts() -> dict[str, str]:
    from unicodeit.data import SUBSUPERSCRIPTS

    table = dict(SUBSUPERSCRIPTS)
    # Greek ones look like Latin letters in most fonts; the rest of these are other letters.
    wrong = [key for key in table if key[1] in "βγδφχρ∫<>V*"]
    for key in wrong:
        del table[key]
    return {**table, "^.": "˙", "^V": "ⱽ", "^/": "ᐟ", "_,": ","}
