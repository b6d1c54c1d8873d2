"""Which games tree search suits: the same search on open boards and on cards, hidden or face up.

Source: Kocsis and Szepesvári 2006 for UCT; Cowling, Powley and Whitehouse 2012 for information sets.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Literal

from annotated_types import Interval
from tqdm.auto import tqdm

from cs25 import Measure, Result, Table
from cs25_games.mcts.board_curves import BOARDS, error_curve, tic_tac_toe_curve
from cs25_games.mcts.information_sets import InformationSetSearch
from cs25_games.mcts.match import Searcher
from cs25_games.mcts.poker_curves import Effort, cfr_curve, n_checks, search_curve
from cs25_games.mcts.uct import EXPLORATION
from cs25_games.poker import KUHN, Poker

__all__ = ["mcts"]

#: Fewer simulations of poker than this are not looked at.
_LEAST_POKER = 100

#: Antes; a slope is taken of nothing smaller.
_LEAST_ANTES = 1e-12


def mcts(
    *,
    simulations: Annotated[int, Interval(ge=1, le=1 << 18)] = 1 << 14,
    matches: Annotated[int, Interval(ge=1, le=100)] = 3,
    positions: Annotated[int, Interval(ge=10, le=2000)] = 200,
    poker_simulations: Annotated[int, Interval(ge=1000, le=100_000_000)] = 1_000_000,
    exploration: Annotated[float, Interval(ge=0.01, le=100.0)] = EXPLORATION,
    control: Literal["none", "random"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Search with more and more simulations, and hold the search against perfect play.

    Args:
        simulations: before a move on a board, at most; fewer by powers of 4 are tried, too.
        matches: times that tic-tac-toe is played against every reply, with each colour.
        positions: of connect four and of hex, in each of which a move can be wrong.
        poker_simulations: for Kuhn poker, at most; fewer by powers of 10 are tried, too.
        exploration: how readily the search tries what has looked worse: the c of UCT's bound, for
            results from -1 to 1.
        control: "random" searches nothing and plays at random, and CFR makes no iteration.
        seed: draws what is random.
    """
    budgets = _powers(4, 1, simulations)
    poker_budgets = _powers(10, _LEAST_POKER, poker_simulations)
    plays = control == "none"
    searchers = [Searcher(plays * budget, exploration) for budget in budgets]
    game = Poker.of(KUHN)
    steps = len(budgets) * (2 * matches + len(BOARDS)) + 2 * n_checks(poker_budgets)
    steps += len(poker_budgets)

    with tqdm(total=steps, desc="searching") as bar:
        tallies = tic_tac_toe_curve(searchers, matches=matches, seed=seed, progress=bar.update)
        errors, chance = {}, {}
        for name, (board, n_moves) in BOARDS.items():
            errors[name], chance[name] = error_curve(
                board, n_moves, searchers, positions=positions, seed=seed, progress=bar.update
            )
        poker = {
            name: search_curve(
                game,
                InformationSetSearch(KUHN, face_up=face_up, exploration=exploration, seed=seed),
                [plays * budget for budget in poker_budgets],
                progress=bar.update,
            )
            for name, face_up in {"hidden": False, "face_up": True}.items()
        }
        visited = [effort.n_states for effort in poker["hidden"]]
        poker["cfr"] = cfr_curve(game, visited, progress=bar.update)

    lost, games = tallies[-1][0], tallies[-1].sum()
    return Result(
        {
            "tic_tac_toe_lost": Measure(lost, "games"),
            "tic_tac_toe_games": Measure(games, "games"),
            **{f"{name}_errors": Measure(rates[-1], "share") for name, rates in errors.items()},
            **{f"{name}_chance": Measure(rate, "share") for name, rate in chance.items()},
            **{
                f"kuhn_{name}": Measure(curve[-1].exploitability, "antes")
                for name, curve in poker.items()
            },
            **{
                f"slope_{name}": Measure(_last_slope(curve, poker_budgets))
                for name, curve in poker.items()
            },
            "kuhn_states": Measure(poker["hidden"][-1].n_states, "states"),
            "cfr_iterations": Measure(poker["cfr"][-1].n, "iterations"),
        },
        tables=(
            Table(
                "tic_tac_toe",
                ("simulations", "lost", "drawn", "won"),
                tuple((n, *tally) for n, tally in zip(budgets, tallies, strict=True)),
            ),
            Table(
                "errors",
                ("game", "simulations", "errors"),
                tuple(
                    (name, n, rate)
                    for name, rates in errors.items()
                    for n, rate in zip(budgets, rates, strict=True)
                ),
            ),
            Table(
                "kuhn",
                ("player", "simulations", "n", "states", "exploitability"),
                tuple(
                    (name, budget, *effort)
                    for name, curve in poker.items()
                    for budget, effort in zip(poker_budgets, curve, strict=True)
                ),
            ),
        ),
    )


def _powers(base: int, least: int, most: int) -> list[int]:
    """Return least, least · base, and so on below ``most``, and ``most``."""
    powers = []
    while least < most:
        powers.append(least)
        least *= base
    return [*powers, most]


def _last_slope(curve: Sequence[Effort], budgets: Sequence[int]) -> float:
    """Return the slope of log exploitability over log simulations, between the last two budgets."""
    before, last = (max(effort.exploitability, _LEAST_ANTES) for effort in curve[-2:])
    return math.log(last / before) / math.log(budgets[-1] / budgets[-2])
