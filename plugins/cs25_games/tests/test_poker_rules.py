"""The rules of Kuhn's and Leduc poker, against what is written of them and against OpenSpiel."""

from collections import Counter

import pytest

from cs25_games.poker import KUHN, LEDUC, Action, PublicState
from cs25_games.poker.public_tree import PublicTree
from cs25_games.tests.open_spiel_poker import translate, walk

F, C, R = Action


def play(state: PublicState, *actions: Action) -> PublicState:
    for action in actions:
        state = state.act(action)
    return state


@pytest.mark.parametrize(
    ("actions", "hands", "won"),
    [  # Kuhn 1950: one ante each, one bet of one
        ((C, C), (2, 1), 1),
        ((C, C), (0, 1), -1),
        ((C, R, F), (2, 0), -1),
        ((C, R, C), (2, 0), 2),
        ((R, F), (0, 2), 1),
        ((R, C), (0, 2), -2),
    ],
)
def test_kuhn_poker_ends_in_five_ways(actions, hands, won):
    assert play(KUHN.start, *actions).payoff(hands) == won


def test_leduc_poker_raises_by_two_and_then_by_four_and_a_pair_wins():
    # 1 + 2 + 2 in the first round, 4 + 4 in the second; cards 0 and 1 are of one rank
    state = play(play(LEDUC.start, C, R, R, C).deal(1), R, R, C)
    assert state.chips == (13, 13)
    assert state.payoff((0, 5)) == 13
    assert state.payoff((2, 5)) == -13
    assert state.payoff((2, 3)) == 0
    assert str(state) == "crrc/1:rrc"


def test_there_are_two_raises_in_a_round_and_no_fold_without_a_bet():
    assert LEDUC.start.actions == (C, R)
    assert play(LEDUC.start, R).actions == (F, C, R)
    assert play(LEDUC.start, R, R).actions == (F, C)


@pytest.mark.parametrize("rules", [KUHN, LEDUC], ids=lambda rules: rules.name)
def test_every_state_is_open_spiels(rules):
    seen = Counter()
    for theirs, ours, hands in walk(rules):
        seen[ours] += 1
        assert theirs.is_terminal() == ours.is_terminal
        if ours.is_terminal:
            assert theirs.returns() == [ours.payoff(hands), -ours.payoff(hands)]
        else:
            assert theirs.current_player() == ours.player
            assert {translate(a, ours) for a in theirs.legal_actions()} == set(ours.actions)
    tree = PublicTree.of(rules)
    assert set(seen) == {node.state for node in (*tree.decisions, *tree.endings)}


def test_chance_is_certain_to_deal_something():
    cards = range(LEDUC.n_cards)
    states = [play(LEDUC.start, C, C).deal(card) for card in cards]
    total = sum(s.probability((one, two)) for s in states for one in cards for two in cards)
    assert total == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: KUHN.start.act(F), r"action <Action.FOLD: 0> is not legal, expected CALL, RAISE"),
        (lambda: play(KUHN.start, R, C).act(C), "it is nobody's turn"),
        (lambda: LEDUC.start.deal(0), r"card 0 cannot be dealt, expected one of \(\)"),
        (lambda: KUHN.start.payoff((0, 1)), "the game is not over"),
    ],
)
def test_what_the_rules_forbid_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()
