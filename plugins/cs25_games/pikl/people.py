"""The hidden population: people of four kinds, who misjudge stakes, and slip.

Nothing here is an equilibrium, and nobody here draws from a softmax of values: a person takes
one action, the best by what that person believes and sees.

Source: steps of thinking are those of Camerer, Ho and Chong 2004, "A Cognitive Hierarchy Model of
Games"; the shares and sizes are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from cs25_games.pikl.games import States

__all__ = ["Population", "draw_population", "play"]

#: "habit" does what comes to mind first; "one step" replies to habit; "two steps" replies to a
#: half of habit and a half of one step; "greedy" goes for the highest prize there is.
Kind = Literal["habit", "one step", "two steps", "greedy"]

#: Mean share of each kind.
SHARES: dict[Kind, float] = {"habit": 0.25, "one step": 0.35, "two steps": 0.3, "greedy": 0.1}

#: People differ in how much they misjudge by this much, as a standard deviation of the logarithm.
NOISE_SPREAD = 0.5
#: Probability that a person does just anything.
SLIP = 0.05

Actions = Int[np.ndarray, " state"]


@dataclass(frozen=True)
class Population:
    """People.

    Args:
        shares: of each kind of `SHARES`, adding up to 1.
        noise: median over people of the standard deviation with which one misjudges what an
            action is worth, over the standard deviation of the game's payoffs.
    """

    shares: Float[np.ndarray, " kind"]
    noise: float


def draw_population(draw: np.random.Generator) -> Population:
    """Draw how many there are of each kind, and how well they judge."""
    shares = draw.dirichlet(20 * np.array(list(SHARES.values())))
    return Population(shares, noise=draw.uniform(0.2, 0.4))


def play(people: Population, states: States, draw: np.random.Generator) -> Actions:
    """Return what people do, another person in each state."""
    n = len(states)
    noise = people.noise * np.exp(NOISE_SPREAD * draw.standard_normal(n))
    scale = noise * states.payoffs.std(axis=(1, 2))
    misjudged = scale[:, None] * draw.standard_normal((n, states.n_actions))
    judged = [(values + misjudged).argmax(axis=1) for values in _values(states)]
    first_thought = (states.salience.cumsum(axis=1) < draw.random((n, 1))).sum(axis=1)
    # sums of probabilities may end just below 1
    first_thought = first_thought.clip(max=states.n_actions - 1)
    kind = draw.choice(len(people.shares), size=n, p=people.shares)
    action = np.stack([first_thought, *judged])[kind, np.arange(n)]
    slip = draw.random(n) < SLIP
    return np.where(slip, draw.integers(states.n_actions, size=n), action)


def _values(states: States) -> list[Float[np.ndarray, "state action"]]:
    """Return what each action is worth to one who takes one step, two steps, or is greedy."""
    payoffs, habit = states.payoffs, states.salience
    one_step = (payoffs @ habit[:, :, None])[:, :, 0]
    reply = np.eye(states.n_actions)[one_step.argmax(axis=1)]
    two_steps = (payoffs @ (habit + reply)[:, :, None])[:, :, 0] / 2
    return [one_step, two_steps, payoffs.max(axis=2)]
