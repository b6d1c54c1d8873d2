"""Rules of the board games, against OpenSpiel's and by what is known of the games."""

from __future__ import annotations

import pytest

from cs25_games.boards.playouts import count, draw_move, playout
from cs25_games.boards.rules import (
    CONNECT_FOUR,
    TIC_TAC_TOE,
    Game,
    Position,
    after,
    cell,
    has_won,
    hex_game,
    legal_moves,
    line_game,
    start,
)
from cs25_games.boards.streams import new_stream
from cs25_games.tests.open_spiel_boards import NAMES, walk


@pytest.mark.parametrize("game", list(NAMES), ids=list(NAMES.values()))
def test_random_games_run_as_in_open_spiel(game: Game) -> None:
    stream, ends = new_stream(0), set()
    for _ in range(60):
        for state, position, actions in walk(game, stream):
            if actions:
                assert not has_won(game, position)
                assert state.current_player() == position.player
                assert sum(actions) == legal_moves(game, position)
        won = has_won(game, position)
        assert won or not legal_moves(game, position)
        # the player who moved last is the other one
        assert state.returns()[1 - position.player] == won
        ends.add((won, position.player))
    assert len(ends) >= 2


def test_lines_end_at_the_edges() -> None:
    game = line_game(4, 4, 4)
    up = sum(cell(game, 0, row) for row in range(4))
    along = sum(cell(game, column, 3) for column in range(4))
    rising = sum(cell(game, i, i) for i in range(4))
    falling = sum(cell(game, i, 3 - i) for i in range(4))
    for line in (up, along, rising, falling):
        assert has_won(game, Position(0, line, 1))
    around = sum(cell(game, 0, row) for row in (1, 2, 3)) + cell(game, 1, 0)
    assert not has_won(game, Position(0, around, 1))


def test_a_board_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"8 columns and 7 rows.*at most 63"):
        line_game(8, 7, 4)


def test_playouts_end_as_random_games_do() -> None:
    stream, n = new_stream(0), 20_000
    results = [playout(TIC_TAC_TOE, start(), stream) for _ in range(n)]
    # 737/1260 and 121/420 of all random games, by weights of the full tree; three standard errors
    assert results.count(1) / n == pytest.approx(737 / 1260, abs=0.011)
    assert results.count(-1) / n == pytest.approx(121 / 420, abs=0.011)


@pytest.mark.parametrize("size", [3, 4])  # the first player's last stone is one more, or not
def test_a_filled_board_of_hex_ends_as_its_random_games_do(size: int) -> None:
    game, stream, n = hex_game(size), new_stream(0), 20_000
    wins = 0
    for _ in range(n):
        position = start()
        while not has_won(game, position):
            position = after(position, draw_move(legal_moves(game, position), stream))
        wins += position.player == 1
    filled = [playout(game, start(), stream) for _ in range(n)]
    # four standard errors of a difference of shares
    assert filled.count(1) / n == pytest.approx(wins / n, abs=0.02)


def test_each_move_is_drawn_as_often() -> None:
    moves, stream = 0b1011_0001, new_stream(1)
    drawn = [draw_move(moves, stream) for _ in range(8000)]
    assert set(drawn) == {1, 16, 32, 128}
    assert count(moves) == 4
    # four standard deviations of a count
    assert all(abs(drawn.count(move) - 2000) < 160 for move in set(drawn))


def test_a_seed_fixes_what_is_drawn() -> None:
    results = [
        [playout(CONNECT_FOUR, start(), stream) for _ in range(20)]
        for stream in (new_stream(3), new_stream(3), new_stream(4), new_stream(3, 1))
    ]
    assert results[0] == results[1]
    assert results[0] != results[2]
    assert results[0] != results[3]
