"""The games, the people who play them, and the clone of people."""

import math

import numpy as np
import pytest
import torch

from cs25_games.pikl.games import GAMES, Game, allocations
from cs25_games.pikl.imitation import FOLDS, clone
from cs25_games.pikl.people import SLIP, Population, draw_population, play

RPS, BLOTTO, CONVENTION = GAMES


def _draw(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("game", GAMES, ids=lambda game: game.name)
def test_states_are_those_of_a_symmetric_game(game: Game) -> None:
    states = game.states(50, _draw())
    assert len(states) == 50
    assert states.payoffs.shape == (50, states.n_actions, states.n_actions)
    sign = 1 if game is CONVENTION else -1  # both get the same; or one gets what the other loses
    np.testing.assert_allclose(states.payoffs, sign * states.payoffs.swapaxes(1, 2), atol=1e-12)
    assert np.abs(states.payoffs).max() <= 1
    np.testing.assert_allclose(states.salience.sum(axis=1), 1)


def test_the_winner_gets_the_stake_of_the_winning_action() -> None:
    states = RPS.states(1, _draw())
    rock, paper, scissors = states.seen[0]
    expected = [[0, -paper, rock], [paper, 0, -scissors], [-rock, scissors, 0]]
    np.testing.assert_array_equal(states.payoffs[0], expected)


def test_blotto_field_by_field() -> None:
    soldiers, states = allocations(), BLOTTO.states(1, _draw())
    assert len(soldiers) == math.comb(8, 2)  # stars and bars: 6 soldiers, 3 fields
    (worths,) = states.seen
    for own in range(28):
        for other in range(28):
            expected = 0.0
            for field in range(3):
                if soldiers[own, field] > soldiers[other, field]:
                    expected += worths[field]
                elif soldiers[own, field] < soldiers[other, field]:
                    expected -= worths[field]
            assert states.payoffs[0, own, other] == pytest.approx(expected)


def test_a_landmark_pays_nothing() -> None:
    states = CONVENTION.states(3, _draw())
    worths, landmarks = states.seen[:, :5], states.seen[:, 5:]
    np.testing.assert_array_equal(states.payoffs, worths[:, :, None] * np.eye(5))
    np.testing.assert_array_equal(landmarks, states.salience)


#: habit, one step, two steps, greedy
KINDS = np.eye(4)


def _often(kind: int, game: Game, *, noise: float = 0.0, n: int = 20_000) -> np.ndarray:
    """How often people of one kind take each action, in one and the same state."""
    one = game.states(1, _draw(3))
    many = type(one)(*(np.repeat(x, n, axis=0) for x in (one.seen, one.payoffs, one.salience)))
    actions = play(Population(KINDS[kind], noise), many, _draw())
    return np.bincount(actions, minlength=one.n_actions) / n


@pytest.mark.parametrize("game", GAMES, ids=lambda game: game.name)
def test_habit_does_what_comes_to_mind_and_slips(game: Game) -> None:
    states = game.states(1, _draw(3))
    expected = (1 - SLIP) * states.salience[0] + SLIP / states.n_actions
    np.testing.assert_allclose(_often(0, game), expected, atol=0.015)  # 4 standard errors


@pytest.mark.parametrize("kind", [1, 2, 3], ids=["one step", "two steps", "greedy"])
def test_steps_of_thinking_in_rock_paper_scissors(kind: int) -> None:
    states = RPS.states(4000, _draw())
    actions = play(Population(KINDS[kind], 0.0), states, _draw())
    agreed = 0
    for (rock, paper, scissors), action in zip(states.seen, actions, strict=True):
        payoffs = np.array([[0, -paper, rock], [paper, 0, -scissors], [-rock, scissors, 0]])
        habit = np.array([0.5, 0.25, 0.25])
        reply = np.eye(3)[(payoffs @ habit).argmax()]
        values = (payoffs @ habit, payoffs @ (habit + reply), payoffs.max(axis=1))[kind - 1]
        agreed += values.argmax() == action
    # all but slips, of which a third does the same; 5 standard errors
    assert agreed / 4000 == pytest.approx(1 - SLIP * 2 / 3, abs=0.015)


def test_people_who_misjudge_more_take_the_best_action_less_often() -> None:
    best = [_often(1, BLOTTO, noise=noise).max() for noise in (0.1, 0.5, 5.0)]
    assert best[0] > best[1] > best[2]
    assert _often(1, BLOTTO, noise=100.0).max() < 0.06  # 1 / 28, and chance


def test_populations_differ() -> None:
    one, other = draw_population(_draw()), draw_population(_draw(1))
    assert one.shares.sum() == pytest.approx(1)
    assert np.abs(one.shares - other.shares).max() > 0.01
    assert one.noise != other.noise


def test_a_clone_learns_what_people_do_by_what_they_see() -> None:
    draw = _draw()
    seen = draw.normal(size=(1000, 2))
    likely = np.where(seen[:, :1] > 0, [[0.8, 0.1, 0.1]], [[0.1, 0.3, 0.6]])
    actions = (likely.cumsum(axis=1) < draw.random((1000, 1))).sum(axis=1)
    steps: list[None] = []
    imitate = clone(
        seen, actions, 3, max_steps=120, draw=torch.Generator().manual_seed(0),
        progress=lambda: steps.append(None),
    )  # fmt: skip
    assert len(steps) == FOLDS + 1
    found = imitate(np.array([[1.0, 0.0], [-1.0, 0.0]]))
    np.testing.assert_allclose(found, [[0.8, 0.1, 0.1], [0.1, 0.3, 0.6]], atol=0.08)


def test_a_clone_of_people_who_see_nothing_learns_how_often_they_act() -> None:
    draw = _draw()
    seen, actions = draw.normal(size=(400, 6)), draw.choice(3, size=400, p=[0.7, 0.2, 0.1])
    imitate = clone(seen, actions, 3, max_steps=200, draw=torch.Generator().manual_seed(0))
    fresh = imitate(draw.normal(size=(500, 6)))
    # The entropy of what they do is 0.80 nats; a network trained for all 200 steps ends at 0.88.
    assert -(np.log(fresh) @ np.array([0.7, 0.2, 0.1])).mean() < 0.86
