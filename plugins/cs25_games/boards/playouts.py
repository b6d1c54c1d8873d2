"""Playouts: both players move at random until the game ends."""

from __future__ import annotations

from cs25_games.boards.compiled import compiled
from cs25_games.boards.rules import Cells, Game, Position, after, has_won, legal_moves
from cs25_games.boards.streams import Stream, draw_below

__all__ = ["count", "draw_move", "playout"]


@compiled
def playout(game: Game, position: Position, stream: Stream) -> int:
    """Return how a game of random moves ends.

    Args:
        game: the rules.
        position: nobody has won yet.
        stream: draws the moves.

    Returns:
        1 if the player to move in ``position`` wins, -1 if the other does, 0 for a draw.
    """
    if game.in_a_row == 0:
        return _filled(game, position, stream)
    result = -1
    while True:
        moves = legal_moves(game, position)
        if not moves:
            return 0
        position = after(position, draw_move(moves, stream))
        result = -result
        if has_won(game, position):
            return result


@compiled
def _filled(game: Game, position: Position, stream: Stream) -> int:
    """Fill a board of hex and look once: just one of the two joins the edges then.

    Who joined them first is who has them joined on the full board, and each half of the free
    cells is as likely to become ours as in a game of random moves.
    """
    free = legal_moves(game, position)
    n_free = count(free)
    n_mine = (n_free + 1) // 2
    mine = position.mine
    while n_mine:
        lowest = free & -free
        free ^= lowest
        if draw_below(stream, n_free) < n_mine:
            mine |= lowest
            n_mine -= 1
        n_free -= 1
    return 1 if has_won(game, Position(0, mine, 1 - position.player)) else -1


@compiled
def draw_move(moves: Cells, stream: Stream) -> Cells:
    """Draw one of a set of moves that is not empty, each with the same chance."""
    for _ in range(draw_below(stream, count(moves))):
        moves &= moves - 1
    return moves & -moves


@compiled
def count(cells: Cells) -> int:
    """Return the number of cells in a set."""
    n = 0
    while cells:
        cells &= cells - 1
        n += 1
    return n
