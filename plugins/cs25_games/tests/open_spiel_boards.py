"""OpenSpiel's board games, walked together with ours."""

from __future__ import annotations

from collections.abc import Iterator

import pyspiel

from cs25_games.boards.playouts import draw_move
from cs25_games.boards.rules import (
    CONNECT_FOUR,
    TIC_TAC_TOE,
    Game,
    Position,
    after,
    cell,
    hex_game,
    legal_moves,
    start,
)
from cs25_games.boards.streams import Stream

#: OpenSpiel's names of the games.
NAMES = {
    TIC_TAC_TOE: "tic_tac_toe",
    CONNECT_FOUR: "connect_four",
    hex_game(3): "hex(board_size=3)",
    hex_game(7): "hex(board_size=7)",
}


def walk(game: Game, stream: Stream) -> Iterator[tuple[pyspiel.State, Position, dict[int, int]]]:
    """Yield the states of a random game, with ours and OpenSpiel's action for each move."""
    state, position = pyspiel.load_game(NAMES[game]).new_initial_state(), start()
    while not state.is_terminal():
        actions = {translate(a, game, position): a for a in state.legal_actions()}
        yield state, position, actions
        move = draw_move(legal_moves(game, position), stream)
        state, position = state.child(actions[move]), after(position, move)
    yield state, position, {}


def translate(action: int, game: Game, position: Position) -> int:
    """Return our move for OpenSpiel's action."""
    if game == CONNECT_FOUR:  # an action is a column
        column = sum(cell(game, action, row) for row in range(game.rows))
        return legal_moves(game, position) & column
    # cells are counted along rows; hex's first player joins the upper edge to the lower one there
    row, column = divmod(action, game.columns)
    return cell(game, row, column) if game.in_a_row == 0 else cell(game, column, row)
