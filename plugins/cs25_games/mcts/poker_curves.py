"""How exploitable search and regret minimisation are at Kuhn poker, by the states they visit."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from cs25_games.cfr.cfr import CFR
from cs25_games.cfr.discounting import PLAIN
from cs25_games.mcts.information_sets import InformationSetSearch, PublicNode
from cs25_games.mcts.worst_case import search_exploitability
from cs25_games.poker import Poker, exploitability

__all__ = ["Effort", "cfr_curve", "n_checks", "search_curve", "states_of_an_iteration"]

#: Simulations between two moves of the progress bar.
_SOME = 10_000


class Effort(NamedTuple):
    """What was done, and how far from perfect play it leads.

    Args:
        n: simulations, or iterations.
        n_states: states visited, each time counted.
        exploitability: in antes a game.
    """

    n: int
    n_states: int
    exploitability: float


def search_curve(
    game: Poker,
    search: InformationSetSearch,
    budgets: Sequence[int],
    *,
    progress: Callable[[], object] = lambda: None,
) -> list[Effort]:
    """Search, and look at each budget how exploitable the shares of visits are.

    Args:
        game: the one that is searched, as arrays.
        search: fresh; it is changed.
        budgets: of simulations; they do not fall.
        progress: called as often as `n_checks` says.
    """
    curve = []
    for budget in budgets:
        while search.n_simulations < budget:
            search.run(min(_SOME, budget - search.n_simulations))
            progress()
        found = search_exploitability(game, search)
        curve.append(Effort(search.n_simulations, search.n_states, found))
    return curve


def n_checks(budgets: Sequence[int]) -> int:
    """Return how often `search_curve` reports progress."""
    steps = itertools.pairwise([0, *budgets])
    return sum(math.ceil((after - before) / _SOME) for before, after in steps)


def cfr_curve(
    game: Poker, n_states: Sequence[int], *, progress: Callable[[], object] = lambda: None
) -> list[Effort]:
    """Learn by CFR, and look how exploitable its average is as soon as so many states are visited.

    Args:
        game: to learn.
        n_states: never exceeded; they do not fall.
        progress: called after each of them.
    """
    learner, curve = CFR(game, PLAIN), []
    cost = states_of_an_iteration(game)
    for states in n_states:
        while (learner.n_iterations + 1) * cost <= states:
            learner.iterate()
        found = exploitability(game, learner.average_policy)
        curve.append(Effort(learner.n_iterations, learner.n_iterations * cost, found))
        progress()
    return curve


def states_of_an_iteration(game: Poker) -> int:
    """Return how many states CFR visits in an iteration: for each player all, with every deal."""
    n_cards = game.rules.n_cards
    return 2 * sum(
        math.perm(n_cards - len(node.state.board), 2)
        for node in PublicNode.of(game.rules.start).walk()
    )
