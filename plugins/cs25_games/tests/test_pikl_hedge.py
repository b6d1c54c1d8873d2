"""piKL-Hedge: its fixed point, its limits, its regret, and independent implementations."""

from itertools import count

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import logsumexp

from cs25_games.matrix_games import ROCK_PAPER_SCISSORS, MatrixGame, action_values, exploitability
from cs25_games.pikl.games import GAMES
from cs25_games.pikl.hedge import PiklHedge, reply, self_play

#: Stakes of rock, paper and scissors: who wins gets the winner's stake.
STAKES = np.array([0.3, 0.5, 1.0])
STAKED = MatrixGame.zero_sum(
    "staked", np.array([[0.0, -0.5, 0.3], [0.5, 0.0, -1.0], [-0.3, 1.0, 0.0]])
)
ANCHOR = np.array([0.6, 0.3, 0.1])


def test_self_play_ends_where_policies_are_replies_to_themselves() -> None:
    lambdas = np.array([1.0, 3.0])
    payoffs, anchor = STAKED.payoffs[0][None], ANCHOR[None]
    policy = self_play(payoffs, anchor, lambdas, iterations=100_000)
    fixed = anchor[:, None] * np.exp(policy @ payoffs.swapaxes(1, 2) / lambdas[:, None])
    fixed /= fixed.sum(axis=-1, keepdims=True)
    assert np.abs(policy - fixed).max() < 1e-6
    assert np.abs(policy - anchor[:, None]).max() > 0.01


def test_two_learners_end_where_replies_to_replies_do() -> None:
    # Damped steps to mutual replies, far from regret minimisation; the game is not symmetric.
    game = MatrixGame.zero_sum("skewed", np.array([[2.0, -1.0, 0.5], [-1.0, 1.0, 0.0]]))
    anchors, lam = [np.array([0.7, 0.3]), np.array([0.2, 0.2, 0.6])], np.array([2.0])
    learners = [PiklHedge(anchor, lam) for anchor in anchors]
    for _ in range(20_000):
        profile = [learner.play()[0] for learner in learners]
        for player, learner in enumerate(learners):
            learner.observe(action_values(game, profile, player)[None])
    expected = list(anchors)
    for _ in range(2000):
        expected = [
            0.9 * policy + 0.1 * replied / replied.sum()
            for player, policy in enumerate(expected)
            for replied in [anchors[player] * np.exp(action_values(game, expected, player) / lam)]
        ]
    for learner, policy in zip(learners, expected, strict=True):
        np.testing.assert_allclose(learner.play()[0], policy, atol=1e-5)


def test_playing_oneself_is_playing_a_twin() -> None:
    states = GAMES[1].states(3, np.random.default_rng(0))
    lambdas, anchor = np.array([0.1, 1.0]), np.tile(np.full(28, 1 / 28), (3, 1))
    twins = [PiklHedge(anchor, lambdas) for _ in range(2)]
    for _ in range(30):
        plays = [twin.play() for twin in twins]
        for twin, other in zip(twins, reversed(plays), strict=True):
            twin.observe(np.einsum("sab,slb->sla", states.payoffs, other))
    alone = self_play(states.payoffs, anchor, lambdas, iterations=30)
    for twin in twins:
        np.testing.assert_allclose(twin.play(), alone, atol=1e-12)


def test_each_policy_is_the_best_so_far_with_an_entropy_bonus() -> None:
    # Bakhtin et al. 2022, equation 5, is the solution of a concave problem: solve it numerically.
    draw, eta, lam = np.random.default_rng(0), 0.7, 0.4
    learner, told = PiklHedge(ANCHOR, np.array([lam]), eta=eta), []
    for t in range(1, 6):
        told.append(draw.normal(size=3))
        learner.observe(told[-1][None])

        def loss(logits: np.ndarray, t: int = t) -> float:
            policy = np.exp(logits - logsumexp(logits))
            kl, entropy = policy @ np.log(policy / ANCHOR), -policy @ np.log(policy)
            return float(t * lam * kl - entropy / eta - np.sum(told, axis=0) @ policy)

        best = minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-9}).x
        expected = np.exp(best - logsumexp(best))
        np.testing.assert_allclose(learner.play()[0], expected, atol=1e-6)


def test_an_infinite_lambda_is_imitation() -> None:
    policy = self_play(STAKED.payoffs[0][None], ANCHOR[None], np.array([np.inf]), iterations=5)
    np.testing.assert_allclose(policy[0, 0], ANCHOR, atol=1e-15)


def test_a_small_lambda_is_an_equilibrium_for_the_average() -> None:
    # Rock's stake is what paper and scissors must balance, and so on: (1, 0.3, 0.5) / 1.8.
    learner, total = PiklHedge(ANCHOR, np.array([1e-4]), eta=1.0), np.zeros(3)
    for _ in range(4000):
        policy = learner.play()
        total += policy[0]
        learner.observe(policy @ STAKED.payoffs[0].T)
    average = total / total.sum()
    np.testing.assert_allclose(average, np.array([1.0, 0.3, 0.5]) / 1.8, atol=0.02)
    assert exploitability(STAKED, [average, average]) < 0.01
    assert exploitability(STAKED, [ANCHOR, ANCHOR]) > 0.1


def test_a_small_lambda_is_a_best_response_to_one_who_does_not_learn() -> None:
    values = ROCK_PAPER_SCISSORS.payoffs[0] @ np.array([0.5, 0.3, 0.2])
    lambdas = np.array([1e-3, np.inf])
    learner = PiklHedge(ANCHOR, lambdas, eta=1e6)
    learner.observe(np.stack([values, values]))
    for policy in (learner.play(), reply(values, ANCHOR, lambdas)):
        np.testing.assert_allclose(policy, [[0, 1, 0], ANCHOR], atol=1e-6)


@pytest.mark.parametrize("lam", [0.03, 0.3, 3.0])
@pytest.mark.parametrize("adversary", ["random", "spiteful"])
def test_regret_stays_below_its_bound(lam: float, adversary: str) -> None:
    # Bakhtin et al. 2022, theorem 1, with payoffs of at most W = 1 in size:
    #   W²/4 min(2 log T / λ, T η) + log n / η + λ (log n + mean of -log τ)
    draw, eta, n = np.random.default_rng(0), 0.5, 3
    learner, total, earned = PiklHedge(ANCHOR, np.array([lam]), eta=eta), np.zeros(n), 0.0
    for t in count(1):
        policy = learner.play()[0]
        values = draw.uniform(-1, 1, n)
        if adversary == "spiteful":  # takes most from what is played most
            values = np.where(policy == policy.max(), -1.0, 1.0)
        learner.observe(values[None])
        total += values
        earned += values @ policy - lam * policy @ np.log(policy / ANCHOR)
        if t in (10, 100, 2000):
            # the best policy in hindsight has τ exp(total / (t λ)), and this value
            best = t * lam * logsumexp(total / (t * lam), b=ANCHOR)
            bound = (
                min(2 * np.log(t) / lam, t * eta) / 4
                + np.log(n) / eta
                + lam * (np.log(n) - np.log(ANCHOR).mean())
            )
            assert best - earned <= bound
        if t == 2000:
            break


@pytest.mark.parametrize("game", GAMES, ids=lambda game: game.name)
def test_learning_brings_self_play_nearer_to_its_fixed_point(game) -> None:
    draw = np.random.default_rng(0)
    states, lambdas = game.states(20, draw), np.array([1.0, 3.0])
    anchor = 0.5 * states.salience + 0.5 / states.n_actions

    def residual(iterations: int) -> float:
        policy = self_play(states.payoffs, anchor, lambdas, iterations=iterations)
        replied = reply(policy @ states.payoffs.swapaxes(1, 2), anchor, lambdas)
        return float(np.abs(policy - replied).max())

    assert residual(400) < residual(40) / 3 < 0.02
