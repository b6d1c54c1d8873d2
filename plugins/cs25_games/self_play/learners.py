"""Four ways to learn from play: iterated best response, fictitious play, regret, and a magnet.

In each iteration a learner names its policy, and is then told what each of its actions would have
brought against the policies that the others named. One learner learns in many places at once, in
each on its own: from several starts, or in several information sets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from cs25_games.matrix_games import Policies

__all__ = [
    "LEARNERS",
    "FictitiousPlay",
    "Frozen",
    "IteratedBestResponse",
    "Learner",
    "MagneticMirrorDescent",
    "RegretMatching",
]


class Learner(Protocol):
    """Someone who plays, hears what would have happened, and plays again."""

    #: Probabilities of the next iteration.
    policy: Policies

    def observe(self, values: Policies) -> None:
        """Learn what each action would have brought."""


class Frozen:
    """Whoever learns nothing, and keeps the first policy."""

    def __init__(self, policy: Policies) -> None:
        self.policy = policy

    def observe(self, values: Policies) -> None:
        """Learn nothing."""


class IteratedBestResponse:
    """Plays what would have been best in the last iteration: naive self-play."""

    def __init__(self, policy: Policies) -> None:
        self.policy = policy

    def observe(self, values: Policies) -> None:
        self.policy = _best(values)


class FictitiousPlay:
    """Plays what would have been best over all iterations so far.

    Of two players, that is a best response to the other's average policy.

    Source: Brown 1951, "Iterative Solution of Games by Fictitious Play".
    """

    def __init__(self, policy: Policies) -> None:
        self.policy = policy
        self._values = np.zeros_like(policy)

    def observe(self, values: Policies) -> None:
        self._values += values
        self.policy = _best(self._values)


class RegretMatching:
    """Plays each action as often as it is regretted not to have played it more.

    Source: Hart and Mas-Colell 2000, "A Simple Adaptive Procedure Leading to Correlated
    Equilibrium".
    """

    def __init__(self, policy: Policies) -> None:
        self.policy = policy
        self._regret = np.zeros_like(policy)

    def observe(self, values: Policies) -> None:
        self._regret += values - (values * self.policy).sum(axis=-1, keepdims=True)
        positive = self._regret.clip(min=0)
        total = positive.sum(axis=-1, keepdims=True)
        uniform = np.full_like(positive, 1 / positive.shape[-1])
        self.policy = np.divide(positive, total, out=uniform, where=total > 0)


class MagneticMirrorDescent:
    """Steps uphill, drawn back to a magnet, here the uniform policy: a regularised last iterate.

    π  ∝  ( π exp(η q) ρ^(α η) )^(1 / (1 + α η)),

    with the values q, the magnet ρ, the step η and the pull α. Both fall with 1 / sqrt(t), so the
    pull vanishes and what is left is an equilibrium of the game itself.

    Source: Sokota et al. 2022 (arXiv 2206.05825).
    """

    def __init__(self, policy: Policies) -> None:
        self.policy = policy
        self._iteration = 0

    def observe(self, values: Policies) -> None:
        self._iteration += 1
        step = pull = self._iteration**-0.5
        # a uniform magnet adds the same to all actions, and the softmax drops it
        logits = (np.log(self.policy) + step * values) / (1 + pull * step)
        weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
        self.policy = weights / weights.sum(axis=-1, keepdims=True)


LEARNERS: dict[str, Callable[[Policies], Learner]] = {
    "iterated best response": IteratedBestResponse,
    "fictitious play": FictitiousPlay,
    "regret matching": RegretMatching,
    "magnetic mirror descent": MagneticMirrorDescent,
}


def _best(values: Policies) -> Policies:
    """Return the policy that takes the best action; of several, the first."""
    best: Policies = np.eye(values.shape[-1])[values.argmax(axis=-1)]
    return best
