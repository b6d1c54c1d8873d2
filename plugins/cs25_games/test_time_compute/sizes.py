"""Search against size: networks from small to large, each with more and less of a search.

All learn from the same games, which a search guided by one of middle size played.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
from jaxtyping import Float

from cs25 import Measure, Table
from cs25_games.boards.rules import Game, Position
from cs25_games.test_time_compute.network import PolicyValueNet, n_weights
from cs25_games.test_time_compute.players import guided_player
from cs25_games.test_time_compute.ratings import Ratings, slope
from cs25_games.test_time_compute.tournament import Standings, round_robin

__all__ = ["levels", "rate_networks"]

#: Players with the same network differ by this factor in how long they search.
_FACTOR = 4


def levels(evaluations: int) -> list[int]:
    """Return how many evaluations each of a network's players has, from 1: no search.

    >>> levels(64)
    [1, 4, 16, 64]
    """
    found = [evaluations]
    while found[0] > 1:
        found.insert(0, found[0] // _FACTOR or 1)
    return found


def rate_networks(
    game: Game,
    networks: Sequence[PolicyValueNet],
    evaluations: Sequence[int],
    openings: Sequence[Position],
    *,
    exploration: float,
    seed: int,
    progress: Callable[[], object],
) -> tuple[dict[str, Measure], Table, Standings]:
    """Let each network play with each number of evaluations, all against all, and rate them.

    Args:
        game: the rules.
        networks: two or more, the smallest first.
        evaluations: of the network, before each move; the first is 1, no search.
        openings: every two players play both sides of each.
        exploration: of all searches.
        seed: draws the openings of the bootstrap: the players draw nothing.
        progress: called after every two games.

    Returns:
        What search and size are worth; the ratings; the tournament.
    """
    players = [
        guided_player(game, network.compiled(), n, exploration=exploration)
        for network, n in product(networks, evaluations)
    ]
    standings = round_robin(game, players, openings, seed=seed, progress=progress)
    ratings = Ratings(standings.points, seed=seed)
    weights = [n_weights(network) for network in networks]
    log_weights, log_evaluations = np.log2(weights), np.log2(evaluations)
    shape = (len(networks), len(evaluations))

    def search_gain(elo: Float[np.ndarray, " player"]) -> float:
        grid = elo.reshape(shape)
        return float((grid[:, -1] - grid[:, 0]).mean())

    def search_lead(elo: Float[np.ndarray, " player"]) -> float:
        grid = elo.reshape(shape)
        return float(grid[0, -1] - grid[-1, 0])

    def per_evaluations(elo: Float[np.ndarray, " player"]) -> float:
        return slope(log_evaluations, elo.reshape(shape).mean(axis=0))

    def per_weights(elo: Float[np.ndarray, " player"]) -> float:
        return slope(log_weights, elo.reshape(shape)[:, 0])

    unit = "Elo per doubling"
    measures = {
        "search_lead": ratings.measure(search_lead),
        "search_gain": ratings.measure(search_gain),
        "elo_per_evaluations": ratings.measure(per_evaluations, unit),
        "elo_per_weights": ratings.measure(per_weights, unit),
        "times_the_weights": Measure(weights[-1] / weights[0]),
        "times_the_evaluations": Measure(evaluations[-1]),
    }
    if (measures["elo_per_weights"].low or 0) > 1:
        # Where size is worth nothing, no number of doublings is worth a search.
        measures["search_in_doublings"] = ratings.measure(
            lambda elo: search_gain(elo) / per_weights(elo), "doublings"
        )
    rows = tuple(
        (weight, n, *ratings.row(i)) for i, (weight, n) in enumerate(product(weights, evaluations))
    )
    columns = ("weights", "evaluations", "elo", "low", "high")
    return measures, Table("networks", columns, rows), standings
