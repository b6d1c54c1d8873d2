"""a is to b as c is to what? The word nearest to c + b - a, and what is found without adding.

Source: Mikolov, Yih and Zweig 2013 for the rule (3CosAdd in Levy and Goldberg 2014); Linzen 2016
for what it has to be compared with.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

__all__ = ["Retrieval", "best_words", "solve_all"]

Scores = Float[np.ndarray, "question word"]


class Retrieval(NamedTuple):
    """Shares of analogies.

    Args:
        literal: of all words, the nearest to c + b - a is d.
        stays: of all words, the nearest to c + b - a is c.
        solved: the nearest is d if a, b and c are no candidates.
        nearest: so is the nearest to c alone.
        plus: so is the nearest to c + b.
    """

    literal: float
    stays: float
    solved: float
    nearest: float
    plus: float


def solve_all(
    vectors: Float[np.ndarray, "word dim"],
    first: Int[np.ndarray, " pair"],
    second: Int[np.ndarray, " pair"],
) -> Retrieval:
    """Ask every pair of pairs: a is to b as c is to d.

    The nearest word to a query is that with the largest cosine, and the query's own length makes no
    difference to which one that is. So the score of a word is the sum of its cosines with c and b,
    less that with a.

    Args:
        vectors: of length one, of all candidates.
        first: rows of the first words, a and c.
        second: rows of the second words, b and d.
    """
    like_first, like_second = vectors[first] @ vectors.T, vectors[second] @ vectors.T
    shown, asked = np.nonzero(~np.eye(len(first), dtype=bool))
    a, b, c, d = first[shown], second[shown], first[asked], second[asked]
    nearest = like_first[asked]
    plus = nearest + like_second[shown]
    add = plus - like_first[shown]
    best = add.argmax(axis=1)
    given = np.stack([a, b, c], axis=1)
    solved, by_c, by_sum = (
        float((_excluding(scores, given).argmax(axis=1) == d).mean())
        for scores in (add, nearest, plus)
    )
    return Retrieval(float((best == d).mean()), float((best == c).mean()), solved, by_c, by_sum)


def best_words(
    vectors: Float[np.ndarray, "word dim"], question: tuple[int, int, int], n: int, *, exclude: bool
) -> list[tuple[int, float]]:
    """Return the words nearest to c + b - a, and their cosines with it.

    Args:
        vectors: of length one, of all candidates.
        question: rows of a, b and c.
        n: how many words.
        exclude: leave out a, b and c.
    """
    a, b, c = vectors[list(question)]
    query = c + b - a
    cosines = vectors @ (query / np.linalg.norm(query))
    scores = _excluding(cosines[None], np.array([question]))[0] if exclude else cosines
    return [(int(row), float(cosines[row])) for row in np.argsort(-scores, kind="stable")[:n]]


def _excluding(scores: Scores, given: Int[np.ndarray, "question n"]) -> Scores:
    """Return scores in which the given words cannot win."""
    left = scores.copy()
    np.put_along_axis(left, given, -np.inf, axis=1)
    return left
