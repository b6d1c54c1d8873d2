"""Counterfactual regret minimisation (CFR), on all hands and all nodes of a level at once.

Each information set is a small learner of its own. It keeps, for each action, its *regret*: how
much more it would have won so far, had it always taken that action there. It then plays actions in
proportion to their positive regrets. The average over iterations comes to an equilibrium; what is
played in an iteration need not.

Source: Zinkevich et al. 2007; Tammelin 2014 for CFR+; Brown and Sandholm 2019 for discounts.
"""

from __future__ import annotations

import numpy as np

from cs25_games.cfr.discounting import Discounting
from cs25_games.poker import ActionValues, Plan, Poker, Policy, PolicyOfOne

__all__ = ["CFR", "regret_matching"]


class CFR:
    """Two players, each of which learns against the other, in turn.

    Args:
        game: the game that is played.
        discounting: how much earlier iterations still count.
    """

    def __init__(self, game: Poker, discounting: Discounting) -> None:
        self.game = game
        self.discounting = discounting
        self.n_iterations = 0
        self._policies: list[PolicyOfOne] = [game.uniform()[side.nodes] for side in game.sides]
        self._plans: list[Plan] = [game.plan(player, self._policies[player]) for player in (0, 1)]
        self.cumulative_regret: list[ActionValues] = [
            np.zeros_like(policy) for policy in self._policies
        ]
        self._sums_of_plans: list[Plan] = [np.zeros_like(plan) for plan in self._plans]

    def iterate(self) -> None:
        """Let player 0 learn against player 1, then player 1 against what player 0 plays now."""
        self.n_iterations += 1
        t = self.n_iterations
        for player in (0, 1):
            policy, regret = self._policies[player], self.cumulative_regret[player]
            self._sums_of_plans[player] += self.discounting.weight(t) * self._plans[player]

            _, values = self.game.action_values(player, policy, self._plans[1 - player])
            regret += values - np.einsum("nah,nah->nh", policy, values)[:, None]
            self.discounting.discount(regret, t)

            self._policies[player] = regret_matching(self.game, player, regret)
            self._plans[player] = self.game.plan(player, self._policies[player])

    @property
    def current_policy(self) -> Policy:
        """What both players play in the next iteration."""
        return np.concatenate(self._policies)

    @property
    def average_policy(self) -> Policy:
        """The policy that plays like all iterations together, by their weights.

        In it, a policy counts in an information set by how likely its player comes there (Zinkevich
        et al. 2007, section 2). A plan has that in it, so plans are what is added up.
        """
        return np.concatenate(
            [self.game.policy(player, self._sums_of_plans[player]) for player in (0, 1)]
        )


def regret_matching(game: Poker, player: int, regret: ActionValues) -> PolicyOfOne:
    """Play actions in proportion to their positive regrets; where there are none, all alike.

    Args:
        game: it knows what is legal.
        player: 0 or 1.
        regret: of each action, in antes.

    Source:
        Zinkevich et al. 2007, section 3.1.
    """
    legal = game.legal[game.sides[player].nodes, :, None]
    return game.normalised(player, np.maximum(regret, 0) * legal)
