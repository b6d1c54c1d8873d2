"""What a player who knows a search's policy wins against it, with hidden cards and face up."""

from __future__ import annotations

import itertools

from cs25_games.mcts.information_sets import Hands, InformationSetSearch, PublicNode
from cs25_games.poker import Poker, Policy, exploitability

__all__ = ["face_up_exploitability", "policy_of", "search_exploitability"]


def search_exploitability(game: Poker, search: InformationSetSearch) -> float:
    """Return the exploitability of a search's shares of visits, in antes a game.

    Args:
        game: the one that was searched, with hidden cards.
        search: whose players see all cards, or their own alone; so do best responses.
    """
    if search.face_up:
        return face_up_exploitability(search, n_cards=game.rules.n_cards)
    return exploitability(game, policy_of(game, search))


def policy_of(game: Poker, search: InformationSetSearch) -> Policy:
    """Return the policy of a search with hidden cards."""
    policy = game.uniform()
    for node in search.root.walk():
        if node.player is not None:
            for hand in range(game.rules.n_cards):
                place = game.node[node.state]
                policy[place, list(node.moves), hand] = search.probs(node, (hand, hand))
    return policy


def face_up_exploitability(search: InformationSetSearch, *, n_cards: int) -> float:
    """Return the same where everybody sees all cards: each deal is a game of its own.

    Args:
        search: with its cards face up.
        n_cards: of the deck.
    """
    deals = list(itertools.permutations(range(n_cards), 2))
    values = [
        _best_response_value(search.root, search, player, hands)
        for hands in deals
        for player in (0, 1)
    ]
    return sum(values) / len(values)


def _best_response_value(
    node: PublicNode, search: InformationSetSearch, player: int, hands: Hands
) -> float:
    """Return what ``player`` can win from here on, if the other plays as the search does."""
    if not node.children:
        won = node.state.payoff(hands)
        return -won if player else won
    values = [
        _best_response_value(child, search, player, hands)
        for child, card in zip(node.children, node.moves, strict=True)
        if node.player is not None or card not in hands
    ]
    if node.player is None:
        return sum(values) / len(values)
    if node.player == player:
        return max(values)
    probs = search.probs(node, hands)
    return sum(p * value for p, value in zip(probs, values, strict=True))
