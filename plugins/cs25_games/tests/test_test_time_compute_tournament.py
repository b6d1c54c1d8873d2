"""Round robins of players whose results are known, and what is made of the results."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from cs25_games.boards.rules import (
    CONNECT_FOUR,
    TIC_TAC_TOE,
    Cells,
    Game,
    Position,
    after,
    has_won,
    hex_game,
    legal_moves,
    start,
)
from cs25_games.boards.streams import Stream, draw_below, new_stream
from cs25_games.mcts.match import draw_openings
from cs25_games.test_time_compute.doublings import ladder, rate_ladder
from cs25_games.test_time_compute.players import Player
from cs25_games.test_time_compute.ratings import Ratings, slope
from cs25_games.test_time_compute.tournament import Standings, round_robin


def moves_of(position: Position) -> list[Cells]:
    moves = legal_moves(TIC_TAC_TOE, position)
    return [1 << bit for bit in range(moves.bit_length()) if moves >> bit & 1]


@cache
def minimax(position: Position) -> int:
    """Return what the player to move gets: 1, 0 or -1."""
    if has_won(TIC_TAC_TOE, position):
        return -1
    return max((-minimax(after(position, move)) for move in moves_of(position)), default=0)


def perfect(position: Position, stream: Stream) -> Cells:
    return max(moves_of(position), key=lambda move: -minimax(after(position, move)))


def lowest(position: Position, stream: Stream) -> Cells:
    return moves_of(position)[0]


def drawn(position: Position, stream: Stream) -> Cells:
    moves = moves_of(position)
    return moves[draw_below(stream, len(moves))]


def play(
    players: list[Player], openings: list[Position], game: Game = TIC_TAC_TOE, seed: int = 0
) -> Standings:
    return round_robin(game, players, openings, seed=seed, progress=lambda: None)


def test_every_two_players_share_two_points_an_opening() -> None:
    openings = draw_openings(TIC_TAC_TOE, 3, 2, new_stream(0))
    standings = play([perfect, lowest, drawn], openings)
    totals = standings.points + standings.points.transpose(0, 2, 1)
    assert (totals == 2 * (1 - np.eye(3))).all()
    assert standings.n_games == 3 * 3 * 2


def test_each_colour_is_played_once() -> None:
    # Who moves here wins against anybody: two perfect players win a game each.
    opening = next(p for p in draw_openings(TIC_TAC_TOE, 40, 3, new_stream(1)) if minimax(p) == 1)
    standings = play([perfect, perfect], [opening])
    assert standings.points[0].tolist() == [[0, 1], [1, 0]]


def test_points_are_those_of_perfect_play() -> None:
    # Tic-tac-toe is a draw: two perfect players halve the points.
    standings = play([perfect, perfect, lowest], [after(start(), moves_of(start())[4])])
    assert standings.points[0, 0, 1] == standings.points[0, 1, 0] == 1
    assert standings.points[0, 0, 2] > 1


def test_games_that_repeat_are_counted_once() -> None:
    openings = draw_openings(TIC_TAC_TOE, 2, 2, new_stream(3))
    assert play([lowest, perfect], openings).n_distinct == 4
    # The same player under another name plays the same games, and one more from each opening
    # against itself.
    assert play([lowest, perfect, lowest], openings).n_distinct == 4 + 2
    # The same opening again: who draws nothing plays the same two games again.
    assert play([lowest, perfect], [openings[0]] * 2).n_distinct == 2
    assert play([drawn, drawn], [start()] * 20).n_distinct > 30


def test_a_seed_fixes_every_game() -> None:
    openings = draw_openings(TIC_TAC_TOE, 10, 2, new_stream(4))
    first, again, other = (play([drawn, drawn], openings, seed=s).points for s in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_openings_that_agree_leave_no_interval() -> None:
    points = np.tile(np.array([[0, 1.5], [0.5, 0]]), (10, 1, 1))
    measure = Ratings(points, seed=0).measure(lambda elo: elo[0] - elo[1])
    # Three of four points are 400 log10(3) Elo; the prior takes less than one of them.
    assert measure.value == pytest.approx(400 * np.log10(3), abs=1)
    assert measure.low == pytest.approx(measure.value, abs=1e-3)
    assert measure.high == pytest.approx(measure.value, abs=1e-3)


def test_the_interval_is_that_of_openings_and_not_of_games() -> None:
    # Half of the openings are won twice by the one, half by the other.
    won = np.array([[0, 2], [0, 0.0]])
    points = np.array([won, won.T] * 50)
    measure = Ratings(points, seed=0).measure(lambda elo: elo[0] - elo[1])
    assert measure.low is not None
    assert measure.high is not None
    # The share of points has the standard deviation sqrt(0.25 / 100), the gap 400 / ln 10 / 0.25
    # times that, 35 Elo; if the 200 games were drawn one by one it would be 25.
    assert (measure.high - measure.low) / 2 == pytest.approx(1.96 * 35, rel=0.15)


def test_a_slope_is_that_of_least_squares() -> None:
    x, y = np.array([0.0, 1, 2, 4]), np.array([1.0, 3, 2, 6])
    dx = x - x.mean()
    assert slope(x, y) == pytest.approx((dx * y).sum() / (dx**2).sum())


def test_a_ladder_starts_where_each_first_move_can_be_tried() -> None:
    assert ladder(CONNECT_FOUR, 3) == [8, 16, 32, 64]
    assert ladder(hex_game(4), 1) == [16, 32]


@pytest.mark.parametrize("exploration", [1.4, 1e18])
def test_doublings_make_stronger_unless_no_result_counts(exploration: float) -> None:
    openings = draw_openings(CONNECT_FOUR, 4, 4, new_stream(5))
    measures, table, standings = rate_ladder(
        CONNECT_FOUR, [8, 32, 128, 512], openings, exploration=exploration, seed=0,
        progress=lambda: None,
    )  # fmt: skip
    elo = np.array(table.column("elo"))
    assert standings.n_games == 4 * 12
    assert measures["elo_per_doubling"].value == pytest.approx(np.polyfit([3, 5, 7, 9], elo, 1)[0])
    if exploration == 1.4:
        assert measures["elo_per_doubling"].value > 60
        assert elo[-1] == elo.max()
    else:
        assert abs(measures["elo_per_doubling"].value) < 40
