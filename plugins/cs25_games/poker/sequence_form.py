"""Poker in sequence form: what players do as arrays over the public tree, with an axis of hands.

A policy says how likely a player takes each action in each information set, which is a public
state together with the player's own hand. Its *plan* says how likely the player itself does
everything that leads to a sequence: the product of its own probabilities on the way. What a player
can win is linear in the plans of both, x^T A y, with one sparse matrix A for the whole game, in
which chance is contained.

Source: von Stengel 1996, "Efficient computation of behavior strategies"; Zinkevich et al. 2007 for
counterfactual values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import csr_array

from cs25_games.poker.public_tree import Decision, PublicTree
from cs25_games.poker.public_tree import Sequence as Played
from cs25_games.poker.rules import Action, PublicState, Rules

__all__ = ["ActionValues", "Plan", "Poker", "Policy", "PolicyOfOne"]

#: Probability of each action; of both players, those of player 0 first, or of one alone.
Policy = Float[np.ndarray, "node action hand"]
PolicyOfOne = Float[np.ndarray, "own_node action hand"]
ActionValues = Float[np.ndarray, "own_node action hand"]

#: Probability that a player itself does what leads to a sequence. The first row is the beginning,
#: where nothing has been done; then one row for each action of each of the player's nodes.
Plan = Float[np.ndarray, "own_sequence hand"]


@dataclass(frozen=True)
class Level:
    """A player's nodes that have as many of its own decisions before them.

    Args:
        nodes: which of the player's.
        sequence: of each node, the player's own before it; these do not fall.
        distinct: each of these once.
        first: the first node, in this level, behind each of `distinct`.
    """

    nodes: slice
    sequence: Int[np.ndarray, " level_node"]
    distinct: Int[np.ndarray, " before"]
    first: Int[np.ndarray, " before"]


@dataclass(frozen=True)
class Side:
    """What one player decides.

    Args:
        nodes: which of all.
        levels: the nodes in the order of play.
        payoff: what it wins, in antes and times the probability of chance, for each of its
            sequences with each of its hands (rows), and each of the other's (columns).
    """

    nodes: slice
    levels: tuple[Level, ...]
    payoff: csr_array


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
        tree = PublicTree.of(rules)
        by_player = [[d for d in tree.decisions if d.player == player] for player in (0, 1)]
        numbers, levels = zip(*map(_number, by_player), strict=True)
        payoff = _payoff(rules, tree, numbers)
        states = tuple(state for own in numbers for state in own)
        n = len(numbers[0])
        legal = np.array([[action in state.actions for action in Action] for state in states])
        return cls(
            rules,
            states,
            (
                Side(slice(0, n), levels[0], payoff),
                Side(slice(n, len(states)), levels[1], csr_array(-payoff.T)),
            ),
            legal,
        )

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


def _number(decisions: Sequence[Decision]) -> tuple[dict[PublicState, int], tuple[Level, ...]]:
    """Put a player's decisions in order, so that a level and what shares a sequence are together."""
    numbers: dict[PublicState, int] = {}
    levels = []
    for depth in range(1 + max(decision.level for decision in decisions)):
        own = [decision for decision in decisions if decision.level == depth]
        own.sort(key=lambda decision: _row(decision.before, numbers))
        sequence = np.array([_row(decision.before, numbers) for decision in own])
        distinct, first = np.unique(sequence, return_index=True)
        start = len(numbers)
        numbers |= {decision.state: start + place for place, decision in enumerate(own)}
        levels.append(Level(slice(start, len(numbers)), sequence, distinct, first))
    return numbers, tuple(levels)


def _row(played: Played | None, numbers: Mapping[PublicState, int]) -> int:
    """Return the row of a sequence in a plan."""
    if played is None:
        return 0
    return 1 + numbers[played.state] * len(Action) + played.action


def _payoff(
    rules: Rules, tree: PublicTree, numbers: Sequence[Mapping[PublicState, int]]
) -> csr_array:
    """Return what player 0 wins, times the probability of chance, by the sequences of both."""
    n_hands = rules.n_cards
    won: list[float] = []
    rows: list[int] = []
    columns: list[int] = []
    for state, played in tree.endings:
        first, second = (_row(played[player], numbers[player]) for player in (0, 1))
        for hands in np.ndindex(n_hands, n_hands):
            if weighted := state.payoff(hands) * state.probability(hands):
                won.append(weighted)
                rows.append(first * n_hands + hands[0])
                columns.append(second * n_hands + hands[1])
    shape = [(1 + len(own) * len(Action)) * n_hands for own in numbers]
    return csr_array((won, (rows, columns)), shape=shape)
