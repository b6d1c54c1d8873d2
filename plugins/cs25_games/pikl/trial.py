"""One clone of people in one game, and what piKL makes of it with other people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from cs25 import Measure
from cs25_games.pikl.games import Game, Payoffs
from cs25_games.pikl.hedge import reply, self_play
from cs25_games.pikl.imitation import clone
from cs25_games.pikl.people import Population, play
from cs25_games.pikl.yardsticks import Yardsticks, most_human, strongest

__all__ = ["ALLOWANCE", "LAMBDAS", "Budget", "Trial", "gains", "mean", "trials"]

#: Points per nat. With the last of them, piKL is imitation.
LAMBDAS = np.array([*(10 ** (k / 4) for k in range(-6, 6)), np.inf])
#: Imitation can be made bolder without any planning: its probabilities to a power, normalised.
POWERS = np.array([1.0, 1.05, 1.1, 1.2, 1.4, 1.7, 2.0, 3.0, 5.0])
#: A policy that loses this many nats a move on imitation still counts as human: one per cent of
#: the probability of what people do.
ALLOWANCE = 0.01


@dataclass(frozen=True)
class Budget:
    """How much is played, trained and learned.

    Args:
        samples: moves of people that each of the clones sees.
        judged: further moves: λ is chosen on every second one, and judged on the others.
        iterations: of piKL-Hedge.
        max_steps: of a clone's optimiser.
    """

    samples: tuple[int, ...]
    judged: int
    iterations: int
    max_steps: int


@dataclass(frozen=True)
class Trial:
    """What came of one clone, on moves that chose nothing.

    Args:
        pikl: piKL with each of `LAMBDAS`.
        bolder: imitation to each of `POWERS`.
        human: the λ that makes people's moves likeliest; it was chosen on other moves.
        strong: the λ that scores best, of those that count as human; so was this,
        bold: and so was the best power.
        residual: how far the policy with λ ``strong`` is from its fixed point, in probability.
    """

    pikl: Yardsticks
    bolder: Yardsticks
    human: int
    strong: int
    bold: int
    residual: float

    def rows(self) -> list[tuple[str, float, float, float, bool]]:
        """Return policy, λ or power, mean yardsticks, and whether that is the chosen one."""
        sweeps = (
            ("pikl", LAMBDAS, self.pikl, self.strong),
            ("bolder", POWERS, self.bolder, self.bold),
        )
        return [
            (policy, float(weight), float(likelihood), float(score), i == chosen)
            for policy, weights, sticks, chosen in sweeps
            for i, (weight, likelihood, score) in enumerate(
                zip(weights, sticks.likelihood.mean(axis=1), sticks.score.mean(axis=1), strict=True)
            )
        ]


def trials(
    game: Game,
    people: Population,
    budget: Budget,
    *,
    scrambled: bool,
    draw: np.random.Generator,
    progress: Callable[[], object] = lambda: None,
) -> Iterator[Trial]:
    """Yield a trial for each number of samples; they share people's moves.

    Args:
        game: what is played.
        people: who plays it, other people in the past than now.
        budget: how much.
        scrambled: piKL plans with payoffs that belong to other actions.
        draw: draws states, people and parameters.
        progress: called after each network and each iteration.
    """
    past, now = game.states(max(budget.samples), draw), game.states(budget.judged, draw)
    copied, moves = play(people, past, draw), play(people, now, draw)
    believed = _scramble(now.payoffs, draw) if scrambled else now.payoffs
    for n in budget.samples:
        imitate = clone(
            past.seen[:n], copied[:n], now.n_actions,
            max_steps=budget.max_steps, progress=progress,
            draw=torch.Generator().manual_seed(int(draw.integers(2**32))),
        )  # fmt: skip
        imitation = imitate(now.seen)
        policies = self_play(
            believed, imitation, LAMBDAS, iterations=budget.iterations, progress=progress
        )
        powers = imitation[:, None] ** POWERS[:, None]
        pikl, bolder = (
            Yardsticks.of(policy, imitation, now, moves)
            for policy in (policies, powers / powers.sum(axis=2, keepdims=True))
        )
        strong = strongest(pikl.half(0), allowance=ALLOWANCE)
        fixed = reply(policies @ believed.swapaxes(1, 2), imitation, LAMBDAS)
        yield Trial(
            pikl.half(1),
            bolder.half(1),
            most_human(pikl.half(0)),
            strong,
            strongest(bolder.half(0), allowance=ALLOWANCE),
            residual=float(np.abs(policies - fixed)[:, strong].max()),
        )


def gains(of: Iterable[Trial]) -> dict[str, Measure]:
    """Return what piKL has over imitation, in the mean over moves."""
    of = list(of)
    return {
        "score_gain": mean((t.pikl.score[t.strong] for t in of), "points"),
        "likelihood_kept": mean((t.pikl.likelihood[t.strong] for t in of), "nats"),
        "likelihood_gain": mean((t.pikl.likelihood[t.human] for t in of), "nats"),
        "unanchored_score": mean((t.pikl.score[0] for t in of), "points"),
        "unanchored_likelihood": mean((t.pikl.likelihood[0] for t in of), "nats"),
    }


def mean(of_moves: Iterable[Float[np.ndarray, " move"]], unit: str) -> Measure:
    """Return the mean over the moves of all trials."""
    return Measure.mean_of(np.concatenate(list(of_moves)), unit)


def _scramble(payoffs: Payoffs, draw: np.random.Generator) -> Payoffs:
    """Give own actions and the other's new names at random, in each state anew."""
    n, n_actions, _ = payoffs.shape
    own, others = (draw.permuted(np.tile(np.arange(n_actions), (n, 1)), axis=1) for _ in range(2))
    return np.asarray(payoffs[np.arange(n)[:, None, None], own[:, :, None], others[:, None, :]])
