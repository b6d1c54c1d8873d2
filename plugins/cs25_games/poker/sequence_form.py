"""The sequence form: a player's decisions in order, and what its sequences win, as arrays.

Rows are numbered by sequence: row 0 is the beginning, where the player has done nothing; then one
row for each action of each of its nodes, node by node. What a player wins is linear in the plans
of both, x^T A y, with one sparse matrix A for the whole game, in which chance is contained.

Source: von Stengel 1996, "Efficient computation of behavior strategies".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from scipy.sparse import csr_array

from cs25_games.poker.public_tree import Decision, PublicTree
from cs25_games.poker.public_tree import Sequence as Played
from cs25_games.poker.rules import Action, PublicState, Rules

__all__ = ["Level", "Side", "sequence_form"]


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


def sequence_form(rules: Rules) -> tuple[tuple[PublicState, ...], tuple[Side, Side]]:
    """Return the states where a player decides, those of player 0 first, and both sides."""
    tree = PublicTree.of(rules)
    by_player = [[d for d in tree.decisions if d.player == player] for player in (0, 1)]
    numbers, levels = zip(*map(_number, by_player), strict=True)
    states = tuple(state for own in numbers for state in own)
    n = len(numbers[0])
    payoff = _payoff(rules, tree, numbers)
    first = Side(slice(0, n), levels[0], payoff)
    return states, (first, Side(slice(n, len(states)), levels[1], csr_array(-payoff.T)))


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
