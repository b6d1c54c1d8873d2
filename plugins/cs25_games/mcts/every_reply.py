"""A searcher against every player there could be: all games in which it meets every reply."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int64

from cs25_games.boards.compiled import compiled
from cs25_games.boards.rules import Game, Position, after, has_won, legal_moves, start
from cs25_games.boards.streams import Stream
from cs25_games.mcts.match import Searcher, choose
from cs25_games.mcts.tree import Tree

__all__ = ["Tally", "play_every_reply"]

#: Games that the searcher has lost, drawn and won.
Tally = Int64[np.ndarray, "3"]


@compiled
def play_every_reply(
    game: Game, searcher: Searcher, player: int, tree: Tree, stream: Stream
) -> Tally:
    """Play every game that can come about, and count how they end.

    Each position that the searcher comes to gets a search of its own, even if another order of
    moves leads to the same. No player, however well it knows the searcher, does better than the
    best of these games.

    Args:
        game: the rules; of a game as small as tic-tac-toe.
        searcher: makes one move in each position of its own.
        player: its colour: 0 moves first.
        tree: room for its search.
        stream: draws what is random.
    """
    tally = np.zeros(3, np.int64)
    _play_on(game, start(), searcher, player, tree, stream, tally)
    return tally


@compiled
def _play_on(
    game: Game,
    position: Position,
    searcher: Searcher,
    player: int,
    tree: Tree,
    stream: Stream,
    tally: Tally,
) -> None:
    moves = legal_moves(game, position)
    if position.player == player and moves:
        moves = choose(game, position, searcher, tree, stream)
    elif not moves:
        tally[1] += 1
    while moves:
        move = moves & -moves
        moves ^= move
        following = after(position, move)
        if has_won(game, following):
            tally[2 if position.player == player else 0] += 1
        else:
            _play_on(game, following, searcher, player, tree, stream, tally)
