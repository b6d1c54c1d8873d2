"""Learners, by hand and against OpenSpiel's."""

import numpy as np
import pyspiel
import pytest
from open_spiel.python.algorithms import mmd_dilated, regret_matching

from cs25_games.matrix_games import MATCHING_PENNIES_3P, MatrixGame, action_values
from cs25_games.self_play.learners import (
    FictitiousPlay,
    Frozen,
    IteratedBestResponse,
    MagneticMirrorDescent,
    RegretMatching,
)

ROCK, PAPER, SCISSORS = np.eye(3)
#: What rock, paper and scissors bring against each of them.
AGAINST = dict(zip("rps", np.array([[0, 1, -1], [-1, 0, 1], [1, -1, 0]], dtype=float), strict=True))
#: A game of two in which nothing is symmetric.
SKEWED = MatrixGame.zero_sum("skewed", np.array([[2.0, -1.0, 0.5], [-1.0, 1.0, 0.0]]))


def test_fictitious_play_on_rock_paper_scissors_by_hand() -> None:
    learner = FictitiousPlay(ROCK)
    # Totals after each: (0 1 -1), (-1 1 0), (-2 1 1), (-1 0 1), (0 -1 1).
    for other, reply in (
        ("r", PAPER),
        ("p", PAPER),
        ("p", PAPER),
        ("s", SCISSORS),
        ("s", SCISSORS),
    ):
        learner.observe(AGAINST[other])
        np.testing.assert_array_equal(learner.policy, reply)


def test_iterated_best_response_forgets_all_but_the_last() -> None:
    learner = IteratedBestResponse(ROCK)
    for other, reply in (("r", PAPER), ("p", SCISSORS), ("s", ROCK)):
        learner.observe(AGAINST[other])
        np.testing.assert_array_equal(learner.policy, reply)


def test_regret_matching_by_hand() -> None:
    learner = RegretMatching(np.array([0.5, 0.5, 0.0]))
    # Against rock it got 1/2, so it regrets (-1/2, 1/2, -3/2).
    learner.observe(AGAINST["r"])
    np.testing.assert_array_equal(learner.policy, PAPER)
    # Paper ties with paper: (-1/2 - 1, 1/2, -3/2 + 1).
    learner.observe(AGAINST["p"])
    np.testing.assert_array_equal(learner.policy, PAPER)
    # Paper loses to scissors: (-3/2 + 2, 1/2, -1/2 + 1), all alike.
    learner.observe(AGAINST["s"])
    np.testing.assert_allclose(learner.policy, np.full(3, 1 / 3))


def test_whoever_regrets_nothing_plays_uniformly() -> None:
    learner = RegretMatching(PAPER)
    learner.observe(AGAINST["r"])
    np.testing.assert_allclose(learner.policy, np.full(3, 1 / 3))


@pytest.mark.parametrize("game", [SKEWED, MATCHING_PENNIES_3P], ids=lambda game: game.name)
def test_regret_matching_agrees_with_openspiels(game: MatrixGame, monkeypatch) -> None:
    monkeypatch.setattr(regret_matching, "INITIAL_REGRET_DENOM", np.inf)  # ours starts from 0
    draw = np.random.default_rng(0)
    start = [draw.dirichlet(np.ones(n)) for n in game.n_actions]
    learners = [RegretMatching(policy) for policy in start]
    total = [policy.copy() for policy in start]
    for _ in range(50):
        profile = [learner.policy for learner in learners]
        for player, learner in enumerate(learners):
            learner.observe(action_values(game, profile, player))
            total[player] += learner.policy
    theirs = regret_matching.regret_matching(
        list(game.payoffs), [policy.copy() for policy in start], iterations=50, gamma=0.0
    )
    for ours, expected in zip(total, theirs, strict=True):
        np.testing.assert_allclose(ours / 51, expected, atol=1e-12)


def test_magnetic_mirror_descent_agrees_with_openspiels() -> None:
    payoffs = SKEWED.payoffs[0]
    theirs = mmd_dilated.MMDDilatedEnt(
        pyspiel.convert_to_turn_based(
            pyspiel.create_matrix_game("skewed", "skewed", ["a", "b"], ["c", "d", "e"], payoffs, -payoffs)
        ),
        alpha=1.0,
    )  # fmt: skip
    learners = [MagneticMirrorDescent(np.full(n, 1 / n)) for n in (2, 3)]
    for t in range(1, 101):
        theirs.alpha = theirs.stepsize = t**-0.5
        theirs.update_sequences()
        profile = [learner.policy for learner in learners]
        for player, learner in enumerate(learners):
            learner.observe(action_values(SKEWED, profile, player))
    for learner, sequences in zip(learners, theirs.current_sequences(), strict=True):
        # their first entry is the empty sequence
        np.testing.assert_allclose(learner.policy, np.ravel(sequences)[1:], atol=1e-9)


@pytest.mark.parametrize(
    "learner", [IteratedBestResponse, FictitiousPlay, RegretMatching, MagneticMirrorDescent, Frozen]
)
def test_places_are_learned_in_apart(learner) -> None:
    draw = np.random.default_rng(0)
    start, values = draw.dirichlet(np.ones(3), 4), draw.normal(size=(6, 4, 3))
    together, apart = learner(start), [learner(policy) for policy in start]
    for told in values:
        together.observe(told)
        for place, one in enumerate(apart):
            one.observe(told[place])
    np.testing.assert_allclose(together.policy, [one.policy for one in apart])
    np.testing.assert_allclose(together.policy.sum(axis=1), 1)
