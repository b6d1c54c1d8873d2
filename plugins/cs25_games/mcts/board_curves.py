"""How far from perfect play a search is on boards, by its number of simulations."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from cs25_games.boards.rules import CONNECT_FOUR, TIC_TAC_TOE, Game, hex_game
from cs25_games.boards.streams import new_stream
from cs25_games.mcts.endgames import chance_of_error, draw_endgames, error_rate
from cs25_games.mcts.every_reply import Tally, play_every_reply
from cs25_games.mcts.match import Searcher
from cs25_games.mcts.tree import new_tree

__all__ = ["BOARDS", "error_curve", "tic_tac_toe_curve"]

#: Each game, and how many random moves lie before its positions: so many that perfect play is
#: found in a moment.
BOARDS = {"connect_four": (CONNECT_FOUR, 20), "hex": (hex_game(5), 12)}


def tic_tac_toe_curve(
    searchers: Sequence[Searcher],
    *,
    matches: int,
    seed: int,
    progress: Callable[[], object] = lambda: None,
) -> list[Tally]:
    """Play tic-tac-toe against every reply, and return how the games ended, for each searcher.

    Args:
        searchers: who plays.
        matches: times that each plays with each colour.
        seed: draws what is random.
        progress: called after each match with one colour.
    """
    stream, tree = new_stream(seed), new_tree(max(s.n_simulations for s in searchers))
    curve = []
    for searcher in searchers:
        tally = np.zeros(3, np.int64)
        for player in [0, 1] * matches:
            tally += play_every_reply(TIC_TAC_TOE, searcher, player, tree, stream)
            progress()
        curve.append(tally)
    return curve


def error_curve(
    game: Game,
    n_moves: int,
    searchers: Sequence[Searcher],
    *,
    positions: int,
    seed: int,
    progress: Callable[[], object] = lambda: None,
) -> tuple[list[float], float]:
    """Return the share of positions in which each searcher errs, and in which a random move does.

    Args:
        game: the rules.
        n_moves: random moves before a position.
        searchers: who moves; all of them in the same positions.
        positions: how many, in each of which a move can be wrong.
        seed: draws what is random.
        progress: called after each searcher.
    """
    stream, tree = new_stream(seed), new_tree(max(s.n_simulations for s in searchers))
    endgames = draw_endgames(game, positions, n_moves, stream)
    curve = []
    for searcher in searchers:
        curve.append(error_rate(game, endgames, searcher, tree, stream))
        progress()
    return curve, chance_of_error(game, endgames)
