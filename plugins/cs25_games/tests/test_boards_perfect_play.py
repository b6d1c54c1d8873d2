"""Perfect play, against a plain minimax over OpenSpiel's games and what is known of them."""

from __future__ import annotations

import pyspiel
import pytest

from cs25_games.boards.perfect_play import best_moves, new_table, value
from cs25_games.boards.rules import (
    CONNECT_FOUR,
    TIC_TAC_TOE,
    Game,
    after,
    cell,
    hex_game,
    start,
)
from cs25_games.boards.streams import new_stream
from cs25_games.tests.open_spiel_boards import walk


def minimax(state: pyspiel.State, known: dict[str, float]) -> float:
    """Return what a state is worth to player 0."""
    if state.is_terminal():
        return float(state.returns()[0])
    if str(state) not in known:
        values = [minimax(state.child(action), known) for action in state.legal_actions()]
        known[str(state)] = min(values) if state.current_player() else max(values)
    return known[str(state)]


def test_tic_tac_toe_is_a_draw_whatever_the_first_move() -> None:
    table = new_table()
    assert value(TIC_TAC_TOE, start(), table) == 0
    assert best_moves(TIC_TAC_TOE, start(), table) == TIC_TAC_TOE.cells


def test_of_the_replies_to_a_corner_only_the_centre_holds() -> None:
    position = after(start(), cell(TIC_TAC_TOE, 0, 0))
    assert best_moves(TIC_TAC_TOE, position, new_table()) == cell(TIC_TAC_TOE, 1, 1)


def test_the_first_player_wins_hex() -> None:
    # by strategy stealing (Nash 1949), for any size
    for size in (1, 2, 3, 4):
        assert value(hex_game(size), start(), new_table()) == 1


@pytest.mark.parametrize(
    ("game", "n_games", "n_stones"),
    [(TIC_TAC_TOE, 12, 1), (hex_game(3), 12, 2), (CONNECT_FOUR, 8, 30)],
)
def test_values_and_best_moves_agree_with_a_plain_minimax(
    game: Game, n_games: int, n_stones: int
) -> None:
    stream, table, known = new_stream(0), new_table(), {}
    found = set()
    for _ in range(n_games):
        for state, position, actions in walk(game, stream):
            if not actions or state.move_number() < n_stones:
                continue
            sign = -1 if position.player else 1
            worth = sign * minimax(state, known)
            assert value(game, position, table) == worth
            right = [
                move
                for move, action in actions.items()
                if sign * minimax(state.child(action), known) == worth
            ]
            assert best_moves(game, position, table) == sum(right)
            found.add((worth, len(right) < len(actions)))
    # wins and losses, and moves that can be wrong
    assert {(1, True), (-1, False)} <= found


def test_windows_do_not_spoil_what_is_known() -> None:
    table = new_table()
    position = after(start(), cell(TIC_TAC_TOE, 0, 0))
    assert value(TIC_TAC_TOE, position, table, 0, 1) == 0
    assert value(TIC_TAC_TOE, position, table, -1, 0) == 0
    assert value(TIC_TAC_TOE, position, table) == 0
