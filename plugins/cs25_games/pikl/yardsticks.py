"""How human a policy is, how well it scores with people, and which λ to choose by the two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from cs25_games.pikl.games import States

__all__ = ["Yardsticks", "most_human", "strongest"]


@dataclass(frozen=True)
class Yardsticks:
    """Two numbers for each policy and each move of a person, less those of imitation.

    Args:
        likelihood: log-probability of the person's move, in nats.
        score: what the policy can expect against the person's move, in points.
    """

    likelihood: Float[np.ndarray, "policy move"]
    score: Float[np.ndarray, "policy move"]

    @classmethod
    def of(
        cls,
        policies: Float[np.ndarray, "state policy action"],
        imitation: Float[np.ndarray, "state action"],
        states: States,
        moves: Int[np.ndarray, " state"],
    ) -> Yardsticks:
        """Measure policies in states in which one person each has moved."""
        each = np.arange(len(moves))
        against = states.payoffs[each, :, moves]
        score = np.einsum("spa,sa->ps", policies, against)
        likelihood = np.log(policies[each, :, moves]).T
        return cls(
            likelihood - np.log(imitation[each, moves]), score - (imitation * against).sum(axis=1)
        )

    def half(self, start: int) -> Yardsticks:
        """Return every second move, from the first (0) or the second (1) on."""
        return Yardsticks(self.likelihood[:, start::2], self.score[:, start::2])


def most_human(yardsticks: Yardsticks) -> int:
    """Return the policy under which people's moves are likeliest."""
    return int(yardsticks.likelihood.mean(axis=1).argmax())


def strongest(yardsticks: Yardsticks, *, allowance: float) -> int:
    """Return the policy with the highest score of those that are about as human as imitation.

    Args:
        yardsticks: of policies, one of which is imitation itself.
        allowance: how much likelihood a policy may lose, in nats a move.
    """
    human = yardsticks.likelihood.mean(axis=1) >= -allowance
    return int(np.where(human, yardsticks.score.mean(axis=1), -np.inf).argmax())
