"""Matches of searches, tic-tac-toe against every reply, and errors in positions that are solved."""

from __future__ import annotations

import numpy as np
import pytest

from cs25_games.boards.perfect_play import best_moves, new_table
from cs25_games.boards.playouts import count
from cs25_games.boards.rules import (
    CONNECT_FOUR,
    TIC_TAC_TOE,
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
from cs25_games.mcts.endgames import Endgame, chance_of_error, draw_endgames, error_rate
from cs25_games.mcts.every_reply import play_every_reply
from cs25_games.mcts.match import Searcher, choose, draw_openings, play
from cs25_games.mcts.tree import new_tree


@pytest.fixture(scope="module")
def tree():
    return new_tree(1000)


def test_the_winner_of_a_game_is_named_by_its_colour(tree) -> None:
    # whoever moves next has a line of three open
    game = line_game(3, 1, 1)
    assert play(game, start(), Searcher(0), Searcher(0), tree, new_stream(0)) == 1
    second_to_move = Position(0, 0, 1)
    assert play(game, second_to_move, Searcher(0), Searcher(0), tree, new_stream(0)) == -1
    nobody = line_game(2, 1, 3)
    assert play(nobody, start(), Searcher(0), Searcher(0), tree, new_stream(0)) == 0


@pytest.mark.parametrize("game", [CONNECT_FOUR, hex_game(5)])
def test_more_simulations_beat_fewer_with_either_colour(game, tree) -> None:
    stream, strong, weak = new_stream(0), Searcher(400), Searcher(10)
    openings = draw_openings(game, 20, 2, stream)
    as_first = [play(game, opening, strong, weak, tree, stream) for opening in openings]
    as_second = [play(game, opening, weak, strong, tree, stream) for opening in openings]
    assert sum(as_first) >= 16
    assert sum(as_second) <= -16


def test_openings_differ_and_the_game_goes_on(tree) -> None:
    openings = draw_openings(TIC_TAC_TOE, 60, 6, new_stream(0))
    assert len(set(openings)) == 60
    for opening in openings:
        assert count(opening.mine) == count(opening.theirs) == 3
        assert opening.player == 0
        assert not has_won(TIC_TAC_TOE, opening)
        assert not has_won(TIC_TAC_TOE, Position(0, opening.mine, 1))


def test_openings_that_there_are_not_are_refused() -> None:
    with pytest.raises(ValueError, match="9 positions behind 1 random moves, expected 10"):
        draw_openings(TIC_TAC_TOE, 10, 1, new_stream(0))


@pytest.mark.parametrize("player", [0, 1])
def test_every_reply_is_met(player: int, tree) -> None:
    searcher, stream = Searcher(4), new_stream(4)
    tally = [0, 0, 0]

    def play_on(position: Position) -> None:
        free = legal_moves(TIC_TAC_TOE, position)
        if not free:
            tally[1] += 1
            return
        moves = [1 << bit for bit in range(12) if free >> bit & 1]
        if position.player == player:
            moves = [choose(TIC_TAC_TOE, position, searcher, tree, stream)]
        for move in moves:
            following = after(position, move)
            if has_won(TIC_TAC_TOE, following):
                tally[2 if position.player == player else 0] += 1
            else:
                play_on(following)

    play_on(start())
    found = play_every_reply(TIC_TAC_TOE, searcher, player, tree, new_stream(4))
    assert found.tolist() == tally
    assert min(tally) > 0


def test_endgames_have_a_wrong_move_and_perfect_play_makes_none(tree) -> None:
    game = hex_game(4)
    endgames = draw_endgames(game, 30, 4, new_stream(0))
    known = new_table()
    for position, best in endgames:
        assert best == best_moves(game, position, known)
        assert 0 < count(best) < count(legal_moves(game, position))
    chance = chance_of_error(game, endgames)
    # four standard errors of thirty positions
    rates = [error_rate(game, endgames, Searcher(0), tree, new_stream(seed)) for seed in range(40)]
    assert np.mean(rates) == pytest.approx(chance, abs=4 * 0.5 / np.sqrt(30 * 40))
    assert error_rate(game, endgames, Searcher(1000), tree, new_stream(0)) < chance / 4


def test_errors_are_moves_that_are_not_among_the_best(tree) -> None:
    win = Endgame(
        Position(cell(TIC_TAC_TOE, 0, 0) + cell(TIC_TAC_TOE, 1, 0), 0b1100000, 0),
        cell(TIC_TAC_TOE, 2, 0),
    )
    lost = win._replace(best=cell(TIC_TAC_TOE, 0, 2))
    searcher, stream = Searcher(300), new_stream(0)
    assert error_rate(TIC_TAC_TOE, [win, lost], searcher, tree, stream) == 0.5
    assert chance_of_error(TIC_TAC_TOE, [win, lost]) == pytest.approx(1 - 1 / 5)
