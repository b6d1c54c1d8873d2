"""Perfect play: what a position is worth if nobody errs, found by looking at every line of play.

Alpha-beta search (Knuth and Moore 1975) with a table of what is known of positions seen before.
Tic-tac-toe and hex of 4 by 4 are solved from the empty board in a moment; connect four takes that
long from about the sixteenth move on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Int8, Int64

from cs25_games.boards.compiled import compiled
from cs25_games.boards.rules import Cells, Game, Position, after, has_won, legal_moves

__all__ = ["Known", "best_moves", "new_table", "value"]

#: Places of the table; a power of two.
_N_PLACES = 1 << 18

#: Spreads keys over the table: 2^63 over the golden ratio, an odd number.
_SPREAD = 0x4F1BBCDCBFA53E0B


class Known(NamedTuple):
    """What is known of positions, each in the one place that it can have.

    Args:
        mine: cells of the player to move.
        theirs: cells of the other; the board tells who is to move.
        least: the value is no less.
        most: the value is no more.
    """

    mine: Int64[np.ndarray, " place"]
    theirs: Int64[np.ndarray, " place"]
    least: Int8[np.ndarray, " place"]
    most: Int8[np.ndarray, " place"]


def new_table() -> Known:
    """Return an empty table, for one game."""
    # no position has a cell that both have claimed
    cells = (np.ones(_N_PLACES, np.int64) for _ in range(2))
    bounds = (np.zeros(_N_PLACES, np.int8) for _ in range(2))
    return Known(*cells, *bounds)


@compiled
def value(game: Game, position: Position, known: Known, alpha: int = -1, beta: int = 1) -> int:
    """Return what a position is worth to the player to move: 1 a win, 0 a draw, -1 a loss.

    Args:
        game: the rules.
        position: nobody has won yet.
        known: a table for this game; gets what is found.
        alpha: all that is no more counts as this.
        beta: all that is no less counts as this.
    """
    moves = legal_moves(game, position)
    if not moves:
        return 0
    if _wins_at_once(game, position):
        return 1
    place = _place(position)
    seen = known.mine[place] == position.mine and known.theirs[place] == position.theirs
    least, most = (known.least[place], known.most[place]) if seen else (-1, 1)
    if least >= beta or least == most:
        return int(least)
    if most <= alpha:
        return int(most)
    best = -1
    while moves and best < beta:
        move = moves & -moves
        moves ^= move
        lower = max(alpha, best)
        best = max(best, -value(game, after(position, move), known, -beta, -lower))
    known.mine[place], known.theirs[place] = position.mine, position.theirs
    known.least[place] = best if best > alpha else least
    known.most[place] = best if best < beta else most
    return best


@compiled
def _wins_at_once(game: Game, position: Position) -> bool:
    moves = legal_moves(game, position)
    while moves:
        move = moves & -moves
        moves ^= move
        if has_won(game, after(position, move)):
            return True
    return False


@compiled
def best_moves(game: Game, position: Position, known: Known) -> Cells:
    """Return the moves, where the game goes on, that keep what the position is worth."""
    moves, best, highest = legal_moves(game, position), 0, -2
    while moves:
        move = moves & -moves
        moves ^= move
        following = after(position, move)
        worth = 1 if has_won(game, following) else -value(game, following, known)
        if worth > highest:
            best, highest = 0, worth
        if worth == highest:
            best |= move
    return best


@compiled
def _place(position: Position) -> int:
    key = (position.mine * 3 + position.theirs) * _SPREAD
    return (key >> 32) & (_N_PLACES - 1)
