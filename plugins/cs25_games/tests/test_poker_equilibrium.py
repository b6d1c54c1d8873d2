"""Values, best responses and exploitability, against Kuhn's solution and against OpenSpiel."""

import doctest
import itertools

import numpy as np
import pyspiel
import pytest

from cs25_games import poker
from cs25_games.poker import (
    KUHN,
    LEDUC,
    Action,
    Poker,
    best_response,
    best_response_value,
    expected_value,
    exploitability,
)
from cs25_games.tests.open_spiel_poker import NAMES, to_open_spiel

#: float64, through some thousand products and sums
CLOSE = {"rtol": 0, "atol": 1e-12}
JACK, QUEEN, KING = range(3)


@pytest.fixture(scope="module", params=[KUHN, LEDUC], ids=lambda rules: rules.name)
def game(request):
    return Poker.of(request.param)


@pytest.fixture(scope="module")
def kuhn():
    return Poker.of(KUHN)


def random_policy(game, seed=0):
    """A policy that also has zeros, and nodes that are never reached."""
    draw = np.random.default_rng(seed)
    policy = game.uniform()
    weights = draw.exponential(size=policy.shape) * (draw.random(policy.shape) < 0.7)
    weights = weights * game.legal[:, :, None]
    total = weights.sum(axis=1, keepdims=True)
    return np.divide(weights, total, out=policy, where=total > 0)


def kuhn_equilibrium(game, alpha):
    """Kuhn 1950: player 0 bets a jack with alpha, a king with 3 alpha, calls a queen 1/3 + alpha."""
    start = KUHN.start
    bet = start.act(Action.RAISE)
    checked = start.act(Action.CALL)
    raised = checked.act(Action.RAISE)
    shares = {  # of raises where one is legal, else of calls
        start: (alpha, 0, 3 * alpha),
        raised: (0, alpha + 1 / 3, 1),
        bet: (0, 1 / 3, 1),
        checked: (1 / 3, 0, 1),
    }
    policy = np.zeros_like(game.uniform())
    for state, share in shares.items():
        rest, act = state.actions
        policy[game.node[state], act] = share
        policy[game.node[state], rest] = 1 - np.array(share)
    return policy


def test_the_example_of_the_package_is_right():
    assert doctest.testmod(poker).attempted >= 5
    assert doctest.testmod(poker).failed == 0


@pytest.mark.parametrize("alpha", [0, 0.1, 1 / 3])
def test_kuhns_equilibria_cannot_be_exploited_and_are_worth_minus_one_eighteenth(kuhn, alpha):
    policy = kuhn_equilibrium(kuhn, alpha)
    assert exploitability(kuhn, policy) == pytest.approx(0, abs=1e-12)
    assert expected_value(kuhn, policy) == pytest.approx(-1 / 18, abs=1e-12)


def test_outside_the_family_it_is_exploited(kuhn):
    policy = kuhn_equilibrium(kuhn, 0.1)
    policy[kuhn.node[KUHN.start], :, JACK] = (0, 0.7, 0.3)  # bluffs three times too often
    assert exploitability(kuhn, policy) > 0.01


@pytest.mark.parametrize(("rules", "count"), [(KUHN, 12), (LEDUC, 936)])
def test_information_sets_are_as_many_as_open_spiels(rules, count):
    game = Poker.of(rules)
    assert game.n_information_sets == count
    assert len(to_open_spiel(game, game.uniform())) == count


def test_exploitability_and_value_are_open_spiels(game):
    peer = pyspiel.load_game(NAMES[game.rules])
    for policy in (game.uniform(), random_policy(game), random_policy(game, 1)):
        theirs = pyspiel.TabularPolicy(to_open_spiel(game, policy))
        np.testing.assert_allclose(
            exploitability(game, policy), pyspiel.exploitability(peer, theirs), **CLOSE
        )
        value = pyspiel.expected_returns(peer.new_initial_state(), theirs, -1, False)
        np.testing.assert_allclose(expected_value(game, policy), value[0], **CLOSE)


def test_no_pure_strategy_beats_the_best_response(kuhn):
    policy = random_policy(kuhn, 3)
    own = kuhn.sides[0].nodes
    pure = [
        [np.eye(3)[list(actions)].T for actions in itertools.product(state.actions, repeat=3)]
        for state in kuhn.states[own]
    ]
    values = []
    for one, two in itertools.product(*pure):
        policy[own] = np.stack([one, two])
        values.append(expected_value(kuhn, policy))
    assert best_response_value(kuhn, policy, 0) == pytest.approx(max(values), abs=1e-12)


@pytest.mark.parametrize("player", [0, 1])
def test_the_best_response_wins_what_it_says(game, player):
    policy = random_policy(game, 2)
    response = best_response(game, policy, player)
    won = expected_value(game, response) * (1 if player == 0 else -1)
    assert won == pytest.approx(best_response_value(game, policy, player), abs=1e-12)
    other = game.sides[1 - player].nodes
    assert np.array_equal(response[other], policy[other])
    assert not response[~game.legal].any()


@pytest.mark.parametrize("player", [0, 1])
def test_a_sum_of_plans_plays_like_its_parts_together(game, player):
    """Kuhn 1953: a mixture of policies has a policy that wins the same against everyone."""
    own = game.sides[player].nodes
    one, two, mixed = (random_policy(game, seed) for seed in (4, 5, 6))
    plans = [game.plan(player, policy[own]) for policy in (one, two)]
    mixed[own] = game.policy(player, plans[0] + 3 * plans[1])
    expected = []
    for policy in (one, two):
        both = mixed.copy()
        both[own] = policy[own]
        expected.append(expected_value(game, both))
    mean = (expected[0] + 3 * expected[1]) / 4
    assert expected_value(game, mixed) == pytest.approx(mean, abs=1e-12)


def test_a_plan_turns_back_into_its_policy(game):
    policy = game.uniform()
    for player, side in enumerate(game.sides):
        back = game.policy(player, game.plan(player, policy[side.nodes]))
        np.testing.assert_allclose(back, policy[side.nodes], **CLOSE)


def test_values_of_actions_add_up_to_the_value_of_the_game(kuhn):
    policy = random_policy(kuhn, 7)
    first, second = (policy[side.nodes] for side in kuhn.sides)
    by_hand, by_action = kuhn.action_values(0, first, kuhn.plan(1, second))
    start = kuhn.node[KUHN.start]
    np.testing.assert_allclose((first[start] * by_action[start]).sum(axis=0), by_hand, **CLOSE)
    # a king that bets wins an ante or two: by hand, over the two cards that the other can have
    bet = kuhn.node[KUHN.start.act(Action.RAISE)]
    calls = policy[bet, Action.CALL, [JACK, QUEEN]]
    assert by_action[start, Action.RAISE, KING] == pytest.approx((1 + calls).sum() / 6, abs=1e-12)
