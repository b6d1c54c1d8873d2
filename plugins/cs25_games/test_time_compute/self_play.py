"""Self-play: a search that a network guides plays both sides, and keeps what can be learned of it.

Source: Silver et al. 2017 (doi 10.1038/nature24270), figure 1a and methods, "Self-play".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Int64

from cs25_games.boards.compiled import compiled
from cs25_games.boards.rules import Cells, Game, after, cell, has_won, legal_moves, start
from cs25_games.boards.streams import Stream, draw_below
from cs25_games.mcts.tree import NOBODY, ROOT
from cs25_games.test_time_compute.network import n_moves
from cs25_games.test_time_compute.puct import EXPLORATION, Guided, guided_search

__all__ = ["Lessons", "mirrored", "play_itself", "together"]

#: Share of the root's policy that is spread over all moves. (AlphaGo Zero draws as large a share
#: from a Dirichlet distribution.)
_SPREAD = 0.25


class Lessons(NamedTuple):
    """What a network can learn from games, with a row for each position.

    Args:
        stones: 1 where there is a stone: for each cell, one of the player to move, one of the
            other.
        visits: share of the search's visits that each move had.
        result: 1 if the player to move won the game, -1 if the other did, 0 for a draw.
    """

    stones: Float32[np.ndarray, "row column height 2"]
    visits: Float32[np.ndarray, "row move"]
    result: Float32[np.ndarray, " row"]


def play_itself(
    guided: Guided, game: Game, *, evaluations: int, n_games: int, stream: Stream
) -> Lessons:
    """Play games of a search against itself, from the empty board.

    Args:
        guided: searches for both sides.
        game: the rules.
        evaluations: of the network, for each move; two or more.
        n_games: how many.
        stream: draws the moves of each game's first third, by the search's visits.
    """
    n_cells = game.columns * game.rows
    cells = [cell(game, column, row) for column in range(game.columns) for row in range(game.rows)]
    games = []
    for _ in range(n_games):
        boards = np.zeros((n_cells, 2), np.int64)
        visits = np.zeros((n_cells, n_moves(game)), np.float32)
        length, result = _play(guided, game, evaluations, n_cells // 3, stream, boards, visits)
        stones = (boards[:length, None] & np.array(cells)[:, None]) != 0
        # The last to move sees the result, the one before its opposite, and so on.
        results = result * (-1.0) ** np.arange(length - 1, -1, -1)
        shape = (length, game.columns, game.rows, 2)
        games.append(
            Lessons(
                stones.reshape(shape).astype(np.float32),
                visits[:length] / visits[:length].sum(axis=1, keepdims=True),
                results.astype(np.float32),
            )
        )
    return together(games)


def together(lessons: Sequence[Lessons]) -> Lessons:
    """Return the rows of all."""
    return Lessons(*map(np.concatenate, zip(*lessons, strict=True)))


def mirrored(game: Game, lessons: Lessons) -> Lessons:
    """Return the same lessons on a board that is turned over: the rules do not change with it.

    A board on which stones fall changes left and right; another is turned by half a circle.
    """
    if game.drops:
        return Lessons(lessons.stones[:, ::-1], lessons.visits[:, ::-1], lessons.result)
    return Lessons(lessons.stones[:, ::-1, ::-1], lessons.visits[:, ::-1], lessons.result)


@compiled
def _play(
    guided: Guided,
    game: Game,
    evaluations: int,
    n_drawn: int,
    stream: Stream,
    boards: Int64[np.ndarray, "ply 2"],
    visits: Float32[np.ndarray, "ply move"],
) -> tuple[int, int]:
    """Play a game; return its length, and 1 if the last to move has won, else 0."""
    position, ply, tree = start(), 0, guided.tree
    while True:
        move = guided_search(guided, game, position, evaluations, EXPLORATION, _SPREAD)
        boards[ply] = position.mine, position.theirs
        child = tree.first_child[ROOT]
        while child != NOBODY:
            visits[ply, _index(game, tree.move[child])] = tree.visits[child]
            child = tree.next_child[child]
        if ply < n_drawn:
            move = _draw_by_visits(guided, evaluations, stream)
        position = after(position, move)
        ply += 1
        if has_won(game, position):
            return ply, 1
        if not legal_moves(game, position):
            return ply, 0


@compiled
def _draw_by_visits(guided: Guided, evaluations: int, stream: Stream) -> Cells:
    tree = guided.tree
    left = draw_below(stream, evaluations - 1)  # the root's own evaluation went to no move
    child = tree.first_child[ROOT]
    while left >= tree.visits[child]:
        left -= tree.visits[child]
        child = tree.next_child[child]
    return int(tree.move[child])


@compiled
def _index(game: Game, move: Cells) -> int:
    """Return the place of a move in the policy."""
    bit = 0
    while move >> bit != 1:
        bit += 1
    column, row = bit // (game.rows + 1), bit % (game.rows + 1)
    return column if game.drops else column * game.rows + row
