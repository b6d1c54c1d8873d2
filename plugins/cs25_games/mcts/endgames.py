"""How often a search errs where perfect play is known."""

from __future__ import annotations

from typing import NamedTuple

from cs25_games.boards.perfect_play import best_moves, new_table
from cs25_games.boards.playouts import count
from cs25_games.boards.rules import Cells, Game, Position, legal_moves
from cs25_games.boards.streams import Stream
from cs25_games.mcts.match import Searcher, choose, draw_openings
from cs25_games.mcts.tree import Tree

__all__ = ["Endgame", "chance_of_error", "draw_endgames", "error_rate"]


class Endgame(NamedTuple):
    """A position in which a move can be wrong.

    Args:
        position: the game goes on there.
        best: the moves that keep what it is worth; others are errors.
    """

    position: Position
    best: Cells


def draw_endgames(game: Game, n: int, n_moves: int, stream: Stream) -> list[Endgame]:
    """Draw positions that differ, behind so many random moves, in which a move can be wrong.

    Args:
        game: the rules.
        n: how many.
        n_moves: before each; if they are few, perfect play takes long to find.
        stream: draws them.

    Raises:
        ValueError: there are too few.
    """
    found: list[Endgame] = []
    known = new_table()
    for position in draw_openings(game, 4 * n, n_moves, stream):
        best = best_moves(game, position, known)
        if best != legal_moves(game, position):
            found.append(Endgame(position, best))
        if len(found) == n:
            return found
    raise ValueError(
        f"draw_endgames: a move can be wrong in {len(found)} of {4 * n} positions behind "
        f"{n_moves} moves, expected {n}"
    )


def error_rate(
    game: Game, endgames: list[Endgame], searcher: Searcher, tree: Tree, stream: Stream
) -> float:
    """Return the share of positions in which a searcher's move is an error."""
    errors = [
        not choose(game, position, searcher, tree, stream) & best for position, best in endgames
    ]
    return sum(errors) / len(errors)


def chance_of_error(game: Game, endgames: list[Endgame]) -> float:
    """Return the share of positions in which a random move is an error."""
    right = [count(best) / count(legal_moves(game, position)) for position, best in endgames]
    return 1 - sum(right) / len(right)
