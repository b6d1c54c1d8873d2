"""Poker as arrays over the public tree, with an axis for all hands at once.

A policy says how likely a player takes each action in each information set, which is a public
state together with the player's own hand. Its *plan* says how likely the player itself does
everything that leads to a sequence: the product of its own probabilities on the way.

Source: von Stengel 1996 for plans; Zinkevich et al. 2007 for counterfactual values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float

from cs25_games.poker.rules import Action, PublicState, Rules
from cs25_games.poker.sequence_form import Side, sequence_form

__all__ = ["ActionValues", "Plan", "Poker", "Policy", "PolicyOfOne"]

#: Probability of each action; of both players, those of player 0 first, or of one alone.
Policy = Float[np.ndarray, "node action hand"]
PolicyOfOne = Float[np.ndarray, "own_node action hand"]
ActionValues = Float[np.ndarray, "own_node action hand"]

#: Probability that a player itself does what leads to a sequence. The first row is the beginning,
#: where nothing has been done; then one row for each action of each of the player's nodes.
Plan = Float[np.ndarray, "own_sequence hand"]


@dataclass(frozen=True)
class Poker:
    """A poker game as arrays.

    Args:
        rules: of the game.
        states: where a player decides; the axis ``node`` of a policy. First all of player 0.
        sides: players 0 and 1.
        legal: whether an action may be taken.
    """

    rules: Rules
    states: tuple[PublicState, ...]
    sides: tuple[Side, Side]
    legal: Bool[np.ndarray, "node action"]

    @classmethod
    def of(cls, rules: Rules) -> Poker:
        """Build the arrays from the rules."""
        states, sides = sequence_form(rules)
        legal = np.array([[action in state.actions for action in Action] for state in states])
        return cls(rules, states, sides, legal)

    @cached_property
    def node(self) -> Mapping[PublicState, int]:
        """The place of a public state on the axis ``node``."""
        return {state: place for place, state in enumerate(self.states)}

    @cached_property
    def possible(self) -> Bool[np.ndarray, "node hand"]:
        """Whether a player can hold that card there; it cannot if the card is on the board."""
        hands = range(self.rules.n_cards)
        return np.array([[hand not in state.board for hand in hands] for state in self.states])

    @property
    def n_information_sets(self) -> int:
        """Information sets of both players."""
        return int(self.possible.sum())

    def uniform(self) -> Policy:
        """Return the policy that takes every legal action equally often."""
        return self._uniform.copy()

    def normalised(self, player: int, weights: ActionValues) -> PolicyOfOne:
        """Return a player's policy that takes actions in proportion to weights.

        Args:
            player: 0 or 1.
            weights: none is negative, and those of illegal actions are 0. Where all are 0, every
                legal action is equally likely.
        """
        policy: np.ndarray = self._uniform[self.sides[player].nodes].copy()
        total = weights.sum(axis=1, keepdims=True)
        np.divide(weights, total, out=policy, where=total > 0)
        return policy

    def plan(self, player: int, policy: PolicyOfOne) -> Plan:
        """Return how likely a player does what leads to each of its sequences.

        Args:
            player: 0 or 1.
            policy: of that player alone.
        """
        n_nodes, n_actions, n_hands = policy.shape
        plan = np.ones((1 + n_nodes * n_actions, n_hands))
        after = plan[1:].reshape(policy.shape)
        for level in self.sides[player].levels:
            np.multiply(plan[level.sequence][:, None], policy[level.nodes], out=after[level.nodes])
        return plan

    def policy(self, player: int, plan: Plan) -> PolicyOfOne:
        """Return the policy behind a plan, or behind any sum of plans.

        Behind a sum, it plays as often as all of them together would: each counts by how likely it
        comes there. Where none comes, every legal action is equally likely.
        """
        return self.normalised(player, plan[1:].reshape(-1, len(Action), plan.shape[1]))

    def sequence_values(self, player: int, plan: Plan) -> Float[np.ndarray, "own_sequence hand"]:
        """Return what each of a player's sequences wins where the game ends with it, in antes.

        Args:
            player: 0 or 1.
            plan: of the other player.
        """
        values: np.ndarray = self.sides[player].payoff @ plan.ravel()
        return values.reshape(-1, plan.shape[1])

    def action_values(
        self, player: int, policy: PolicyOfOne, plan: Plan
    ) -> tuple[Float[np.ndarray, " hand"], ActionValues]:
        """Return a player's counterfactual values.

        They are expected winnings, each way there weighted by how likely chance and the other
        player, not the player itself, let it happen.

        Args:
            player: 0 or 1.
            policy: of that player alone.
            plan: of the other player.

        Returns:
            of the game with each hand, which add up to its value; and of each action, in antes.

        Source:
            Zinkevich et al. 2007, section 3.
        """

        def expected(nodes: slice, values: ActionValues) -> Float[np.ndarray, "level_node hand"]:
            worth: np.ndarray = np.einsum("nah,nah->nh", policy[nodes], values)
            return worth

        return self.backward(player, self.sequence_values(player, plan), expected)

    def backward(
        self,
        player: int,
        values: Float[np.ndarray, "own_sequence hand"],
        value_of: Callable[[slice, ActionValues], Float[np.ndarray, "level_node hand"]],
    ) -> tuple[Float[np.ndarray, " hand"], ActionValues]:
        """Carry values from the end of the game to its beginning, level by level.

        Args:
            player: 0 or 1.
            values: of its sequences where the game ends with them; this array is changed.
            value_of: what nodes are worth, given the values of their actions.

        Returns:
            the value of each hand, and of each action.
        """
        side = self.sides[player]
        after = values[1:].reshape(-1, len(Action), values.shape[1])
        for level in reversed(side.levels):
            worth = value_of(level.nodes, after[level.nodes])
            values[level.distinct] += np.add.reduceat(worth, level.first)
        return values[0], after

    @cached_property
    def _uniform(self) -> Policy:
        probs = self.legal / self.legal.sum(axis=1, keepdims=True)
        return np.repeat(probs[:, :, None], self.rules.n_cards, axis=2)
