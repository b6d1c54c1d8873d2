"""Numbers as a printed page sets them: a minus, powers of ten, ranges."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cs25.render.numerals import superscript
from cs25.render.verdicts import seeds_text

__all__ = ["seed_range", "typeset"]

_POWER = re.compile(r"(?<=\d)e([+-]?\d+)\b")
_MINUS = re.compile(r"(?<![\w.)])-(?=[\d∞])")
#: No line may break there.
_NARROW = "\N{NARROW NO-BREAK SPACE}"


def typeset(text: str) -> str:
    r"""Return a text with its numbers as a printed page sets them.

    >>> typeset("3.229e23 [-0.5, 1.5e-3]"), typeset("GPT-3, up to 1.5e9 parameters")
    ('3.229\u202f×\u202f10²³ [−0.5, 1.5\u202f×\u202f10⁻³]', 'GPT-3, up to 1.5\u202f×\u202f10⁹ parameters')
    """
    text = _MINUS.sub("−", text)
    return _POWER.sub(lambda e: f"{_NARROW}×{_NARROW}10{superscript(int(e[1]))}", text)


def seed_range(seeds: Sequence[int]) -> str:
    """Name seeds in a sentence.

    >>> seed_range((100, 101, 102)), seed_range((7,))
    ('seeds 100–102', 'seed 7')
    """
    return seeds_text(seeds).replace("-", "–")
