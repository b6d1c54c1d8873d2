"""Repetition: the share of a text's 4-grams that it has already had.

Source: Welleck et al. 2020 (arXiv 1908.04319), who call it seq-rep-4.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["N", "repeated"]

#: Tokens in a row that are looked at.
N = 4


def repeated(tokens: Sequence[int], *, n: int = N) -> float:
    """Return 1 - (different n-grams) / (n-grams) of one text, from 0 to below 1.

    Args:
        tokens: at least n of them.
        n: tokens in a row.

    >>> repeated([1, 2, 1, 2, 1], n=2)
    0.5
    """
    grams = [tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]
    if not grams:
        raise ValueError(f"repeated: {len(tokens)} tokens, expected {n} or more")
    return 1 - len(set(grams)) / len(grams)
