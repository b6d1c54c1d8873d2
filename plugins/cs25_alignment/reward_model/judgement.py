"""How good a reward is as a judge, by the known probabilities of what people prefer.

Two responses y, y' to a prompt are drawn from a policy p, and somebody prefers the one or the
other by sigma(g - g'), with their gold rewards g and g'. A reward r picks the one with the larger
r. How often it picks the preferred one is a sum over all pairs of responses, a thousand million
for each prompt:

    accuracy = 2 sum_y p(y) sum_{y': r(y') < r(y)} p(y') sigma(g(y) - g(y'))  (a tie counts half)

No judge is better than one that knows g: people disagree with each other, and with themselves.
That is the Bayes accuracy. Here the sums are done by sorting, and by putting the gold rewards on a
fine grid, between the points of which sigma is taken as linear; that moves no result by 1e-5.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import toeplitz
from scipy.optimize import brentq
from scipy.signal import fftconvolve
from scipy.special import expit

__all__ = ["bayes_accuracy", "calibration_slope", "expected_accuracy", "win_probability"]

#: Distance of two points of the grid. A line through two points of sigma so far apart is wrong by
#: at most 0.02² / 8 max|sigma''| = 5e-6, and both of two rewards are put on the grid.
_STEP = 0.02

#: Slopes are looked for between this and its negative, per standard deviation of the reward.
_STEEPEST = 100.0

#: Responses in a block; within a block all pairs are looked at one by one.
_BLOCK = 64

Values = Float[np.ndarray, " response"]


def expected_accuracy(rewards: Values, gold: Values, probs: Values) -> float:
    """Return how often the response of larger reward is the one that somebody prefers.

    Args:
        rewards: of the judge, for each response; equal ones make it toss a coin.
        gold: differences are the log-odds of being preferred.
        probs: of the policy that both responses are drawn from.

    >>> gold = np.array([0.0, np.log(3.0)])  # preferred three times in four
    >>> half = np.array([0.5, 0.5])  # in half of all pairs both are the same
    >>> round(expected_accuracy(gold, gold, half), 4), round(expected_accuracy(-gold, gold, half), 4)
    (0.625, 0.375)
    """
    # Of equal rewards once this one counts as the larger, and once that one: half each.
    up = np.argsort(rewards, kind="stable")
    down = len(rewards) - 1 - np.argsort(rewards[::-1], kind="stable")
    return (_ordered(gold[up], probs[up]) + _ordered(gold[down], probs[down])) / 2


def bayes_accuracy(gold: Values, probs: Values) -> float:
    """Return the accuracy of a judge who knows the gold rewards: the best there is."""
    return expected_accuracy(gold, gold, probs)


def win_probability(values: Values, probs: Values) -> Values:
    """Return, for each response y, the sum over all y' of p(y') sigma(v(y) - v(y')).

    >>> win_probability(np.array([0.0, np.log(3.0)]), np.array([0.5, 0.5])).round(4)
    array([0.375, 0.625])
    """
    low, part, n = _on_grid(values)
    held = _histogram(low, part, probs, n)
    kernel = expit(_STEP * np.arange(1 - n, n))
    beaten = fftconvolve(held, kernel)[n - 1 : 2 * n - 1]
    return np.asarray((1 - part) * beaten[low] + part * beaten[low + 1])


def calibration_slope(
    rewards: Float[np.ndarray, "prompt response"],
    gold: Float[np.ndarray, "prompt response"],
    probs: Float[np.ndarray, "prompt response"],
) -> float:
    """Return the slope of the logistic regression of preferences on differences of reward.

    It is the a that fits sigma(a (r - r')) best to what people prefer, over all pairs of responses
    to the same prompt. 1 is calibrated; below 1 the rewards are too sure of themselves. At the
    best a, sums over all pairs agree,

        E[(r - r') sigma(g - g')] = E[(r - r') sigma(a (r - r'))],

    and by symmetry each side is E[r (2 u - 1)], u being what `win_probability` returns.

    Raises:
        ValueError: the reward is the same for all responses, so any slope fits.
    """
    centred = rewards - (probs * rewards).sum(axis=1, keepdims=True)
    scale = float(np.sqrt((probs * centred**2).sum(axis=1).mean()))
    if scale <= 1e-12 * np.abs(rewards).max():  # what is left when equal numbers are centred
        raise ValueError("calibration_slope: all rewards are equal, expected some that differ")
    unit = centred / scale

    def side(values: Float[np.ndarray, "prompt response"]) -> float:
        return float(
            np.mean(
                [
                    (p * r) @ (2 * win_probability(v, p) - 1)
                    for r, v, p in zip(unit, values, probs, strict=True)
                ]
            )
        )

    preferred = side(gold)
    # Per standard deviation of the reward; the sum on the right grows with the slope.
    slope = brentq(lambda a: side(a * unit) - preferred, -_STEEPEST, _STEEPEST, xtol=1e-6)
    return float(slope) / scale


def _ordered(gold: Values, probs: Values) -> float:
    """Return the accuracy of a judge who prefers each response to all before it."""
    low, part, n = _on_grid(gold)
    blocks = -(-len(gold) // _BLOCK)
    block = np.arange(len(gold)) // _BLOCK

    # Of the blocks before: how much probability lies at each point of the grid.
    held = np.zeros((blocks, n))
    np.add.at(held, (block, low), (1 - part) * probs)
    np.add.at(held, (block, low + 1), part * probs)
    before = held.cumsum(axis=0) - held
    beaten = before @ toeplitz(expit(_STEP * np.arange(n)), expit(-_STEP * np.arange(n))).T
    wins = (1 - part) * beaten[block, low] + part * beaten[block, low + 1]
    total = probs @ wins

    # Of the own block: one by one, and each response against itself for the half that is left.
    room = blocks * _BLOCK - len(gold)
    g = np.pad(gold, (0, room)).reshape(blocks, _BLOCK)
    p = np.pad(probs, (0, room)).reshape(blocks, _BLOCK)
    earlier = np.tril(np.ones((_BLOCK, _BLOCK)), k=-1)
    total += np.einsum("bi,bij,bj->", p, expit(g[:, :, None] - g[:, None, :]) * earlier, p)
    return float(2 * total + probs @ probs / 2)


def _on_grid(
    values: Values,
) -> tuple[Int[np.ndarray, " response"], Float[np.ndarray, " response"], int]:
    """Return the point of the grid below each value, how far it is to the next, and all points."""
    place = (values - values.min()) / _STEP
    low = place.astype(int)
    return low, place - low, int(low.max()) + 2


def _histogram(
    low: Int[np.ndarray, " response"], part: Values, probs: Values, n: int
) -> Float[np.ndarray, " point"]:
    """Return the probability at each point: what lies between two is shared among them."""
    return np.asarray(
        np.bincount(low, (1 - part) * probs, n) + np.bincount(low + 1, part * probs, n)
    )
