"""The same loss on sentences: a linear reward over an encoder's vectors, tested on new requests.

Pairs of one request share their texts, and a request's responses share its topic. So requests are
left out whole, and intervals are taken over requests.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from cs25.lm import TextEncoder
from cs25_alignment.preferences.linear import differences, fit_linear
from cs25_alignment.reward_model.rankings import RankedRequest

__all__ = ["features", "lengths", "ranking_accuracy", "unseen_rewards"]

#: Penalty on the squared length of the weights; settled on development seeds.
PENALTY = 1e-3

Features = Float[np.ndarray, "request k feature"]


def features(requests: Sequence[RankedRequest], encoder: TextEncoder) -> Features:
    """Return two vectors for each response, side by side: of it alone, and after its request."""
    alone = [response.text for request in requests for response in request.responses]
    after = [
        f"{request.prompt}\n{response.text}"
        for request in requests
        for response in request.responses
    ]
    vectors = encoder.embed(alone + after).astype(np.float64)
    both = np.concatenate(np.split(vectors, 2), axis=1)
    return both.reshape(len(requests), -1, both.shape[1])


def lengths(requests: Sequence[RankedRequest]) -> Features:
    """Return each response's number of characters, in standard deviations: one feature."""
    counts = np.array([[[len(r.text)] for r in request.responses] for request in requests], float)
    return np.asarray(counts / counts.std())


def unseen_rewards(
    found: Features, *, folds: int, draw: np.random.Generator, penalty: float = PENALTY
) -> Float[np.ndarray, "request k"]:
    """Return the reward of each response, by a judge who saw nothing of its request.

    Args:
        found: of the responses, the preferred ones first.
        folds: parts of about equal size; each is left out in turn.
        draw: deals the requests into parts.
        penalty: on the squared length of the weights.
    """
    part = draw.permutation(len(found)) % folds
    rewards = np.empty(found.shape[:2])
    for fold in range(folds):
        weights = fit_linear(differences(found[part != fold]), penalty=penalty)
        rewards[part == fold] = found[part == fold] @ weights
    return rewards


def ranking_accuracy(rewards: Float[np.ndarray, "request k"]) -> Float[np.ndarray, " request"]:
    """Return the share of each request's pairs in which the preferred response has more.

    Args:
        rewards: of the responses, the preferred ones first; a tie counts half.

    >>> ranking_accuracy(np.array([[3.0, 1.0, 2.0], [0.0, 0.0, 0.0]])).round(3)
    array([0.667, 0.5  ])
    """
    margins = differences(rewards[:, :, None]).reshape(len(rewards), -1)
    return np.asarray((np.sign(margins) + 1).mean(axis=1) / 2)
