"""Ratings from results: closed form, known ratings, another implementation, and hard cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import binary_cross_entropy_with_logits

from cs25_games.test_time_compute.bradley_terry import elo_ratings, expected_score


def drawn_points(ratings: np.ndarray, games: int, seed: int) -> np.ndarray:
    """Draw the results of so many games of each pair."""
    draw = np.random.default_rng(seed)
    n = len(ratings)
    points = np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            points[i, j] = draw.binomial(games, expected_score(ratings[i] - ratings[j]))
            points[j, i] = games - points[i, j]
    return points


def test_the_expected_score_is_elos() -> None:
    # 400 points are a factor of ten in the odds; Elo's own table has 0.76 for 200.
    assert expected_score(0) == 0.5
    assert expected_score(400) == pytest.approx(10 / 11)
    assert expected_score(200) == pytest.approx(0.76, abs=0.005)
    assert expected_score(-150) == pytest.approx(1 - expected_score(150))


@pytest.mark.parametrize(("won", "drawn", "lost"), [(3, 0, 1), (2, 2, 1), (50, 7, 2)])
def test_two_players_have_the_gap_of_the_closed_form(won: int, drawn: int, lost: int) -> None:
    score = won + drawn / 2
    rest = lost + drawn / 2
    points = np.array([[0, score], [rest, 0.0]])
    better, worse = elo_ratings(points, prior_sd=math.inf)
    assert better - worse == pytest.approx(400 * math.log10(score / rest))
    assert better + worse == pytest.approx(0, abs=1e-6)


def test_known_ratings_are_recovered() -> None:
    ratings = np.array([-500.0, -150, -50, 0, 200, 500])
    found = elo_ratings(drawn_points(ratings, games=20_000, seed=1))
    # One pair of neighbours alone would say it to within 2.5 Elo (174 / sqrt(20,000 * 0.25)).
    assert found == pytest.approx(ratings, abs=8)


def test_ratings_agree_with_a_logistic_regression_in_torch() -> None:
    points = drawn_points(np.array([-300.0, 0, 100, 400]), games=30, seed=2)
    points[1, 2] += 0.5
    points[2, 1] += 0.5
    s = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([s], max_iter=200, tolerance_grad=1e-10, tolerance_change=0)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        i, j = torch.triu_indices(4, 4, 1)
        won, lost = (torch.from_numpy(points)[a, b] for a, b in ((i, j), (j, i)))
        loss = binary_cross_entropy_with_logits(
            s[i] - s[j], won / (won + lost), weight=won + lost, reduction="sum"
        )
        loss.backward()
        return loss

    optimiser.step(closure)
    theirs = (s - s.mean()).detach().numpy() * 400 / math.log(10)
    assert elo_ratings(points, prior_sd=math.inf) == pytest.approx(theirs, abs=1e-4)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_expected_points_are_those_won(seed: int) -> None:
    # The condition of the maximum: each player's expected points are the points won.
    points = drawn_points(np.array([-100.0, 0, 50, 150]), games=40, seed=seed)
    ratings = elo_ratings(points, prior_sd=math.inf)
    games = points + points.T
    expected = games / (1 + 10 ** ((ratings - ratings[:, None]) / 400))
    assert expected.sum(axis=1) == pytest.approx(points.sum(axis=1), abs=1e-4)


def test_who_loses_every_game_has_a_finite_rating_below_all_others() -> None:
    points = drawn_points(np.array([0.0, 0, 100]), games=40, seed=3)
    all_lost = np.zeros((4, 4))
    all_lost[:3, :3] = points
    all_lost[:3, 3] = 40
    ratings = elo_ratings(all_lost)
    assert np.isfinite(ratings).all()
    assert ratings[3] < ratings[:3].min() - 400
    # The others are rated as if they had not met the loser.
    gaps = ratings[:3] - ratings[:3].mean()
    assert gaps == pytest.approx(elo_ratings(points), abs=2)


@pytest.mark.parametrize("seed", range(30))
def test_ratings_are_found_where_many_players_are_alike(seed: int) -> None:
    # Four copies of each of six players, as in the demo's control, and a few games of each pair.
    ratings = np.repeat(np.linspace(-150, 150, 6), 4)
    points = drawn_points(ratings, games=2, seed=seed)
    found = elo_ratings(points)
    expected = (points + points.T) / (1 + 10 ** ((found - found[:, None]) / 400))
    missing = points.sum(axis=1) - expected.sum(axis=1)
    # What the prior makes up for: its pull is the rating over its variance, both in nats.
    nats = found * math.log(10) / 400
    assert missing == pytest.approx(nats * (400 / math.log(10) / 2000) ** 2, abs=1e-6)


def test_a_chain_of_one_sided_matches_is_put_together() -> None:
    # Each beats the next by 19 to 1, and no others met: 511.5 Elo a link, by the closed form.
    points = np.diag([19.0] * 7, 1) + np.diag([1.0] * 7, -1)
    steps = -np.diff(elo_ratings(points, prior_sd=math.inf))
    assert steps == pytest.approx([400 * math.log10(19)] * 7, abs=1e-6)
