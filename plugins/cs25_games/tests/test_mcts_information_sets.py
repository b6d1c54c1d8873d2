"""Search on information sets: what it counts where, and what its policy loses to best responses."""

from __future__ import annotations

import itertools

import numpy as np
import pyspiel
import pytest

from cs25_games.mcts.information_sets import InformationSet, InformationSetSearch
from cs25_games.mcts.poker_curves import cfr_curve, n_checks, search_curve, states_of_an_iteration
from cs25_games.mcts.worst_case import face_up_exploitability, policy_of, search_exploitability
from cs25_games.poker import KUHN, LEDUC, Action, Poker
from cs25_games.tests.open_spiel_poker import NAMES, to_open_spiel, walk

PASS_BET = (Action.CALL, Action.RAISE)


@pytest.fixture(scope="module")
def hidden():
    search = InformationSetSearch(KUHN, face_up=False, seed=0)
    search.run(5000)
    return search


@pytest.fixture(scope="module")
def face_up():
    search = InformationSetSearch(KUHN, face_up=True, seed=0)
    search.run(5000)
    return search


def decisions(search):
    return [node for node in search.root.walk() if node.player is not None]


def test_a_player_sees_its_own_card_alone_or_all_of_them(hidden, face_up) -> None:
    for node in decisions(hidden):
        assert set(node.sets) == {(0,), (1,), (2,)}
    for node in decisions(face_up):
        assert set(node.sets) == set(itertools.permutations(range(3), 2))


def test_each_simulation_is_counted_once_where_it_goes(hidden) -> None:
    assert hidden.n_simulations == 5000
    assert sum(sum(found.visits) for found in hidden.root.sets.values()) == 5000
    for node in decisions(hidden):
        for place, child in enumerate(node.children):
            came = sum(found.visits[place] for found in node.sets.values())
            went_on = sum(sum(found.visits) for found in child.sets.values())
            if child.children:
                # missing are those that ended their way down the tree above and played at random:
                # one for each information set that a simulation added
                assert 0 <= came - went_on <= len(node.sets)


def test_a_simulation_adds_one_information_set_at_most() -> None:
    search = InformationSetSearch(LEDUC, face_up=False, seed=3)
    sizes = []
    for _ in range(200):
        search.run(1)
        sizes.append(sum(len(node.sets) for node in decisions(search)))
    assert sizes[0] == 1
    assert set(np.diff(sizes)) == {0, 1}


def test_every_action_of_an_information_set_is_available_whenever_it_is_visited() -> None:
    # so the count of availability in the paper is the count of visits
    for rules in (KUHN, LEDUC):
        legal: dict[str, set[tuple[int, ...]]] = {}
        for theirs, _, _ in walk(rules):
            if not theirs.is_terminal():
                actions = tuple(theirs.legal_actions())
                legal.setdefault(theirs.information_state_string(), set()).add(actions)
        assert all(len(found) == 1 for found in legal.values())


def test_players_count_their_own_winnings(monkeypatch) -> None:
    search = InformationSetSearch(KUHN, face_up=False, seed=0)
    monkeypatch.setattr(search, "_deal", lambda: (2, 0))  # the king against the jack
    search.run(200)
    bet = next(child for child in search.root.children if str(child.state) == "r")
    assert set(search.root.sets) == {(2,)}
    assert set(bet.sets) == {(0,)}
    jack = bet.sets[(0,)]
    assert bet.moves == (Action.FOLD, Action.CALL)
    # the one simulation that added the set is among the rest
    assert jack.value == [-1.0 * jack.visits[0], -2.0 * jack.visits[1]]
    king = search.root.sets[(2,)]
    assert all(value > 0 for value in king.value)


def test_the_bound_is_ucts() -> None:
    # means 0.5 and 1, n = 4 and 1: with c = 0.5 bounds are 0.5 + 0.317 and 1 + 0.634
    here = InformationSet([4, 1], [2.0, 1.0])
    assert here.best_bound(0.5) == 1
    # means 0.5 and 0, logarithm of 16: 0.5 + c 0.430 and c 1.665, alike at c = 0.405
    here = InformationSet([15, 1], [7.5, 0.0])
    assert [here.best_bound(c) for c in (0.40, 0.41)] == [0, 1]


def test_a_simulation_counts_its_states_to_the_end(monkeypatch) -> None:
    search = InformationSetSearch(KUHN, face_up=False, seed=0)
    monkeypatch.setattr(search._random, "randrange", lambda n: 0)
    monkeypatch.setattr(search, "_choose", lambda here: 0)
    search.run(3)
    # check and check: two decisions and the end
    assert search.n_states == 9


def test_a_fresh_search_plays_at_random() -> None:
    game = Poker.of(LEDUC)
    search = InformationSetSearch(LEDUC, face_up=False, seed=0)
    np.testing.assert_array_equal(policy_of(game, search), game.uniform())


@pytest.mark.parametrize("rules", [KUHN, LEDUC])
def test_exploitability_of_shares_of_visits_agrees_with_open_spiel(rules) -> None:
    game = Poker.of(rules)
    search = InformationSetSearch(rules, face_up=False, seed=1)
    search.run(2000)
    peer = pyspiel.load_game(NAMES[rules])
    policy = policy_of(game, search)
    theirs = pyspiel.TabularPolicy(to_open_spiel(game, policy))
    found = search_exploitability(game, search)
    # rounding of sums over all hands
    assert found == pytest.approx(pyspiel.exploitability(peer, theirs), abs=1e-9)


def test_shares_of_visits_are_read_at_the_right_information_set(hidden) -> None:
    game = Poker.of(KUHN)
    visits = hidden.root.sets[(1,)].visits
    share = policy_of(game, hidden)[game.node[KUHN.start], Action.RAISE, 1]
    assert share == visits[PASS_BET.index(Action.RAISE)] / sum(visits)


def test_face_up_exploitability_agrees_with_all_pure_replies(face_up) -> None:
    first = [node for node in decisions(face_up) if node.player == 0]
    second = [node for node in decisions(face_up) if node.player == 1]

    def won(hands, probs) -> float:
        def value(node) -> float:
            if not node.children:
                return node.state.payoff(hands)
            weights = probs(node)
            return sum(w * value(child) for w, child in zip(weights, node.children, strict=True))

        return value(face_up.root)

    total = 0.0
    deals = list(itertools.permutations(range(3), 2))
    for hands in deals:
        for own, sign in ((first, 1), (second, -1)):
            replies = []
            for plan in itertools.product((0, 1), repeat=len(own)):
                chosen = {id(n): [1 - a, a] for n, a in zip(own, plan, strict=True)}
                replies.append(
                    sign
                    * won(hands, lambda n, c=chosen, h=hands: c.get(id(n)) or face_up.probs(n, h))
                )
            total += max(replies) / (2 * len(deals))
    assert face_up_exploitability(face_up, n_cards=3) == pytest.approx(total, abs=1e-12)


def test_face_up_search_comes_to_perfect_play_of_each_deal() -> None:
    search = InformationSetSearch(KUHN, face_up=True, seed=2)
    search.run(30_000)
    for node in decisions(search):
        for hands in itertools.permutations(range(3), 2):
            if str(node.state) in ("r", "cr"):  # facing a bet: call with the higher card, else fold
                caller = node.player
                wins = hands[caller] > hands[1 - caller]
                assert search.probs(node, hands)[int(wins)] > 0.8
    assert search_exploitability(Poker.of(KUHN), search) < 0.05


def test_curves_look_at_each_budget() -> None:
    game = Poker.of(KUHN)
    calls = []
    search = InformationSetSearch(KUHN, face_up=False, seed=0)
    budgets = [100, 15_000]
    curve = search_curve(game, search, budgets, progress=lambda: calls.append(1))
    assert [effort.n for effort in curve] == budgets
    assert len(calls) == n_checks(budgets) == 3
    assert curve[-1].n_states == search.n_states
    again = InformationSetSearch(KUHN, face_up=False, seed=0)
    again.run(100)
    assert curve[0] == (100, again.n_states, search_exploitability(game, again))


def test_cfr_never_visits_more_states_than_it_may() -> None:
    game = Poker.of(KUHN)
    # 4 decisions and 5 ends, 6 deals, once for each player
    assert states_of_an_iteration(game) == 2 * 9 * 6
    curve = cfr_curve(game, [0, 107, 108, 10_000])
    assert [effort.n for effort in curve] == [0, 0, 1, 92]
    assert [effort.n_states for effort in curve] == [0, 0, 108, 9936]
    assert curve[0].exploitability == pytest.approx(11 / 24)
    assert curve[-1].exploitability < 0.02
