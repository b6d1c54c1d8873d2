"""Games between two searches, from openings of random moves."""

from __future__ import annotations

from typing import NamedTuple

from cs25_games.boards.compiled import compiled
from cs25_games.boards.playouts import draw_move
from cs25_games.boards.rules import Cells, Game, Position, after, has_won, legal_moves, start
from cs25_games.boards.streams import Stream
from cs25_games.mcts.tree import Tree
from cs25_games.mcts.uct import EXPLORATION, search

__all__ = ["Searcher", "choose", "draw_openings", "play"]


class Searcher(NamedTuple):
    """How one of the two searches.

    Args:
        n_simulations: before each move; 0 moves at random.
        exploration: the c of UCT's bound.
    """

    n_simulations: int
    exploration: float = EXPLORATION


@compiled
def choose(game: Game, position: Position, searcher: Searcher, tree: Tree, stream: Stream) -> Cells:
    """Return a searcher's move where the game goes on.

    Args:
        game: the rules.
        position: where to move.
        searcher: who moves.
        tree: room for as many simulations, overwritten.
        stream: draws what is random.
    """
    if searcher.n_simulations == 0:
        return draw_move(legal_moves(game, position), stream)
    return search(tree, game, position, searcher.n_simulations, searcher.exploration, stream)


@compiled
def play(
    game: Game, opening: Position, first: Searcher, second: Searcher, tree: Tree, stream: Stream
) -> int:
    """Play a game to its end.

    Args:
        game: the rules.
        opening: where the two take over; the game goes on there.
        first: moves for player 0, who moves first on the empty board.
        second: moves for player 1.
        tree: room for the longer of the two searches, overwritten.
        stream: draws what is random.

    Returns:
        1 if ``first`` wins, -1 if ``second`` does, 0 for a draw.
    """
    position = opening
    while legal_moves(game, position):
        searcher = second if position.player else first
        position = after(position, choose(game, position, searcher, tree, stream))
        if has_won(game, position):
            return 1 if position.player else -1
    return 0


def draw_openings(game: Game, n_openings: int, n_moves: int, stream: Stream) -> list[Position]:
    """Draw positions that differ, behind so many random moves, where the game goes on.

    Args:
        game: the rules.
        n_openings: how many.
        n_moves: before each; an odd number leaves the second player to move.
        stream: draws them.

    Raises:
        ValueError: there are too few, or they are too hard to come by.
    """
    openings: dict[Position, None] = {}
    for _ in range(100 * n_openings):
        position = _move_at_random(game, n_moves, stream)
        if legal_moves(game, position) and not has_won(game, position):
            openings[position] = None
        if len(openings) == n_openings:
            return list(openings)
    raise ValueError(
        f"draw_openings: {len(openings)} positions behind {n_moves} random moves, "
        f"expected {n_openings} that differ; ask for fewer, or for more moves"
    )


@compiled
def _move_at_random(game: Game, n_moves: int, stream: Stream) -> Position:
    """Make random moves from the empty board, fewer if a game ends before."""
    position = start()
    for _ in range(n_moves):
        moves = legal_moves(game, position)
        if not moves or has_won(game, position):
            break
        position = after(position, draw_move(moves, stream))
    return position
