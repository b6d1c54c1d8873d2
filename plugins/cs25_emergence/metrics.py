"""Five scores of the same answers: two that give all or nothing, three that give credit.

Every score is "higher is better". A chain is the string of sums that a model writes; `reach` says
how far a score can rise from a model that guesses to one that is always right.

Source: Schaeffer et al. 2023 (arXiv 2304.15004), sections 2 and 3.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

__all__ = [
    "METRICS",
    "Metric",
    "brier",
    "edit_distance",
    "exact_match",
    "log_probability",
    "token_accuracy",
]

Tokens = Int[np.ndarray, "question token"]
#: log-probabilities in nats of every next token along the right answer
LogProbs = Float[np.ndarray, "question token d_vocab"]


@dataclass(frozen=True)
class Metric:
    """A way to score what models wrote.

    Args:
        name: as it stands in figures and tables.
        unit: its unit.
        score: of (written, right, log_probs), averaged over questions.
        reach: of (number of tokens, options of each token): perfect minus guessing.
    """

    name: str
    unit: str
    score: Callable[[Tokens, Tokens, LogProbs], float]
    reach: Callable[[int, int], float]


def exact_match(written: Tokens, right: Tokens) -> Bool[np.ndarray, " question"]:
    """Return whether the whole string is right."""
    return np.asarray((written == right).all(axis=1))


def token_accuracy(written: Tokens, right: Tokens) -> Float[np.ndarray, " question"]:
    """Return the share of tokens that are right in their place."""
    return np.asarray((written == right).mean(axis=1))


def edit_distance(written: Tokens, right: Tokens) -> Int[np.ndarray, " question"]:
    """Return the least number of tokens to insert, delete or replace (Levenshtein).

    >>> edit_distance(np.array([[1, 2, 3]]), np.array([[2, 3, 4]]))
    array([2])
    """
    n, length = written.shape
    before = np.tile(np.arange(right.shape[1] + 1), (n, 1))
    for i in range(1, length + 1):
        now = np.empty_like(before)
        now[:, 0] = i
        for j in range(1, right.shape[1] + 1):
            replaced = before[:, j - 1] + (written[:, i - 1] != right[:, j - 1])
            now[:, j] = np.minimum(replaced, np.minimum(before[:, j], now[:, j - 1]) + 1)
        before = now
    return before[:, -1]


def brier(right: Tokens, log_probs: LogProbs) -> Float[np.ndarray, " question"]:
    """Return the squared distance of the probabilities from certainty, averaged over tokens.

    0 is perfect, 2 is certain and wrong.

    Source: Brier 1950, in its original form over all classes.
    """
    certain = np.eye(log_probs.shape[-1])[right]
    return np.asarray(((np.exp(log_probs) - certain) ** 2).sum(axis=-1).mean(axis=-1))


def log_probability(right: Tokens, log_probs: LogProbs) -> Float[np.ndarray, " question"]:
    """Return the log-probability of the right answer, in nats a token."""
    return np.asarray(np.take_along_axis(log_probs, right[..., None], axis=-1).mean(axis=(1, 2)))


#: By identifier. A guess among m options is right with probability 1/m, misses by a Brier score
#: of 1 - 1/m and has log-probability -log m. Shifts can save a guessed string some edits, so the
#: reach of the edit distance is an upper bound.
METRICS = {
    "exact_match": Metric(
        "exact match",
        "share",
        lambda written, right, log_probs: float(exact_match(written, right).mean()),
        lambda n_tokens, options: 1 - options**-n_tokens,
    ),
    "edit_distance": Metric(
        "token edit distance",
        "tokens, negative",
        lambda written, right, log_probs: -float(edit_distance(written, right).mean()),
        lambda n_tokens, options: n_tokens * (1 - 1 / options),
    ),
    "token_accuracy": Metric(
        "token accuracy",
        "share",
        lambda written, right, log_probs: float(token_accuracy(written, right).mean()),
        lambda n_tokens, options: 1 - 1 / options,
    ),
    "brier": Metric(
        "Brier score",
        "negative",
        lambda written, right, log_probs: -float(brier(right, log_probs).mean()),
        lambda n_tokens, options: 1 - 1 / options,
    ),
    "log_probability": Metric(
        "log-probability",
        "nats a token",
        lambda written, right, log_probs: float(log_probability(right, log_probs).mean()),
        lambda n_tokens, options: math.log(options),
    ),
}
