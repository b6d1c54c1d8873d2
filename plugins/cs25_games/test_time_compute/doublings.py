"""Strength against simulations: players that differ in nothing but how long they search."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from cs25 import Measure, Table
from cs25_games.boards.rules import Game, Position
from cs25_games.test_time_compute.network import n_moves
from cs25_games.test_time_compute.players import playout_player
from cs25_games.test_time_compute.ratings import Ratings, slope
from cs25_games.test_time_compute.tournament import Standings, round_robin

__all__ = ["ladder", "rate_ladder"]

#: How many doublings the first and the last slope are taken over.
_ENDS = 3

_UNIT = "Elo per doubling"


def ladder(game: Game, doublings: int) -> list[int]:
    """Return numbers of simulations, each twice the one before.

    Below as many as there are first moves a search tries each of them at most once, and says
    nothing: the first number is that one, rounded up to a power of two.
    """
    first = math.ceil(math.log2(n_moves(game)))
    return [2 ** (first + n) for n in range(doublings + 1)]


def rate_ladder(
    game: Game,
    simulations: Sequence[int],
    openings: Sequence[Position],
    *,
    exploration: float,
    seed: int,
    progress: Callable[[], object],
) -> tuple[dict[str, Measure], Table, Standings]:
    """Let searches with random playouts play each other, and rate them.

    Args:
        game: the rules.
        simulations: of each player, before each move, each twice the one before.
        openings: every two players play both sides of each.
        exploration: of all searches.
        seed: draws playouts, and the openings of the bootstrap.
        progress: called after every two games.

    Returns:
        Slopes over all doublings, the first and the last; the ratings; the tournament.
    """
    players = [playout_player(game, n, exploration=exploration) for n in simulations]
    standings = round_robin(game, players, openings, seed=seed, progress=progress)
    ratings = Ratings(standings.points, seed=seed)
    x = np.log2(simulations)

    def over(part: slice) -> Callable[[Float[np.ndarray, " player"]], float]:
        return lambda elo: slope(x[part], elo[part])

    measures = {
        "elo_per_doubling": ratings.measure(over(slice(None)), _UNIT),
        "first_doublings": ratings.measure(over(slice(_ENDS + 1)), _UNIT),
        "last_doublings": ratings.measure(over(slice(-_ENDS - 1, None)), _UNIT),
    }
    rows = tuple((n, *ratings.row(i)) for i, n in enumerate(simulations))
    return measures, Table("searches", ("simulations", "elo", "low", "high"), rows), standings
