"""Exact best responses, and how far a policy is from an equilibrium."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from cs25_games.poker.sequence_form import ActionValues, Poker, Policy

__all__ = ["best_response", "best_response_value", "expected_value", "exploitability"]


def expected_value(game: Poker, policy: Policy) -> float:
    """Return what player 0 wins on average, in antes a game; player 1 loses as much."""
    first, second = (policy[side.nodes] for side in game.sides)
    by_hand, _ = game.action_values(0, first, game.plan(1, second))
    return float(by_hand.sum())


def best_response_value(game: Poker, policy: Policy, player: int) -> float:
    """Return what a player wins on average with a best response to the other, in antes a game."""
    by_hand, _ = _best_values(game, policy, player)
    return float(by_hand.sum())


def best_response(game: Poker, policy: Policy, player: int) -> Policy:
    """Return the policy with one player's part replaced by a best response to the other's.

    It has no chance in it. Of actions that are equally good, it takes the first; so it does where
    the other player never lets the game come.
    """
    side = game.sides[player]
    _, values = _best_values(game, policy, player)
    best = np.where(game.legal[side.nodes, :, None], values, -np.inf).argmax(axis=1)
    response = policy.copy()
    response[side.nodes] = np.arange(values.shape[1])[:, None] == best[:, None]
    return response


def exploitability(game: Poker, policy: Policy) -> float:
    """Return what best responses win against a policy, the mean over both seats, in antes a game.

    It is 0 in an equilibrium and positive else: half of what both players together could gain by
    changing their minds alone (NashConv / 2).
    """
    return sum(best_response_value(game, policy, player) for player in (0, 1)) / 2


def _best_values(
    game: Poker, policy: Policy, player: int
) -> tuple[Float[np.ndarray, " hand"], ActionValues]:
    other = 1 - player
    plan = game.plan(other, policy[game.sides[other].nodes])
    legal = game.legal[game.sides[player].nodes, :, None]

    def best(nodes: slice, values: ActionValues) -> Float[np.ndarray, "level_node hand"]:
        greatest: np.ndarray = np.where(legal[nodes], values, -np.inf).max(axis=1)
        return greatest

    return game.backward(player, game.sequence_values(player, plan), best)
