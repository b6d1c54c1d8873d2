"""The same loss on sentences: a linear reward over an encoder's vectors, tested on new requests.

Pairs of one request share their texts, and a request's responses share its topic. So requests are
left out whole, and intervals are taken over requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from cs25.lm import TextEncoder
from cs25_alignment.preferences.linear import differences, fit_linear
from cs25_alignment.reward_model.rankings import FAULTS, RankedRequest, ranked_requests

__all__ = [
    "Verdicts",
    "features",
    "judge_sentences",
    "lengths",
    "ranking_accuracy",
    "unseen_rewards",
]

#: Penalty on the squared length of the weights; settled on development seeds.
PENALTY = 1e-3

#: Times that labels are shuffled.
_DEALS = 10

Features = Float[np.ndarray, "request k feature"]


class Verdicts(NamedTuple):
    """How three judges do on requests that they have not seen.

    Args:
        right: share of each request's pairs that the reward over the encoder's vectors gets right.
        by_length: the same of a reward that knows nothing but the length of a response.
        by_chance: the same as the first, taught and tested by rankings that were dealt at random.
        faults: for each fault, pairs of a response without one and a response with this one, and
            the shares that the first two judges get right.
    """

    right: Float[np.ndarray, " request"]
    by_length: Float[np.ndarray, " request"]
    by_chance: Float[np.ndarray, " request"]
    faults: tuple[tuple[str, int, float, float], ...]


def judge_sentences(
    encoder: TextEncoder, *, folds: int, shuffled: bool, draw: np.random.Generator
) -> Verdicts:
    """Learn from most requests to judge the others, until all are judged.

    Args:
        encoder: makes a vector of a text.
        folds: parts of the requests.
        shuffled: the first two judges are taught and tested by rankings dealt at random, too.
        draw: deals.
    """
    requests = ranked_requests()
    part = draw.permutation(len(requests)) % folds
    found, size = features(requests, encoder), lengths(requests)
    places = np.tile(np.arange(found.shape[1]), (len(requests), 1))
    told = draw.permuted(places, axis=1) if shuffled else places
    rewards, by_length = (
        unseen_rewards(np.take_along_axis(by, told[:, :, None], axis=1), part)
        for by in (found, size)
    )
    by_chance = [
        ranking_accuracy(unseen_rewards(np.take_along_axis(found, dealt[:, :, None], axis=1), part))
        for dealt in (draw.permuted(places, axis=1) for _ in range(_DEALS))
    ]
    # Where each response stood among those that the judges were told to be in order.
    stood = told.argsort(axis=1)
    return Verdicts(
        ranking_accuracy(rewards), ranking_accuracy(by_length), np.mean(by_chance, axis=0),
        _by_fault(
            requests,
            np.take_along_axis(rewards, stood, axis=1),
            np.take_along_axis(by_length, stood, axis=1),
        ),
    )  # fmt: skip


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
    found: Features,
    part: Int[np.ndarray, " request"],
    *,
    penalty: float = PENALTY,
) -> Float[np.ndarray, "request k"]:
    """Return the reward of each response, by a judge who saw nothing of its request.

    Args:
        found: of the responses, the preferred ones first.
        part: of each request; each part is judged by what was learned from all others.
        penalty: on the squared length of the weights.
    """
    rewards = np.empty(found.shape[:2])
    for left_out in np.unique(part):
        weights = fit_linear(differences(found[part != left_out]), penalty=penalty)
        rewards[part == left_out] = found[part == left_out] @ weights
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


def _by_fault(
    requests: Sequence[RankedRequest],
    rewards: Float[np.ndarray, "request k"],
    by_length: Float[np.ndarray, "request k"],
) -> tuple[tuple[str, int, float, float], ...]:
    rows = []
    for fault in FAULTS[1:]:
        places = [
            (i, rank)
            for i, request in enumerate(requests)
            for rank, response in enumerate(request.responses)
            if response.fault == fault
        ]
        row, rank = np.array(places).T
        right = [
            float(ranking_accuracy(np.stack([judge[row, 0], judge[row, rank]], axis=1)).mean())
            for judge in (rewards, by_length)
        ]
        rows.append((str(fault), len(places), right[0], right[1]))
    return tuple(rows)
