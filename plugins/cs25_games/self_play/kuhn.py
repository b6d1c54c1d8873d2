"""Kuhn poker in normal form: an action of a player is a plan for every card and every turn.

Source: Kuhn 1950, "A Simplified Two-Person Poker".
"""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
from jaxtyping import Float, Int

from cs25_games.matrix_games import MatrixGame
from cs25_games.poker import KUHN, PublicState

__all__ = ["choices", "kuhn_in_normal_form", "turns"]

#: Of one plan: 1 where it lets the game come, else 0.
Reached = Float[np.ndarray, " plan"]


def kuhn_in_normal_form() -> MatrixGame:
    """Return the game of 64 plans each, with payoffs in antes.

    A plan says call or raise on each turn with each of three cards: three times two choices.
    """
    n_plans = 2 ** (KUHN.n_cards * len(turns(0)))
    payoffs = np.zeros((n_plans, n_plans))
    for hands in permutations(range(KUHN.n_cards), 2):
        everyone = np.ones(n_plans)
        payoffs += KUHN.start.probability(hands) * _deal(KUHN.start, hands, (everyone, everyone))
    return MatrixGame.zero_sum("Kuhn poker", payoffs)


def turns(player: int) -> list[PublicState]:
    """Return the public states in which it is a player's turn: two for each."""
    states, found = [KUHN.start], []
    while states:
        state = states.pop()
        if state.player == player:
            found.append(state)
        states += [state.act(action) for action in state.actions]
    return found


def choices(player: int) -> dict[tuple[PublicState, int], Int[np.ndarray, " plan"]]:
    """Return which of its legal actions, 0 or 1, each plan takes on a turn with a card."""
    places = list(product(turns(player), range(KUHN.n_cards)))
    plans = np.array(list(product((0, 1), repeat=len(places))))
    return dict(zip(places, plans.T, strict=True))


def _deal(
    state: PublicState, hands: tuple[int, int], reached: tuple[Reached, Reached]
) -> Float[np.ndarray, "first second"]:
    """Return what player 0 wins from a state on, by both players' plans."""
    if state.is_terminal:
        return state.payoff(hands) * np.outer(*reached)
    player = state.player
    assert player is not None  # Kuhn poker has no board, so nothing is dealt in between
    chosen = choices(player)[state, hands[player]]
    payoffs = np.zeros((len(reached[0]), len(reached[1])))
    for index, action in enumerate(state.actions):
        kept = [reached[0], reached[1]]
        kept[player] = kept[player] * (chosen == index)
        payoffs += _deal(state.act(action), hands, (kept[0], kept[1]))
    return payoffs
