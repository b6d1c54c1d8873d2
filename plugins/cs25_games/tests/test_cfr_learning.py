"""CFR and its variants, against OpenSpiel, Kuhn's solution, a linear programme and the bound."""

import math

import numpy as np
import pyspiel
import pytest
from open_spiel.python.algorithms.discounted_cfr import DCFRSolver, LCFRSolver
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, lil_array

from cs25_games.cfr.cfr import CFR, regret_matching
from cs25_games.cfr.discounting import CFR_PLUS, DISCOUNTED, LINEAR, PLAIN, Discounting
from cs25_games.poker import (
    KUHN,
    LEDUC,
    Action,
    Poker,
    best_response_value,
    expected_value,
    exploitability,
)
from cs25_games.tests.open_spiel_poker import NAMES, from_open_spiel

#: as many antes can change hands as both players can put in
SPREAD = {KUHN: 2 * 2, LEDUC: 2 * 13}

games = pytest.mark.parametrize("rules", [KUHN, LEDUC], ids=lambda rules: rules.name)


def learned(rules, discounting, n_iterations):
    learner = CFR(Poker.of(rules), discounting)
    for _ in range(n_iterations):
        learner.iterate()
    return learner


def assert_same_averages(rules, discounting, solver, n_iterations, policy_of):
    learner = CFR(Poker.of(rules), discounting)
    theirs = from_open_spiel(learner.game, lambda state: policy_of(solver.average_policy(), state))
    for _ in range(n_iterations):
        learner.iterate()
        solver.evaluate_and_update_policy()
        # float64, sums in another order; in CFR+ the difference grows by the iteration
        np.testing.assert_allclose(learner.average_policy, theirs(), rtol=0, atol=1e-10)


@games
@pytest.mark.parametrize(
    ("discounting", "solver"),
    [(PLAIN, pyspiel.CFRSolver), (CFR_PLUS, pyspiel.CFRPlusSolver)],
    ids=["cfr", "cfr_plus"],
)
def test_averages_are_open_spiels_in_every_iteration(rules, discounting, solver):
    peer = solver(pyspiel.load_game(NAMES[rules]))
    assert_same_averages(
        rules, discounting, peer, 30, lambda policy, state: policy.action_probabilities(state)
    )


@pytest.mark.parametrize(
    ("discounting", "solver"),
    [(LINEAR, LCFRSolver), (DISCOUNTED, DCFRSolver)],
    ids=["linear", "discounted"],
)
def test_discounted_averages_are_open_spiels_in_every_iteration(discounting, solver):
    for rules, n_iterations in ((KUHN, 100), (LEDUC, 3)):  # theirs is Python: a second each
        peer = solver(pyspiel.load_game(NAMES[rules]))
        assert_same_averages(
            rules,
            discounting,
            peer,
            n_iterations,
            lambda policy, state: policy.action_probabilities(state),
        )


@pytest.mark.parametrize("discounting", [PLAIN, CFR_PLUS, LINEAR, DISCOUNTED])
def test_averages_come_to_kuhns_equilibria(discounting):
    learner = learned(KUHN, discounting, 2000)
    policy = learner.average_policy
    assert exploitability(learner.game, policy) < 1e-3
    # no further from the value than best responses gain
    assert expected_value(learner.game, policy) == pytest.approx(-1 / 18, abs=2e-3)
    start = learner.game.node[KUHN.start]
    jack, _, king = policy[start, Action.RAISE]
    assert king == pytest.approx(3 * jack, abs=0.1)  # Kuhn 1950


def test_leduc_poker_is_worth_what_a_linear_programme_says():
    learner = learned(LEDUC, CFR_PLUS, 300)
    policy = learner.average_policy
    low, high = (
        -best_response_value(learner.game, policy, 1),
        best_response_value(learner.game, policy, 0),
    )
    value = value_of(learner.game)
    assert low - 1e-9 < value < high + 1e-9
    assert high - low < 0.01


def value_of(game):
    """The value to player 0, by the linear programme of von Stengel 1996: no regret in it.

    Maximise what player 1 cannot prevent, over plans x of player 0: the dual of its best response.
    """
    first, second = (constraints(game, player) for player in (0, 1))
    payoff = game.sides[0].payoff
    n_x, n_v = payoff.shape[0], second.shape[0]
    # variables x >= 0 and v free; maximise sum(v[roots]) with second^T v <= payoff^T x, first x = 1
    n_hands = game.rules.n_cards
    goal = np.concatenate([np.zeros(n_x), -np.r_[np.ones(n_hands), np.zeros(n_v - n_hands)]])
    upper = hstack([-payoff.T, second.T])
    equal = hstack([first, csr_array((first.shape[0], n_v))])
    right = np.r_[np.ones(n_hands), np.zeros(first.shape[0] - n_hands)]
    bounds = [(0, None)] * n_x + [(None, None)] * n_v
    found = linprog(
        goal, A_ub=upper, b_ub=np.zeros(upper.shape[0]), A_eq=equal, b_eq=right, bounds=bounds
    )
    assert found.success
    return -found.fun


def constraints(game, player):
    """One row for each hand at the beginning, then for each node and hand: after it as before it."""
    side, n_hands = game.sides[player], game.rules.n_cards
    n_nodes = side.nodes.stop - side.nodes.start
    matrix = lil_array(((1 + n_nodes) * n_hands, (1 + n_nodes * len(Action)) * n_hands))
    for hand in range(n_hands):
        matrix[hand, hand] = 1
        for level in side.levels:
            for node, before in zip(range(n_nodes)[level.nodes], level.sequence, strict=True):
                row = (1 + node) * n_hands + hand
                matrix[row, before * n_hands + hand] = -1
                for action in game.states[side.nodes][node].actions:
                    matrix[row, (1 + node * len(Action) + action) * n_hands + hand] = 1
    return csr_array(matrix)


@games
@pytest.mark.parametrize("n_iterations", [10, 1000])
def test_regret_stays_below_zinkevichs_bounds(rules, n_iterations):
    """Zinkevich et al. 2007, theorems 3 and 4, for player 0."""
    learner = CFR(Poker.of(rules), PLAIN)
    game, won = learner.game, 0.0
    for _ in range(n_iterations):
        won += expected_value(game, learner.current_policy)
        learner.iterate()
    overall = n_iterations * best_response_value(game, learner.average_policy, 0) - won
    own = game.sides[0].nodes
    legal = game.legal[own, :, None]
    immediate = np.where(legal, learner.cumulative_regret[0], 0).max(axis=1).clip(min=0)
    assert 0 < overall <= immediate.sum() + 1e-9
    # a set's regret grows with the root of time, weighted by how likely chance lets it come
    n_actions = legal.sum(axis=1)
    cards = [1 + len(state.board) for state in game.states[own]]
    chance = np.array([1 / math.perm(rules.n_cards, n) for n in cards])[:, None]
    assert (immediate <= chance * SPREAD[rules] * np.sqrt(n_actions * n_iterations)).all()


def test_what_is_learned_last_is_no_equilibrium():
    learner = learned(LEDUC, PLAIN, 500)
    average, current = learner.average_policy, learner.current_policy
    assert exploitability(learner.game, current) > 10 * exploitability(learner.game, average)


def test_an_average_without_reach_weights_is_another_policy():
    """Half of the time player 0 comes to a node and raises, half it never comes and would call."""
    game = Poker.of(KUHN)
    start, later = (
        game.node[state] for state in (KUHN.start, KUHN.start.act(Action.CALL).act(Action.RAISE))
    )
    comes, stays_away = game.uniform()[:2], game.uniform()[:2]
    comes[start], comes[later] = np.eye(3)[[1] * 3].T, np.eye(3)[[0] * 3].T
    stays_away[start], stays_away[later] = np.eye(3)[[2] * 3].T, np.eye(3)[[1] * 3].T
    average = game.policy(0, game.plan(0, comes) + game.plan(0, stays_away))
    assert np.array_equal(average[later], comes[later])
    np.testing.assert_allclose(average[start], (comes[start] + stays_away[start]) / 2, atol=1e-15)


def test_regret_matching_plays_positive_regrets_in_proportion():
    game = Poker.of(KUHN)
    regret = np.zeros_like(game.uniform()[:2])
    later = game.node[KUHN.start.act(Action.CALL).act(Action.RAISE)]
    regret[later, :, 0] = (1, 3, 5)  # a raise is not legal there
    regret[later, :, 1] = (-1, 2, 0)
    policy = regret_matching(game, 0, regret)
    assert policy[later, :, 0].tolist() == [0.25, 0.75, 0]
    assert policy[later, :, 1].tolist() == [0, 1, 0]
    assert policy[later, :, 2].tolist() == [0.5, 0.5, 0]


@pytest.mark.parametrize(
    ("discounting", "after_1", "after_4"),
    [  # Brown and Sandholm 2019: t^alpha / (t^alpha + 1)
        (PLAIN, (1, -1), (1, -1)),
        (CFR_PLUS, (1, 0), (1, 0)),
        (LINEAR, (1 / 2, -1 / 2), (4 / 5, -4 / 5)),
        (DISCOUNTED, (1 / 2, -1 / 2), (8 / 9, -1 / 2)),
        (Discounting(2, -1, 0), (1 / 2, -1 / 2), (16 / 17, -1 / 5)),
    ],
)
def test_discounts_are_the_papers(discounting, after_1, after_4):
    for t, expected in ((1, after_1), (4, after_4)):
        regret = np.array([1.0, -1.0])
        discounting.discount(regret, t)
        np.testing.assert_allclose(regret, expected, rtol=1e-15)


def test_later_iterations_count_more_in_the_average():
    assert [d.weight(3) for d in (PLAIN, CFR_PLUS, LINEAR, DISCOUNTED)] == [1, 3, 3, 9]
