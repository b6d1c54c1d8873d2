"""The vote over sampled answers, and what it could reach.

Source: Wang et al. 2022 (arXiv 2203.11171), section 2: the most frequent answer.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Bool, Int

__all__ = ["condorcet", "counts", "vote", "vote_accuracy"]


def counts(
    answers: Int[np.ndarray, "question sample"], n_options: int
) -> Int[np.ndarray, "question option"]:
    """Count how often each option was the answer."""
    return np.stack([(answers == option).sum(axis=1) for option in range(n_options)], axis=1)


def vote(
    answers: Int[np.ndarray, "question sample"], n_options: int, *, draw: np.random.Generator
) -> Int[np.ndarray, " question"]:
    """Return the most frequent answer to each question.

    Args:
        answers: from 0 to n_options - 1.
        n_options: options there are.
        draw: breaks ties at random; it never sees which option is right.
    """
    tally = counts(answers, n_options)
    return np.asarray(np.argmax(tally + draw.random(tally.shape), axis=1))  # under one vote


def vote_accuracy(
    answers: Int[np.ndarray, "question sample"],
    right: Int[np.ndarray, " question"],
    *,
    k: int,
    n_options: int,
    draw: np.random.Generator,
) -> float:
    """Return how often a vote of k is right, averaged over the disjoint groups of k samples."""
    groups = answers.shape[1] // k
    hits: list[Bool[np.ndarray, " question"]] = [
        vote(answers[:, i * k : (i + 1) * k], n_options, draw=draw) == right for i in range(groups)
    ]
    return float(np.mean(hits))


def condorcet(p: float, k: int) -> float:
    """Return how often a majority of k independent votes between two options is right.

    sum over j > k/2 of C(k, j) p^j (1 - p)^(k - j), plus half of the term j = k/2: a tie is
    broken by a coin.

    Source: Condorcet 1785.

    >>> round(condorcet(0.6, 3), 3)  # 3 · 0.6² · 0.4 + 0.6³
    0.648
    """
    terms = [
        math.comb(k, j) * p**j * (1 - p) ** (k - j) * (0.5 if 2 * j == k else 1.0)
        for j in range(math.ceil(k / 2), k + 1)
    ]
    return math.fsum(terms)
