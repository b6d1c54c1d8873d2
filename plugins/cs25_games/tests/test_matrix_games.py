"""Normal-form games against OpenSpiel's, and exploitability against brute force."""

from itertools import product

import numpy as np
import pyspiel
import pytest

from cs25_games.matrix_games import (
    MATCHING_PENNIES_3P,
    ROCK_PAPER_SCISSORS,
    MatrixGame,
    action_values,
    exploitability,
)


@pytest.mark.parametrize(
    ("game", "theirs"),
    [(ROCK_PAPER_SCISSORS, "matrix_rps"), (MATCHING_PENNIES_3P, "matching_pennies_3p")],
)
def test_payoffs_are_those_of_openspiel(game: MatrixGame, theirs: str) -> None:
    for actions in product(*map(range, game.n_actions)):
        state = pyspiel.load_game(theirs).new_initial_state()
        state.apply_actions(list(actions))
        assert [payoffs[actions] for payoffs in game.payoffs] == state.returns()


def _random_game(*n_actions: int) -> tuple[MatrixGame, list[np.ndarray]]:
    draw = np.random.default_rng(0)
    payoffs = tuple(draw.normal(size=n_actions) for _ in n_actions)
    return MatrixGame("random", payoffs), [draw.dirichlet(np.ones(n), 5) for n in n_actions]


@pytest.mark.parametrize("n_actions", [(3, 4), (2, 3, 4)])
def test_action_values_are_means_over_what_the_others_do(n_actions: tuple[int, ...]) -> None:
    game, profile = _random_game(*n_actions)
    for player, place in product(range(game.n_players), range(5)):
        expected = np.zeros(n_actions[player])
        for actions in product(*map(range, n_actions)):
            others = [profile[i][place, a] for i, a in enumerate(actions) if i != player]
            expected[actions[player]] += game.payoffs[player][actions] * np.prod(others)
        found = action_values(game, profile, player)[place]
        np.testing.assert_allclose(found, expected, atol=1e-12)


def test_exploitability_of_known_profiles() -> None:
    toss = [np.full(2, 0.5)] * 3
    assert exploitability(MATCHING_PENNIES_3P, toss) == pytest.approx(0)
    # All show heads: the third alone could do better, by 2.
    assert exploitability(MATCHING_PENNIES_3P, [np.array([1.0, 0.0])] * 3) == pytest.approx(2 / 3)
    rocky, uniform = np.array([0.5, 0.25, 0.25]), np.full(3, 1 / 3)
    # Paper wins a half and loses a quarter against (1/2, 1/4, 1/4).
    both = exploitability(ROCK_PAPER_SCISSORS, [rocky, uniform])
    assert both == pytest.approx(0.25 / 2)
