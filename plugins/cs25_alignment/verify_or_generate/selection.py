"""Choosing one answer of several, and how well the choice does.

Where several are equally good to the rule, one of them is drawn: what is returned is the mean over
that draw, so it has no chance in it.

Source: Cobbe et al. 2021 (arXiv 2110.14168), section 4, for the verifier's choice; Wang et al. 2022
(arXiv 2203.11171) for the vote.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

__all__ = ["area_under_curve", "best_of", "majority"]


def majority(
    answers: Int[np.ndarray, "problem sample token"], right: Bool[np.ndarray, "problem sample"]
) -> Float[np.ndarray, " problem"]:
    """Return how often the most frequent answer is right.

    Args:
        answers: two count as the same if all tokens are.
        right: of each answer, which the vote does not see.
    """
    same = (answers[:, :, None] == answers[:, None, :]).all(axis=-1)
    return best_of(same.sum(axis=-1), right)


def best_of(
    scores: Float[np.ndarray, "problem sample"] | Int[np.ndarray, "problem sample"],
    right: Bool[np.ndarray, "problem sample"],
) -> Float[np.ndarray, " problem"]:
    """Return how often the answer with the highest score is right.

    >>> best_of(np.array([[0.1, 0.9], [0.5, 0.5]]), np.array([[True, False], [True, False]])).tolist()
    [0.0, 0.5]
    """
    top = scores == scores.max(axis=1, keepdims=True)
    return np.asarray((right & top).sum(axis=1) / top.sum(axis=1))


def area_under_curve(
    positive: Float[np.ndarray, " positive"], negative: Float[np.ndarray, " negative"]
) -> float:
    """Return the chance that a positive scores above a negative; equal scores count half.

    That is the area under the ROC curve (Hanley and McNeil 1982).

    >>> area_under_curve(np.array([2.0, 3.0]), np.array([1.0, 2.0]))
    0.875
    """
    gaps = positive[:, None] - negative
    return float(((gaps > 0) + (gaps == 0) / 2).mean())
