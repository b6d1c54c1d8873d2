"""Three symmetric games of two players, with other stakes in each state.

A state is here what a position is in chess: players see it, and act on it. Both have the same
actions, and what one gets does not depend on which of the two it is. The most that can be won is
1 point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from jaxtyping import Float

__all__ = ["GAMES", "Game", "States", "allocations"]

#: Blotto: soldiers of each player, and fields to share them out over.
SOLDIERS, FIELDS = 6, 3
#: Places of the convention game.
PLACES = 5

#: Points of the first player, by its own action and then the other's.
Payoffs = Float[np.ndarray, "state action action"]


@dataclass(frozen=True)
class States:
    """States of one game.

    Args:
        seen: what players see.
        payoffs: what follows from it by the rules of the game.
        salience: probabilities of what comes to mind first, whatever the stakes are.
    """

    seen: Float[np.ndarray, "state feature"]
    payoffs: Payoffs
    salience: Float[np.ndarray, "state action"]

    def __len__(self) -> int:
        return len(self.seen)

    @property
    def n_actions(self) -> int:
        return int(self.salience.shape[1])


@dataclass(frozen=True)
class Game:
    """A game: its name, and how to draw states of it."""

    name: str
    states: Callable[[int, np.random.Generator], States]


def _rock_paper_scissors(n: int, draw: np.random.Generator) -> States:
    """Who wins gets the stake of the winning action, from 0.2 to 1, from the other.

    Rock comes to mind first.
    """
    stakes = draw.uniform(0.2, 1, (n, 3))
    beats = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]])  # rock, paper, scissors
    wins = stakes[:, :, None] * beats
    return States(stakes, wins - wins.swapaxes(1, 2), np.tile([0.5, 0.25, 0.25], (n, 1)))


def allocations() -> Float[np.ndarray, "action field"]:
    """Return every way to share out the soldiers over the fields."""
    ways = product(range(SOLDIERS + 1), repeat=FIELDS)
    return np.array([way for way in ways if sum(way) == SOLDIERS], dtype=float)


def _blotto(n: int, draw: np.random.Generator) -> States:
    """Who sends more soldiers to a field wins its worth from the other; worths add up to 1.

    Even shares come to mind first.
    """
    worths = draw.dirichlet(np.full(FIELDS, 2.0), n)
    soldiers = allocations()
    won = np.sign(soldiers[:, None] - soldiers[None])
    evenness = np.exp(soldiers.min(axis=1) - soldiers.max(axis=1))
    salience = np.tile(evenness / evenness.sum(), (n, 1))
    return States(worths, np.einsum("sf,abf->sab", worths, won), salience)


def _convention(n: int, draw: np.random.Generator) -> States:
    """Two who go to the same place both get its worth, from 0.2 to 1; else there is nothing.

    Some places are landmarks. That pays nothing, so it is in no payoff; but it comes to mind.
    """
    worths = draw.uniform(0.2, 1, (n, PLACES))
    salience = draw.dirichlet(np.full(PLACES, 0.5), n)
    return States(np.hstack([worths, salience]), worths[:, :, None] * np.eye(PLACES), salience)


GAMES = (
    Game("rock-paper-scissors", _rock_paper_scissors),
    Game("blotto", _blotto),
    Game("convention", _convention),
)
