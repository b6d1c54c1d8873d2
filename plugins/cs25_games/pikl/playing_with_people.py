"""Play well and stay human: piKL against imitation, with people whom neither of them knows.

Source: Jacob et al. 2021 (arXiv 2112.07544).
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from annotated_types import Interval
from tqdm.auto import tqdm

from cs25 import Measure, Result, Table
from cs25_games.pikl.games import GAMES
from cs25_games.pikl.imitation import FOLDS
from cs25_games.pikl.people import draw_population
from cs25_games.pikl.trial import Budget, gains, mean, trials

__all__ = ["playing_with_people"]

#: Some clones see only one in so many of the samples.
FEW, MORE = 16, 4


def playing_with_people(
    *,
    samples: Annotated[int, Interval(ge=320, le=100_000)] = 2000,
    judged: Annotated[int, Interval(ge=20, le=20_000)] = 4000,
    iterations: Annotated[int, Interval(ge=10, le=10_000)] = 100,
    max_steps: Annotated[int, Interval(ge=10, le=5000)] = 400,
    control: Literal["none", "scrambled"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Clone people's play, plan with the clone as an anchor, and play with other people.

    Args:
        samples: moves of people to clone, in each game.
        judged: further moves in each game. Lambda is chosen on every second one of them, and
            judged on the others.
        iterations: of piKL-Hedge.
        max_steps: the most optimiser steps of a clone; how many there are is cross-validated.
        control: "scrambled" plans with payoffs that belong to other actions.
        seed: draws people, states and the clones' parameters.
    """
    draw = np.random.default_rng(seed)
    people = draw_population(draw)
    sizes = (samples // FEW, samples // MORE, samples)
    budget = Budget(sizes, judged, iterations, max_steps)
    with tqdm(total=len(GAMES) * len(sizes) * (FOLDS + 1 + iterations), desc="learning") as bar:
        found = {
            (game.name, size): trial
            for game in GAMES
            for size, trial in zip(
                sizes,
                trials(
                    game, people, budget,
                    scrambled=control == "scrambled", draw=draw, progress=bar.update,
                ),
                strict=True,
            )
        }  # fmt: skip
    whole = {game: trial for (game, size), trial in found.items() if size == samples}
    few = gains(trial for (_, size), trial in found.items() if size == samples // FEW)
    return Result(
        {
            **gains(whole.values()),
            "bolder_gain": mean((t.bolder.score[t.bold] for t in whole.values()), "points"),
            "likelihood_gain_few": few["likelihood_gain"],
            "score_gain_few": few["score_gain"],
            "residual": Measure(max(trial.residual for trial in whole.values())),
            **{
                f"{name}_{game.replace('-', '_')}": gains([trial])[name]
                for game, trial in whole.items()
                for name in ("score_gain", "likelihood_kept")
            },
        },
        tables=(
            Table(
                "sweep",
                ("game", "policy", "weight", "likelihood", "score", "chosen"),
                tuple((game, *row) for game, trial in whole.items() for row in trial.rows()),
            ),
            Table(
                "samples",
                ("game", "samples", "likelihood_gain", "score_gain"),
                tuple(
                    (*key, *(gains([trial])[g].value for g in ("likelihood_gain", "score_gain")))
                    for key, trial in found.items()
                ),
            ),
        ),
    )
