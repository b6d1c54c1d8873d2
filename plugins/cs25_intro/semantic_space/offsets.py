"""Are the steps from one word to its partner parallel, and more so than between other words?

Source: Mikolov, Yih and Zweig 2013 for the offset of a pair; Fournier, Dupoux and Dunbar 2020 for
the two things that can make offsets alike. One is in the classes: countries lie together, cities
lie together, and every step from a country to a city goes the same way. The other is in the pairs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

__all__ = ["Parallelism", "alikeness", "parallelism"]


class Parallelism(NamedTuple):
    """Mean cosine between the offsets of two pairs.

    Args:
        own: of the pairs as they are.
        shuffled: with the second words dealt out among the pairs, mean over all ways to do so.
    """

    own: float
    shuffled: float

    @property
    def excess(self) -> float:
        """What is in the pairs, and not in the two classes of words."""
        return self.own - self.shuffled


def parallelism(
    first: Float[np.ndarray, "pair dim"], second: Float[np.ndarray, "pair dim"]
) -> Parallelism:
    """Compare the directions of offsets, second minus first.

    No shuffle is drawn. Over all n! ways to deal out the second words, any two first words meet any
    two different second words equally often. So the mean is that over all (i, k), (j, l) with
    i != j and k != l; and sums of cosines are squared lengths of sums of unit vectors.

    Args:
        first: of each pair; two pairs or more.
        second: of each pair. No second word lies on a first one.
    """
    n = len(first)
    steps = _unit(second[None, :] - first[:, None])  # (first word, second word, dim)
    own = _square(steps[range(n), range(n)].sum(axis=0)) - n
    same_first = _square(steps.sum(axis=1)).sum()
    same_second = _square(steps.sum(axis=0)).sum()
    # Of all pairs of steps, less those that share a word; what shares both was taken twice.
    shuffled = _square(steps.sum(axis=(0, 1))) - same_first - same_second + n**2
    return Parallelism(float(own / (n * (n - 1))), float(shuffled / (n * (n - 1)) ** 2))


def alikeness(
    first: Float[np.ndarray, "pair dim"], second: Float[np.ndarray, "pair dim"]
) -> Float[np.ndarray, " pair"]:
    """Return each offset's mean cosine with the others."""
    steps = _unit(second - first)
    return np.asarray((steps @ steps.sum(axis=0) - 1) / (len(steps) - 1))


def _unit(vectors: Float[np.ndarray, "*n dim"]) -> Float[np.ndarray, "*n dim"]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def _square(vectors: Float[np.ndarray, "*n dim"]) -> Float[np.ndarray, "*n"]:
    return np.asarray((vectors**2).sum(axis=-1))
