"""What computing at play time is worth: with each doubling, and against a larger network.

Source: Jones 2021 (arXiv 2104.03113), section IV-C, on what computing at play time saves in
training; Silver et al. 2017 (doi 10.1038/nature24270), figure 6, on a network with and without
its search.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

from annotated_types import Interval, Len
from tqdm.auto import tqdm

from cs25 import Measure, ParameterError, Result
from cs25_games.boards.rules import CONNECT_FOUR, hex_game
from cs25_games.boards.streams import new_stream
from cs25_games.mcts import uct
from cs25_games.mcts.match import draw_openings
from cs25_games.test_time_compute import puct
from cs25_games.test_time_compute.doublings import ladder, rate_ladder
from cs25_games.test_time_compute.sizes import levels, rate_networks
from cs25_games.test_time_compute.training import learn, learn_by_self_play

__all__ = ["play_time_compute"]

Width = Annotated[int, Interval(ge=1, le=1024)]

_GAMES = {"connect-four": CONNECT_FOUR, "hex": hex_game(6)}

#: Random moves of an opening.
_PLIES = 4

#: A search as curious as this looks at no result: floating point loses them beside it.
_BLIND = 1e18


def play_time_compute(
    *,
    game: Literal["connect-four", "hex"] = "connect-four",
    doublings: Annotated[int, Interval(ge=4, le=12)] = 8,
    openings: Annotated[int, Interval(ge=2, le=400)] = 40,
    widths: Annotated[tuple[Width, ...], Len(2, 8)] = (4, 8, 16, 32, 64, 128),
    evaluations: Annotated[int, Interval(ge=4, le=1024)] = 64,
    rounds: Annotated[int, Interval(ge=1, le=200)] = 12,
    games: Annotated[int, Interval(ge=2, le=2000)] = 400,
    steps: Annotated[int, Interval(ge=10, le=20_000)] = 2000,
    control: Literal["none", "blind"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Rate players that differ in how long they search, and in the size of their network.

    Args:
        game: the game; hex has 6 by 6 cells.
        doublings: how often the simulations of a search with random playouts double, from the
            weakest player to the strongest. The weakest has as many as there are first moves,
            rounded up to a power of two.
        openings: positions that the searches with playouts start from; every two players play both
            sides of each. The networks, of which there are more, start from half as many.
        widths: units of each of the two hidden layers, for each network.
        evaluations: how often the longest search asks its network before a move; in self-play, too.
        rounds: of self-play and training; the networks learn from the games of the last ten.
        games: of self-play, in each round.
        steps: of training, for each network; a tenth as many in each round of self-play.
        control: "blind" lets no result count: a search goes where it has been least.
        seed: draws openings, playouts, weights and batches.
    """
    rules, blind = _GAMES[game], control == "blind"
    if len(set(widths)) < 2:
        raise ParameterError(parameter="widths", found=widths, expected="two or more that differ")
    widths = tuple(sorted(set(widths)))
    simulations, evaluated = ladder(rules, doublings), levels(evaluations)
    boards = draw_openings(rules, openings, _PLIES, new_stream(seed))
    fewer = boards[: math.ceil(len(boards) / 2)]
    tournaments = ((boards, len(simulations)), (fewer, len(widths) * len(evaluated)))
    matches = sum(len(played) * math.comb(players, 2) for played, players in tournaments)
    with tqdm(total=matches + rounds + len(widths), desc="playing") as bar:
        by_doubling, searches, first = rate_ladder(
            rules,
            simulations,
            boards,
            exploration=_BLIND if blind else uct.EXPLORATION,
            seed=seed,
            progress=bar.update,
        )
        lessons = learn_by_self_play(
            rules,
            width=widths[len(widths) // 2],
            rounds=rounds,
            n_games=games,
            evaluations=evaluations,
            steps=max(1, steps // 10),
            seed=seed,
            progress=bar.update,
        )
        networks = []
        for width in widths:
            networks.append(learn(rules, width, lessons, steps=steps, seed=seed))
            bar.update()
        by_size, rated, second = rate_networks(
            rules,
            networks,
            evaluated,
            fewer,
            exploration=_BLIND if blind else puct.EXPLORATION,
            seed=seed,
            progress=bar.update,
        )
    games_played = first.n_games + second.n_games
    return Result(
        {
            **by_doubling,
            **by_size,
            "games": Measure(games_played),
            "distinct_games": Measure(
                (first.n_distinct + second.n_distinct) / games_played, "share"
            ),
        },
        tables=(searches, rated),
    )
