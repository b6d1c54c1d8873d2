"""Games of self-play, what is learned from them, and what the sizes and searches are compared by."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from cs25 import ParameterError, Result
from cs25_games.boards.rules import (
    CONNECT_FOUR,
    Game,
    Position,
    after,
    cell,
    has_won,
    hex_game,
    legal_moves,
    start,
)
from cs25_games.boards.streams import new_stream
from cs25_games.mcts.match import draw_openings
from cs25_games.test_time_compute import DEMO
from cs25_games.test_time_compute.network import PolicyValueNet
from cs25_games.test_time_compute.players import guided_player
from cs25_games.test_time_compute.puct import new_guided
from cs25_games.test_time_compute.scaling import play_time_compute
from cs25_games.test_time_compute.self_play import Lessons, mirrored, play_itself
from cs25_games.test_time_compute.sizes import levels, rate_networks
from cs25_games.test_time_compute.tournament import round_robin
from cs25_games.test_time_compute.training import learn, learn_by_self_play

GAMES = [CONNECT_FOUR, hex_game(3)]


def self_played(game: Game, n_games: int = 6, seed: int = 0) -> Lessons:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = PolicyValueNet(game, 8).compiled()
    guided = new_guided(game, network, 16)
    return play_itself(guided, game, evaluations=16, n_games=n_games, stream=new_stream(seed))


def position_of(game: Game, stones: np.ndarray) -> Position:
    sides = [
        sum(cell(game, int(c), int(r)) for c, r in zip(*np.nonzero(stones[..., i]), strict=True))
        for i in range(2)
    ]
    return Position(sides[0], sides[1], int(stones.sum()) % 2)


@pytest.mark.parametrize("game", GAMES)
def test_lessons_are_whole_games(game: Game) -> None:
    lessons = self_played(game)
    positions = [position_of(game, stones) for stones in lessons.stones]
    starts = [i for i, position in enumerate(positions) if position == start()]
    assert len(starts) == 6
    for i, position in enumerate(positions):
        last = i + 1 in [*starts, len(positions)]
        followers = [
            (after(position, 1 << bit), bit)
            for bit in range(63)
            if legal_moves(game, position) >> bit & 1
        ]
        if not last:
            moves = [bit for next_one, bit in followers if next_one == positions[i + 1]]
            assert len(moves) == 1
            # What is good for the one is bad for the other, down to the game's end.
            assert lessons.result[i] == -lessons.result[i + 1]
        elif lessons.result[i]:
            assert lessons.result[i] == 1
            assert any(has_won(game, next_one) for next_one, _ in followers)
        else:
            assert len(followers) == 1  # a draw: the board is full behind it


@pytest.mark.parametrize("game", GAMES)
def test_visits_are_shares_of_legal_moves(game: Game) -> None:
    lessons = self_played(game)
    assert lessons.visits.sum(axis=1) == pytest.approx(1, abs=1e-6)
    for stones, visits in zip(lessons.stones, lessons.visits, strict=True):
        occupied = stones.sum(axis=-1)
        free = occupied.min(axis=1) == 0 if game.drops else occupied.ravel() == 0
        assert (visits[~free] == 0).all()


def test_moves_are_drawn_by_visits() -> None:
    # The first move of every game is drawn from the same search's visits.
    lessons = self_played(CONNECT_FOUR, n_games=800)
    first = lessons.stones.sum(axis=(1, 2, 3)) == 0
    second = np.flatnonzero(lessons.stones.sum(axis=(1, 2, 3)) == 1)
    drawn = lessons.stones[second].sum(axis=(2, 3)).mean(axis=0)
    # A share of 800 games has a standard deviation of at most 0.018.
    assert drawn == pytest.approx(lessons.visits[first][0], abs=0.06)


@pytest.mark.parametrize("game", GAMES)
def test_a_board_turned_over_is_the_same_game(game: Game) -> None:
    lessons = self_played(game)
    turned = mirrored(game, lessons)
    back = mirrored(game, turned)
    assert all((a == b).all() for a, b in zip(back, lessons, strict=True))
    for stones, other, visits, others in zip(
        lessons.stones, turned.stones, lessons.visits, turned.visits, strict=True
    ):
        position, image = position_of(game, stones), position_of(game, other)
        # Mirrored lessons still are those of legal positions, and say the same of their moves.
        assert has_won(game, position) == has_won(game, image)
        assert sorted(visits) == sorted(others)
        if game.drops:
            # Stones still lie on the ground or on each other, and full columns have no visits.
            heights = other.sum(axis=-1)
            assert (np.diff(heights, axis=1) <= 0).all()
            assert (others[heights.min(axis=1) == 1] == 0).all()
        else:
            assert (others[other.sum(axis=-1).ravel() == 1] == 0).all()


def test_a_network_learns_the_moves_and_the_result() -> None:
    lessons = self_played(CONNECT_FOUR, n_games=20)
    net = learn(CONNECT_FOUR, 64, lessons, steps=400, seed=0)
    answers = net(torch.from_numpy(lessons.stones).flatten(1))
    logits, value = answers[:, :-1], answers[:, -1].tanh()
    entropy = -(lessons.visits * np.log(lessons.visits + 1e-12)).sum(axis=1).mean()
    loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(lessons.visits)).item()
    # Nothing is below the entropy of the visits; knowing nothing costs log 7 = 1.95 nats.
    assert entropy <= loss < entropy + 0.15
    assert np.corrcoef(value.detach().numpy(), lessons.result)[0, 1] > 0.9


def test_self_play_makes_a_network_stronger() -> None:
    lessons = learn_by_self_play(
        CONNECT_FOUR, width=32, rounds=8, n_games=100, evaluations=24, steps=150, seed=0,
        progress=lambda: None,
    )  # fmt: skip
    learned = learn(CONNECT_FOUR, 32, lessons, steps=1000, seed=0)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        untrained = PolicyValueNet(CONNECT_FOUR, 32)
    players = [
        guided_player(CONNECT_FOUR, net.compiled(), 16, exploration=1.5)
        for net in (learned, untrained)
    ]
    openings = draw_openings(CONNECT_FOUR, 40, 4, new_stream(0))
    points = round_robin(CONNECT_FOUR, players, openings, seed=0, progress=lambda: None).points
    # Equal players would have 40 with a standard deviation below 4.5.
    assert points[:, 0, 1].sum() > 55


def test_training_leaves_global_generators_alone() -> None:
    states = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()  # type: ignore[index]
    learn(CONNECT_FOUR, 4, self_played(CONNECT_FOUR, 2), steps=3, seed=5)
    assert random.getstate() == states[0]
    assert np.random.get_state()[1].tolist() == states[1]  # type: ignore[index]
    assert torch.get_rng_state().tolist() == states[2]


def test_levels_go_down_to_no_search() -> None:
    assert levels(64) == [1, 4, 16, 64]
    assert levels(100) == [1, 6, 25, 100]


def test_what_size_and_search_are_worth_is_read_off_the_ratings() -> None:
    game = hex_game(3)
    networks = [learn(game, width, self_played(game), steps=20, seed=0) for width in (4, 16)]
    openings = draw_openings(game, 6, 2, new_stream(0))
    measures, table, standings = rate_networks(
        game, networks, [1, 8, 64], openings, exploration=1.5, seed=0, progress=lambda: None
    )
    elo = {row[:2]: row[2] for row in table.rows}
    small, large = (sum(p.numel() for p in network.parameters()) for network in networks)
    assert list(elo) == [(w, n) for w in (small, large) for n in (1, 8, 64)]
    assert measures["search_lead"].value == pytest.approx(elo[small, 64] - elo[large, 1])
    gains = [elo[w, 64] - elo[w, 1] for w in (small, large)]
    assert measures["search_gain"].value == pytest.approx(np.mean(gains))
    per_weights = (elo[large, 1] - elo[small, 1]) / np.log2(large / small)
    assert measures["elo_per_weights"].value == pytest.approx(per_weights)
    # Three levels a factor of eight apart: the slope is that between the ends, over six doublings.
    assert measures["elo_per_evaluations"].value == pytest.approx(np.mean(gains) / 6)
    assert standings.n_games == 6 * 6 * 5


def small_run(**options: object) -> Result:
    return play_time_compute(
        doublings=4, openings=3, widths=(4, 16), evaluations=16, rounds=2, games=10, steps=40,
        **options,  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_seed_fixes_the_demo() -> None:
    first, again, other = small_run(seed=1), small_run(seed=1), small_run(seed=2)
    assert first == again
    assert first.table("searches") != other.table("searches")
    assert first.table("networks") != other.table("networks")


def test_sizes_that_do_not_differ_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"widths.*two or more that differ"):
        play_time_compute(widths=(4, 4))


def test_measures_are_those_of_the_card() -> None:
    # How many doublings search is worth is left out where more weights do not surely help.
    found = {*small_run().measures, "search_in_doublings"}
    assert found == {*DEMO.measures}


def test_a_blind_search_with_a_network_is_the_network_alone() -> None:
    blind = small_run(control="blind")
    assert blind.measures["search_gain"].value == pytest.approx(0, abs=40)
    assert small_run().measures["search_gain"].value > 100
