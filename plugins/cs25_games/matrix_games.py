"""Games in normal form: all players choose at once, and one table says what each gets.

A profile holds a policy for each player, that is, probabilities of its actions; or many policies
side by side, each with the others' at the same place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

__all__ = [
    "MATCHING_PENNIES_3P",
    "ROCK_PAPER_SCISSORS",
    "MatrixGame",
    "Policies",
    "Profile",
    "action_values",
    "exploitability",
]

Policies = Float[np.ndarray, "*place action"]
Profile = Sequence[Policies]


@dataclass(frozen=True)
class MatrixGame:
    """A game.

    Args:
        name: what it is called.
        payoffs: one table for each player, with an axis for each player's action.
    """

    name: str
    payoffs: tuple[Float[np.ndarray, "*player_actions"], ...]

    @property
    def n_players(self) -> int:
        return len(self.payoffs)

    @property
    def n_actions(self) -> tuple[int, ...]:
        return self.payoffs[0].shape

    @classmethod
    def zero_sum(cls, name: str, payoffs: Float[np.ndarray, "own other"]) -> MatrixGame:
        """Return the game of two in which one wins what the other loses."""
        return cls(name, (payoffs, -payoffs))


def action_values(game: MatrixGame, profile: Profile, player: int) -> Policies:
    """Return what each action of a player brings on average while the others keep to a profile."""
    players = "abcdefgh"[: game.n_players]
    others = [other for other in range(game.n_players) if other != player]
    axes = ",".join([players, *(f"...{players[other]}" for other in others)])
    values: Policies = np.einsum(
        f"{axes}->...{players[player]}",
        game.payoffs[player],
        *(profile[other] for other in others),
    )
    return values


def exploitability(game: MatrixGame, profile: Profile) -> Float[np.ndarray, "*place"]:
    """Return what a player gains by a best response to the others, in the mean over players.

    That is NashConv over the number of players: 0 in a Nash equilibrium, and positive else.

    >>> rock = np.array([1.0, 0.0, 0.0])
    >>> float(exploitability(ROCK_PAPER_SCISSORS, [rock, rock]))
    1.0
    """
    gains = []
    for player, policy in enumerate(profile):
        values = action_values(game, profile, player)
        gains.append(values.max(axis=-1) - (values * policy).sum(axis=-1))
    return np.mean(gains, axis=0)  # type: ignore[no-any-return]


#: Rock, paper, scissors.
ROCK_PAPER_SCISSORS = MatrixGame.zero_sum(
    "rock-paper-scissors", np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])
)


def _matching_pennies_3p() -> MatrixGame:
    """The first wants to match the second, who wants to match the third, who wants to differ.

    Source: Jordan 1993, "Three Problems in Learning Mixed-Strategy Nash Equilibria". In its only
    equilibrium, all toss their coins.
    """
    match = 2 * np.eye(2) - 1
    first = np.broadcast_to(match[:, :, None], (2, 2, 2))
    second = np.broadcast_to(match[None], (2, 2, 2))
    third = np.broadcast_to(-match[:, None], (2, 2, 2))
    return MatrixGame("three-player matching pennies", (first, second, third))


MATCHING_PENNIES_3P = _matching_pennies_3p()
