"""Kuhn's and Leduc poker, as rules to play by and as arrays to compute with.

To play a hand: `KUHN.start` is a `PublicState`, which knows whose turn it is, what is legal, what
comes after an action or a card, and at the end who has won how much (in antes). Deal the hands
yourself: two different cards out of ``range(rules.n_cards)``, each pair equally likely.

>>> state = KUHN.start.act(Action.CALL).act(Action.RAISE).act(Action.CALL)
>>> state.is_terminal, state.payoff((2, 0))
(True, 2)

To compute: `Poker.of(KUHN)` is the whole game. A policy of both players is one array with the axes
node, action and hand, so that ``policy[node, :, hand]`` is the distribution over actions in one
information set. ``game.node[state]`` finds the place of a public state; ``game.sides[player].nodes``
is the slice of a player's nodes.

>>> game = Poker.of(KUHN)
>>> policy = game.uniform()
>>> round(exploitability(game, policy), 3), round(expected_value(game, policy), 3)
(0.458, 0.125)
>>> better = best_response(game, policy, player=1)  # as policy, with player 1's nodes replaced
>>> policy[game.node[KUHN.start], Action.RAISE, 2].item()
0.5

Learners need two more. `Poker.plan` turns a player's policy into a plan (how likely it does what
leads to each of its sequences); plans may be added and averaged, policies may not: `Poker.policy`
turns a sum of plans back into the policy that plays like all of them together. And
`Poker.action_values` has the counterfactual value of each action against the other's plan.
"""

from cs25_games.poker.best_response import (
    best_response,
    best_response_value,
    expected_value,
    exploitability,
)
from cs25_games.poker.rules import KUHN, LEDUC, Action, PublicState, Rules
from cs25_games.poker.sequence_form import ActionValues, Plan, Poker, Policy, PolicyOfOne

__all__ = [
    "KUHN",
    "LEDUC",
    "Action",
    "ActionValues",
    "Plan",
    "Poker",
    "Policy",
    "PolicyOfOne",
    "PublicState",
    "Rules",
    "best_response",
    "best_response_value",
    "expected_value",
    "exploitability",
]
