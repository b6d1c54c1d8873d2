"""Counts of n-grams as sorted arrays: what stands in a text, how often, and after what.

An n-gram is one whole number, with its characters as digits to the base 128. So its context, all
but the last character, is a shift away, and its ending, all but the first, a mask. Nine characters
of 7 bits each fit into a number of 64: that is the longest n-gram.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64, UInt8, UInt64

__all__ = [
    "LONGEST",
    "N_CHARS",
    "Counts",
    "context",
    "continuations",
    "count",
    "ending",
    "extended",
    "ngrams",
]

#: N-grams, each a whole number.
Grams = UInt64[np.ndarray, " gram"]

#: The longest n-gram that fits into a number.
LONGEST = 9

#: Different characters: those of ASCII.
N_CHARS = 128

_BITS = 7


@dataclass(frozen=True)
class Counts:
    """How often each n-gram of one length counts.

    Args:
        grams: sorted, each once; so those that share a context stand side by side.
        counts: at least 1.
    """

    grams: Grams
    counts: Int64[np.ndarray, " gram"]


def ngrams(text: UInt8[np.ndarray, " pos"], n: int) -> UInt64[np.ndarray, " gram"]:
    """Return the n-gram that ends at each position from the n-th on.

    >>> ngrams(np.array([1, 2, 3], dtype=np.uint8), 2)
    array([130, 259], dtype=uint64)
    """
    grams = np.zeros(max(0, len(text) - n + 1), dtype=np.uint64)
    for i in range(n):
        grams = (grams << np.uint64(_BITS)) | text[i : i + len(grams)]
    return grams


def context(grams: Grams) -> Grams:
    """Return n-grams without their last character."""
    return grams >> np.uint64(_BITS)


def ending(grams: Grams, n: int) -> Grams:
    """Return the last n characters of longer n-grams."""
    return grams & np.uint64(N_CHARS**n - 1)


def extended(contexts: UInt64[np.ndarray, " context"]) -> Grams:
    """Return each context with every character behind it, context by context."""
    behind = np.arange(N_CHARS, dtype=np.uint64)
    return ((contexts[:, None] << np.uint64(_BITS)) | behind).ravel()


def count(grams: Grams) -> Counts:
    """Count how often each n-gram occurs."""
    return Counts(*np.unique(grams, return_counts=True))


def continuations(longer: Counts, n: int) -> Counts:
    """Count the different characters that stand before each n-gram: the continuation count.

    Args:
        longer: the n-grams of length n + 1.
        n: the length of those that are counted.

    Source: Kneser and Ney 1995.
    """
    return count(ending(longer.grams, n))
