"""OpenSpiel's Kuhn and Leduc poker, walked together with ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyspiel

from cs25_games.poker import KUHN, LEDUC, Action, Poker, Policy, PublicState, Rules

#: OpenSpiel's names of the games.
NAMES = {KUHN: "kuhn_poker", LEDUC: "leduc_poker"}

Walked = tuple[pyspiel.State, PublicState, tuple[int, ...]]


def walk(rules: Rules) -> Iterator[Walked]:
    """Yield every state of OpenSpiel's where a player acts or has won, with ours and the hands."""
    yield from _walk(pyspiel.load_game(NAMES[rules]).new_initial_state(), rules.start, ())


def _walk(theirs: pyspiel.State, ours: PublicState, hands: tuple[int, ...]) -> Iterator[Walked]:
    if theirs.is_chance_node():
        for card, _ in theirs.chance_outcomes():
            if len(hands) < 2:
                yield from _walk(theirs.child(card), ours, (*hands, card))
            else:
                yield from _walk(theirs.child(card), ours.deal(card), hands)
        return
    yield theirs, ours, hands
    for action in theirs.legal_actions():
        yield from _walk(theirs.child(action), ours.act(translate(action, ours)), hands)


def translate(action: int, state: PublicState) -> Action:
    """Return what an action of OpenSpiel's is here: in Kuhn poker it knows pass and bet only."""
    if state.rules != KUHN:
        return Action(action)
    faces_a_bet = Action.FOLD in state.actions
    return ((Action.CALL, Action.RAISE), (Action.FOLD, Action.CALL))[faces_a_bet][action]


def to_open_spiel(game: Poker, policy: Policy) -> dict[str, list[tuple[int, float]]]:
    """Return the policy as OpenSpiel's: by information set, pairs of action and probability."""
    return {
        theirs.information_state_string(): [
            (action, float(policy[game.node[ours], translate(action, ours), hands[ours.player]]))
            for action in theirs.legal_actions()
        ]
        for theirs, ours, hands in walk(game.rules)
        if ours.player is not None
    }


def from_open_spiel(
    game: Poker, probs: Callable[[pyspiel.State], dict[int, float]]
) -> Callable[[], Policy]:
    """Return a function that reads a policy of OpenSpiel's into an array.

    Args:
        game: ours.
        probs: the policy in a state, by action; it is asked anew each time.
    """
    first: dict[tuple[int, int], tuple[pyspiel.State, PublicState]] = {}
    for theirs, ours, hands in walk(game.rules):
        if ours.player is not None:
            first.setdefault((game.node[ours], hands[ours.player]), (theirs, ours))

    def read() -> Policy:
        policy = game.uniform()
        for (node, hand), (theirs, ours) in first.items():
            for action, prob in probs(theirs).items():
                policy[node, translate(action, ours), hand] = prob
        return policy

    return read
