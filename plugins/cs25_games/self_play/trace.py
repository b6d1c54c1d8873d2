"""Self-play on record: how far from an equilibrium players are as they learn, last and on average."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from cs25_games.matrix_games import MatrixGame, Policies, Profile, action_values, exploitability
from cs25_games.self_play.learners import Learner

__all__ = ["LATE", "Trace", "checkpoints", "log_log_slope", "self_play"]

#: Exploitability below this counts as this, so that it has a logarithm.
FLOOR = 1e-12
#: Iterations over which a policy that goes round is averaged.
LATE = 100


@dataclass(frozen=True)
class Trace:
    """Exploitability at some iterations, from several starts.

    Args:
        iterations: after which of them.
        last: of the policies of that iteration.
        average: of the policies' mean over all iterations until then.
        late: of the last policies, in the mean over the last `LATE` iterations.
    """

    iterations: Int[np.ndarray, " point"]
    last: Float[np.ndarray, "point start"]
    average: Float[np.ndarray, "point start"]
    late: Float[np.ndarray, " start"]


def self_play(
    game: MatrixGame,
    start: Profile,
    learner: Callable[[Policies], Learner],
    *,
    iterations: int,
    progress: Callable[[], object] = lambda: None,
) -> Trace:
    """Let everyone learn from playing with the others.

    Args:
        game: what is played.
        start: everyone's policies in the first iteration, one for each start.
        learner: who learns, from a first policy.
        iterations: of learning, all at once in each.
        progress: called after each.
    """
    learners = [learner(policies) for policies in start]
    totals = [np.zeros_like(policies) for policies in start]
    points = set(checkpoints(iterations).tolist())
    last, average, late = [], [], []
    for t in range(1, iterations + 1):
        profile = [one.policy for one in learners]
        for total, policies in zip(totals, profile, strict=True):
            total += policies
        if t in points or t > iterations - LATE:
            now = exploitability(game, profile)
        if t in points:
            last.append(now)
            average.append(exploitability(game, [total / t for total in totals]))
        if t > iterations - LATE:
            late.append(now)
        for player, one in enumerate(learners):
            one.observe(action_values(game, profile, player))
        progress()
    return Trace(np.array(sorted(points)), np.array(last), np.array(average), np.mean(late, axis=0))


def checkpoints(iterations: int) -> Int[np.ndarray, " point"]:
    """Return about fifty iterations, evenly spread on a logarithmic axis, with first and last."""
    return np.unique(np.geomspace(1, iterations, 50).round().astype(int))


def log_log_slope(
    iterations: Int[np.ndarray, " point"], curves: Float[np.ndarray, "point start"]
) -> Float[np.ndarray, " start"]:
    """Return the least-squares slope of log exploitability over log iterations.

    The first points, a hundredth of all iterations, are left out: there the start is seen.
    """
    kept = iterations > iterations[-1] / 100
    x = np.log(iterations[kept])
    x = x - x.mean()
    y = np.log(curves[kept].clip(min=FLOOR))
    slopes: np.ndarray = x @ y / (x @ x)
    return slopes
