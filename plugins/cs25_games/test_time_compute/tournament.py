"""A round robin: every two players play from the same openings, with both colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Float

from cs25_games.boards.rules import Cells, Game, Position, after, has_won, legal_moves
from cs25_games.boards.streams import Stream, new_stream
from cs25_games.test_time_compute.players import Player

__all__ = ["Standings", "round_robin"]


@dataclass(frozen=True)
class Standings:
    """What came of a round robin.

    Args:
        points: what the player of the row won of the player of the column in their two games from
            an opening, 1 for a win and 1/2 for a draw: 0 to 2, and 0 on the diagonal.
        n_games: played.
        n_distinct: of them. Two games are the same if the same moves were made from the same
            position, whoever made them.
    """

    points: Float[np.ndarray, "opening player player"]
    n_games: int
    n_distinct: int


def round_robin(
    game: Game,
    players: Sequence[Player],
    openings: Sequence[Position],
    *,
    seed: int,
    progress: Callable[[], object],
) -> Standings:
    """Let every two players play twice from each opening, each of them once with each colour.

    Args:
        game: the rules.
        players: two or more.
        openings: positions where the game goes on.
        seed: draws what the players draw, for each game anew.
        progress: called after every two games.
    """
    points = np.zeros((len(openings), len(players), len(players)))
    played = set()
    for number, opening in enumerate(openings):
        for pair in combinations(range(len(players)), 2):
            for first, second in (pair, pair[::-1]):
                stream = new_stream(seed, number, first, second)
                won, moves = _play(game, players[first], players[second], opening, stream)
                points[number, first, second] += won
                points[number, second, first] += 1 - won
                played.add((opening, moves))
            progress()
    return Standings(points, len(openings) * len(players) * (len(players) - 1), len(played))


def _play(
    game: Game, first: Player, second: Player, opening: Position, stream: Stream
) -> tuple[float, tuple[Cells, ...]]:
    """Play a game; return the points of ``first``, who moves first on the empty board, and the moves."""
    position, moves = opening, []
    while legal_moves(game, position):
        player = second if position.player else first
        moves.append(player(position, stream))
        position = after(position, moves[-1])
        if has_won(game, position):
            return (0.0 if position.player == 0 else 1.0), tuple(moves)
    return 0.5, tuple(moves)
