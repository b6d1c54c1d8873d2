"""piKL-Hedge: learn by regret, paid for winning and for staying near what people do.

A player has the utility

    V(π) = u(π, other's) - λ KL(π || τ)

with the anchor τ, a policy cloned from people. In each iteration it is told what each of its
actions would have brought. With Q the mean of that over t iterations, its next policy is

    π(a)  ∝  exp( (Q(a) + λ log τ(a)) / (λ + 1 / (η t)) ),

the best so far with an entropy bonus of 1/η on all of them together: the regularised leader, whom
hedge follows. It never regrets much, whatever the others do. Players who all learn so approach
the policies of which each is the best reply to the others under V:

    π(a)  ∝  τ(a) exp(u(a, others') / λ).

Source: Jacob et al. 2021 (arXiv 2112.07544), algorithm 1; in the form of Bakhtin et al. 2022
(arXiv 2210.05492), equation 5.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from cs25_games.pikl.games import Payoffs

__all__ = ["PiklHedge", "reply", "self_play"]

#: One policy for each λ. In the code λ is there as 1/λ, so that it can be infinite.
Policies = Float[np.ndarray, "*state lambda action"]


class PiklHedge:
    """A player who learns, for several λ at once and in several states at once.

    Args:
        anchor: the policy to stay near, with probabilities above 0.
        lambdas: weights of staying near, in points per nat; above 0, and infinity is allowed.
        eta: learning rate, per point.
    """

    def __init__(
        self,
        anchor: Float[np.ndarray, "*state action"],
        lambdas: Float[np.ndarray, " lambda"],
        *,
        eta: float = 10.0,
    ) -> None:
        self._log_anchor = np.log(anchor)[..., None, :]
        self._per_lambda = 1 / lambdas[:, None]
        self._eta = eta
        self._iterations = 0
        self._values: Policies = np.zeros(
            (*anchor.shape[:-1], len(lambdas), anchor.shape[-1]), dtype=float
        )

    def play(self) -> Policies:
        """Return the policy of the next iteration; the first is uniform."""
        if not self._iterations:
            return np.full_like(self._values, 1 / self._values.shape[-1])
        mean = self._values / self._iterations
        bonus = self._per_lambda / (self._eta * self._iterations)
        return _softmax((self._per_lambda * mean + self._log_anchor) / (1 + bonus))

    def observe(self, values: Policies) -> None:
        """Learn what each action would have brought in this iteration, in points."""
        self._values += values
        self._iterations += 1


def self_play(
    payoffs: Payoffs,
    anchor: Float[np.ndarray, "state action"],
    lambdas: Float[np.ndarray, " lambda"],
    *,
    iterations: int,
    progress: Callable[[], object] = lambda: None,
) -> Float[np.ndarray, "state lambda action"]:
    """Return the last policy of a learner who plays against itself.

    The game is symmetric, so two learners with one anchor would do the same in every iteration,
    and one of them is enough.

    Args:
        payoffs: of own action and the other's, in each state.
        anchor: of both.
        lambdas: of both.
        iterations: of learning.
        progress: called after each.
    """
    learner = PiklHedge(anchor, lambdas)
    by_other = np.ascontiguousarray(payoffs.swapaxes(1, 2))
    for _ in range(iterations):
        learner.observe(learner.play() @ by_other)
        progress()
    return learner.play()


def reply(
    values: Policies,
    anchor: Float[np.ndarray, "*state action"],
    lambdas: Float[np.ndarray, " lambda"],
) -> Policies:
    """Return the best policy under V, given what each action brings: τ exp(u / λ), normalised."""
    return _softmax(np.log(anchor)[..., None, :] + values / lambdas[:, None])


def _softmax(x: Policies) -> Policies:
    weights = np.exp(x - x.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)  # type: ignore[no-any-return]
