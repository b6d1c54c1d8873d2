"""How fast CFR and its variants come to an equilibrium of poker.

Source: Zinkevich et al. 2007; Tammelin 2014; Brown and Sandholm 2019.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Literal, NamedTuple

import numpy as np
from annotated_types import Interval
from jaxtyping import Float, Int
from tqdm.auto import tqdm

from cs25 import Measure, Result, Table
from cs25_games.cfr.cfr import CFR
from cs25_games.cfr.discounting import CFR_PLUS, LINEAR, PLAIN, Discounting
from cs25_games.poker import KUHN, LEDUC, Poker, expected_value, exploitability

__all__ = ["CHECKS_PER_DECADE", "cfr"]

#: Exploitability is looked at so often, by powers of ten of iterations: every 5 %.
CHECKS_PER_DECADE = 48

#: Antes; a policy that is exploited by less, or by less than 0 through rounding, counts as this.
_LEAST = 1e-15


class Curve(NamedTuple):
    """Exploitability by iterations, in antes."""

    iteration: Int[np.ndarray, " check"]
    average: Float[np.ndarray, " check"]
    current: Float[np.ndarray, " check"]


def cfr(
    *,
    game: Literal["leduc", "kuhn"] = "leduc",
    iterations: Annotated[int, Interval(ge=100, le=1_000_000)] = 30_000,
    precision: Annotated[float, Interval(ge=1e-6, le=1.0)] = 1e-3,
    alpha: Annotated[float, Interval(ge=-10.0, le=10.0)] = 1.5,
    beta: Annotated[float, Interval(ge=-10.0, le=10.0)] = 0.0,
    gamma: Annotated[float, Interval(ge=0.0, le=10.0)] = 2.0,
    control: Literal["none", "shuffled"] = "none",
) -> Result:
    """Let CFR and three variants of it learn poker, and measure how exploitable they are.

    Args:
        game: "leduc" has 936 information sets and two rounds of betting, "kuhn" 12 and one.
        iterations: of each algorithm.
        precision: exploitability, in antes, at which the game counts as solved.
        alpha: of discounted CFR: how fast positive regrets fade; the higher, the less they do.
        beta: the same for negative regrets.
        gamma: of discounted CFR: in the average, iteration t counts by t to this power.
        control: "shuffled" lets them learn with payoffs that have changed places among all ends of
            the game, so that nothing they learn is about poker.
    """
    poker = Poker.of({"leduc": LEDUC, "kuhn": KUHN}[game])
    practised = poker if control == "none" else shuffled(poker)
    variants = {
        "cfr": PLAIN,
        "cfr_plus": CFR_PLUS,
        "linear": LINEAR,
        "discounted": Discounting(alpha, beta, gamma),
    }
    learners = {name: CFR(practised, discounting) for name, discounting in variants.items()}
    with tqdm(total=iterations * len(learners), desc="learning", unit_scale=True) as bar:
        curves = {
            name: learn(learner, poker, iterations, progress=bar.update)
            for name, learner in learners.items()
        }

    needed = {name: _iterations_to(precision, curve) for name, curve in curves.items()}
    plain, plus = curves["cfr"], curves["cfr_plus"]
    return Result(
        {
            **{
                f"exploitability_{name}": Measure(curve.average[-1], "antes")
                for name, curve in curves.items()
            },
            **{f"iterations_{name}": Measure(count) for name, count in needed.items()},
            "speedup": Measure(needed["cfr"] / needed["cfr_plus"], "times"),
            "gap_cfr": Measure(_gap(plain), "times"),
            "gap_cfr_plus": Measure(_gap(plus), "times"),
            "slope_cfr": Measure(_slope(plain)),
            "slope_cfr_plus": Measure(_slope(plus)),
            "value": Measure(expected_value(poker, learners["cfr_plus"].average_policy), "antes"),
            "information_sets": Measure(poker.n_information_sets),
        },
        tables=(_table(curves), Table("precision", ("antes",), ((precision,),))),
    )


def shuffled(game: Poker) -> Poker:
    """Return a game in which payoffs have changed places, always in the same way.

    What one player wins, the other still loses.
    """
    payoff = game.sides[0].payoff.copy()
    np.random.default_rng(0).shuffle(payoff.data)
    first, second = game.sides
    sides = (replace(first, payoff=payoff), replace(second, payoff=(-payoff.T).tocsr()))
    return replace(game, sides=sides)


def learn(
    learner: CFR, game: Poker, iterations: int, *, progress: Callable[[int], object]
) -> Curve:
    """Run an algorithm, and say how exploitable it is on the way.

    Args:
        learner: it is changed.
        game: in which its policies are judged.
        iterations: how many.
        progress: called with the number of iterations since it was called last.
    """
    decades = np.arange(0, math.log10(iterations), 1 / CHECKS_PER_DECADE)
    checks = np.unique([*(10**decades).round().astype(int), iterations])
    found = []
    for check in checks:
        before = learner.n_iterations
        while learner.n_iterations < check:
            learner.iterate()
        progress(learner.n_iterations - before)
        policies = (learner.average_policy, learner.current_policy)
        found.append([exploitability(game, policy) for policy in policies])
    average, current = np.array(found).T
    return Curve(checks, average, current)


def _iterations_to(precision: float, curve: Curve) -> int:
    reached = curve.iteration[curve.average <= precision]
    return int(reached[0] if reached.size else curve.iteration[-1])


def _gap(curve: Curve) -> float:
    """Return the geometric mean of current over average, in the last nine tenths."""
    late = curve.iteration * 10 >= curve.iteration[-1]
    average, current = (np.maximum(e[late], _LEAST) for e in (curve.average, curve.current))
    return float(np.exp(np.log(current / average).mean()))


def _slope(curve: Curve) -> float:
    late = curve.iteration * 100 >= curve.iteration[-1]
    average = np.maximum(curve.average[late], _LEAST)
    return float(np.polyfit(np.log(curve.iteration[late]), np.log(average), deg=1)[0])


def _table(curves: Mapping[str, Curve]) -> Table:
    return Table(
        "curves",
        ("variant", "iteration", "average", "current"),
        tuple(
            (name, *map(float, row))
            for name, curve in curves.items()
            for row in zip(*curve, strict=True)
        ),
    )
