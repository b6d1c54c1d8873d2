"""Interpolated Kneser-Ney: counts of n-grams as probabilities, also of what was never counted.

A little is taken from the count of every n-gram. What a context has lost in this way goes to all
characters, in proportion to how likely they are after the context that is shorter by one. There it
does not matter how often a character occurs, but after how many different ones: "Francisco" is
frequent, and yet unlikely after anything but "San".

Source: Kneser and Ney 1995; Chen and Goodman 1999 (Computer Speech & Language 13), with the three
discounts that they call modified.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int64, UInt8, UInt64

from cs25_intro.counting.ngrams import (
    N_CHARS,
    Counts,
    context,
    continuations,
    count,
    ending,
    extended,
    ngrams,
)

__all__ = ["KneserNey", "discounts", "write"]

#: What is taken away where a text is too small or too regular for the estimates: KenLM's choice.
FALLBACK = (0.5, 1.0, 1.5)


def discounts(counts: Counts) -> Float[np.ndarray, " discount"]:
    """Return what is taken from a count of 1, of 2, and of 3 or more.

    With n_j the number of n-grams that count j, and Y = n_1 / (n_1 + 2 n_2), that is
    D_j = j - (j + 1) Y n_(j+1) / n_j.

    Source: Chen and Goodman 1999, modified Kneser-Ney.
    """
    n = np.bincount(counts.counts, minlength=5)[1:5].astype(float)
    if not n.all():
        return np.array(FALLBACK)
    j = np.arange(1, 4)
    found = j - (j + 1) * (n[0] / (n[0] + 2 * n[1])) * n[1:] / n[:-1]
    return found if ((found > 0) & (found <= j)).all() else np.array(FALLBACK)


@dataclass(frozen=True)
class _Level:
    """The n-grams of one length, discounted.

    Args:
        grams: sorted.
        shares: what each keeps of its context's counts, as a share of them.
        contexts: sorted.
        freed: share of each context's counts that goes to shorter contexts.
    """

    grams: UInt64[np.ndarray, " gram"]
    shares: Float[np.ndarray, " gram"]
    contexts: UInt64[np.ndarray, " context"]
    freed: Float[np.ndarray, " context"]

    @classmethod
    def of(cls, counts: Counts) -> _Level:
        kept = counts.counts - discounts(counts)[np.minimum(counts.counts, 3) - 1]
        contexts, first, sizes = np.unique(
            context(counts.grams), return_index=True, return_counts=True
        )
        totals = np.add.reduceat(counts.counts, first)
        freed = 1 - np.add.reduceat(kept, first) / totals
        return cls(counts.grams, kept / np.repeat(totals, sizes), contexts, freed)

    def interpolate(
        self, grams: UInt64[np.ndarray, " query"], shorter: Float[np.ndarray, " query"]
    ) -> Float[np.ndarray, " query"]:
        """Return the probability of each n-gram's last character.

        Args:
            grams: any n-grams of this length.
            shorter: the probability of the same character after the context less its first one.
        """
        freed = _look_up(self.contexts, self.freed, context(grams), missing=1.0)
        own = _look_up(self.grams, self.shares, grams, missing=0.0)
        return np.asarray(own + freed * shorter)


class KneserNey:
    """Models of every order from 1 to n, from one text.

    The n-grams of a model's own order count as often as they occur, shorter ones as often as they
    continue something.

    Args:
        text: to count in.
        order: the longest n-gram, n.
    """

    def __init__(self, text: UInt8[np.ndarray, " pos"], order: int) -> None:
        counted = [count(ngrams(text, n)) for n in range(1, order + 1)]
        self.order = order
        self._own = [_Level.of(counts) for counts in counted]
        self._shorter = [
            _Level.of(continuations(longer, n)) for n, longer in enumerate(counted[1:], start=1)
        ]

    def probs(self, grams: UInt64[np.ndarray, " query"]) -> Float[np.ndarray, "order query"]:
        """Return the probability of the last character of n-grams after those before it.

        Args:
            grams: of the largest order; smaller ones look at the end of it only.
        """
        below = np.full(len(grams), 1 / N_CHARS)
        found = np.empty((self.order, len(grams)))
        for n in range(1, self.order + 1):
            query = ending(grams, n)
            found[n - 1] = self._own[n - 1].interpolate(query, below)
            if n < self.order:
                below = self._shorter[n - 1].interpolate(query, below)
        return found

    def known(self, grams: UInt64[np.ndarray, " query"]) -> Int64[np.ndarray, " query"]:
        """Return how many characters before the last were seen in this order in the text.

        Args:
            grams: of the largest order, n.

        Returns:
            From 0 to n - 1: the length of the longest context that was counted.
        """
        lengths = np.zeros(len(grams), dtype=np.int64)
        for n in range(2, self.order + 1):
            lengths += np.isin(context(ending(grams, n)), self._own[n - 1].contexts)
        return lengths

    def next_probs(self, text: UInt8[np.ndarray, " pos"]) -> Float[np.ndarray, "order char"]:
        """Return the probability of every character after a text, of n - 1 characters or more."""
        return self.probs(extended(ngrams(text[len(text) - self.order + 1 :], self.order - 1)))


def write(
    model: KneserNey, prompt: UInt8[np.ndarray, " pos"], n_new: int, *, order: int, seed: int
) -> UInt8[np.ndarray, " new"]:
    """Continue a text, one character after another, each drawn from what an order predicts."""
    draw = np.random.default_rng(seed)
    text = prompt
    for _ in range(n_new):
        likely = model.next_probs(text)[order - 1].cumsum()
        # Rounding may leave the last sum beside 1.
        new = np.searchsorted(likely, draw.random() * likely[-1], side="right")
        text = np.append(text, np.uint8(new))
    return text[len(prompt) :]


def _look_up(
    keys: UInt64[np.ndarray, " key"],
    values: Float[np.ndarray, " key"],
    wanted: UInt64[np.ndarray, " query"],
    *,
    missing: float,
) -> Float[np.ndarray, " query"]:
    """Return the values of some keys, which are sorted."""
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[places] == wanted, values[places], missing)
