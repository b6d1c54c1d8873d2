"""Where self-play converges, and where it does not.

Sources: Jordan 1993, "Three Problems in Learning Mixed-Strategy Nash Equilibria"; Sokota et al.
2022 (arXiv 2206.05825); Lewis 1969, "Convention".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
from annotated_types import Interval
from jaxtyping import Float
from tqdm.auto import tqdm

from cs25 import Measure, Result, Table
from cs25_games.matrix_games import (
    MATCHING_PENNIES_3P,
    ROCK_PAPER_SCISSORS,
    Policies,
)
from cs25_games.self_play.kuhn import kuhn_in_normal_form
from cs25_games.self_play.learners import LEARNERS, Frozen, Learner, RegretMatching
from cs25_games.self_play.signalling import learn_to_talk, understood
from cs25_games.self_play.trace import Trace, log_log_slope, self_play

__all__ = ["self_play_converges"]

NAIVE, REGULARISED = "iterated best response", "magnetic mirror descent"
#: Learners whose average policy converges in two-player zero-sum games.
AVERAGED = ("fictitious play", "regret matching")


def self_play_converges(
    *,
    iterations: Annotated[int, Interval(ge=200, le=1_000_000)] = 20_000,
    starts: Annotated[int, Interval(ge=2, le=500)] = 20,
    meanings: Annotated[int, Interval(ge=2, le=20)] = 4,
    populations: Annotated[int, Interval(ge=2, le=200)] = 30,
    talks: Annotated[int, Interval(ge=1, le=100_000)] = 1000,
    control: Literal["none", "frozen"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Let learners play themselves in games of two, of three, and of two who must agree on words.

    Args:
        iterations: of learning, in the competitive games.
        starts: random first policies of each learner in each game.
        meanings: things that speaker and listener talk about, and signals they have for them.
        populations: pairs of a speaker and a listener, each pair trained on its own.
        talks: iterations of learning to talk.
        control: "frozen" begins with uniform policies and learns nothing.
        seed: draws first policies.
    """
    draw = np.random.default_rng(seed)
    frozen = control == "frozen"

    def first(n_actions: int) -> Policies:
        uniform = np.full((starts, n_actions), 1 / n_actions)
        return uniform if frozen else draw.dirichlet(np.ones(n_actions), starts)

    games = {
        "rock_paper_scissors": ROCK_PAPER_SCISSORS,
        "kuhn_poker": kuhn_in_normal_form(),
        "three_players": MATCHING_PENNIES_3P,
    }
    with tqdm(total=len(games) * len(LEARNERS) * iterations + talks, desc="self-play") as bar:
        traces = {
            (key, name): self_play(
                game,
                [first(n) for n in game.n_actions],
                Frozen if frozen else learner,
                iterations=iterations,
                progress=bar.update,
            )
            for key, game in games.items()
            for name, learner in LEARNERS.items()
        }
        understanding = _talk(
            meanings, populations, talks, frozen=frozen, draw=draw, progress=bar.update
        )

    return Result(
        _measures(traces) | _conventions(understanding),
        tables=(
            Table(
                "exploitability",
                ("game", "learner", "iteration", "last", "average"),
                tuple(
                    (*key, int(t), float(last.mean()), float(average.mean()))
                    for key, trace in traces.items()
                    for t, last, average in zip(
                        trace.iterations, trace.last, trace.average, strict=True
                    )
                ),
            ),
            Table(
                "understanding",
                ("speaker", "listener", "understood"),
                tuple((i, j, float(share)) for (i, j), share in np.ndenumerate(understanding)),
            ),
        ),
    )


def _talk(
    meanings: int,
    populations: int,
    talks: int,
    *,
    frozen: bool,
    draw: np.random.Generator,
    progress: Callable[[], object],
) -> Float[np.ndarray, "speaker listener"]:
    def deaf(policies: Policies) -> Learner:
        return Frozen(np.full_like(policies, 1 / meanings))

    pairs = learn_to_talk(
        meanings, populations, learner=deaf if frozen else RegretMatching,
        iterations=talks, draw=draw, progress=progress,
    )  # fmt: skip
    return understood(*pairs)


def _measures(traces: dict[tuple[str, str], Trace]) -> dict[str, Measure]:
    two_players = ("rock_paper_scissors", "kuhn_poker")
    naive = {game: Measure.mean_of(traces[game, NAIVE].late, least=0) for game in two_players}
    averages = {
        f"slope_{name.replace(' ', '_')}_{game}": _slope(trace, trace.average)
        for game in two_players
        for name in AVERAGED
        for trace in (traces[game, name],)
    }
    regularised = {
        f"slope_regularised_{game}": _slope(trace, trace.last)
        for game in two_players
        for trace in (traces[game, REGULARISED],)
    }
    three = {
        f"three_players_{name.replace(' ', '_')}": Measure.mean_of(
            traces["three_players", name].average[-1], least=0
        )
        for name in AVERAGED
    }
    return {
        "naive_exploitability": _extreme(min, naive),
        "slope_averages": _extreme(max, averages),
        "slope_regularised": _extreme(max, regularised),
        "three_players_exploitability": _extreme(min, three),
        **{f"naive_exploitability_{game}": measure for game, measure in naive.items()},
        **averages,
        **regularised,
        **three,
    }


def _slope(trace: Trace, curves: Float[np.ndarray, "point start"]) -> Measure:
    return Measure.mean_of(log_log_slope(trace.iterations, curves))


def _extreme(which: Callable[..., Measure], measures: dict[str, Measure]) -> Measure:
    return which(measures.values(), key=lambda measure: measure.value)


def _conventions(understanding: Float[np.ndarray, "speaker listener"]) -> dict[str, Measure]:
    partners = np.diag(understanding)
    n = len(partners)
    # what a population's speaker and listener have with all strangers
    sums = understanding.sum(axis=0) + understanding.sum(axis=1) - 2 * partners
    strangers = sums / (2 * (n - 1))
    return {
        "partners": Measure.mean_of(partners, least=0, most=1),
        "strangers": Measure.mean_of(strangers, least=0, most=1),
    }
