"""Judges who read some steps of an agent's work, and find the flaws that are in them.

A judge reads steps in a random order and recognises every flaw it reads. It cannot tell a flaw
that was planted from a slip. How many flaws it misses is nowhere written: it follows from how much
of the work was read.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from cs25_alignment.team_human.agents import Agents, planting_rate

__all__ = ["ALL", "Flaws", "planted", "read_works", "steps_read"]

#: "one" hides the flaw of a work at a single step. "any-step" spreads as many over the steps of a
#: work of average length, and more over a longer one.
Flaws = Literal["one", "any-step"]

#: More steps than any work has.
ALL = 2**62


def steps_read(agents: Agents, limit: int) -> Int[np.ndarray, " agent"]:
    """Return the steps that a judge reads of each work: all of them, up to a limit."""
    return agents.steps.clip(max=limit)


def read_works(
    agents: Agents,
    works: int,
    *,
    limit: int,
    flaws: Flaws,
    slips: float,
    length: int,
    draw: np.random.Generator,
) -> Int[np.ndarray, " agent"]:
    """Let each agent hand in works, and judges read them; return in how many a flaw was found.

    Args:
        agents: who works.
        works: of each.
        limit: steps that a judge reads of each work.
        flaws: how a flaw that is planted lies in a work.
        slips: share of an agent's works that have a slip somewhere, below 1.
        length: steps of a work of average length.
        draw: draws flaws, slips and the order of reading.

    Returns:
        For each agent, 0 to ``works``.
    """
    shape = (len(agents), works)
    seen = np.broadcast_to(steps_read(agents, limit)[:, None], shape)
    n = np.broadcast_to(agents.steps[:, None], shape)
    rate = planting_rate(agents.alignment)[:, None]
    if flaws == "one":
        # Steps are read in a random order, in which the flaw's place is uniform.
        found = (draw.random(shape) < rate) & (draw.integers(n) < seen)
    else:
        found = draw.binomial(seen, rate / length) > 0
    slip_in_step = 1 - (1 - slips) ** (1 / n)
    return np.asarray((found | (draw.binomial(seen, slip_in_step) > 0)).sum(axis=1))


def planted(agents: Agents, *, flaws: Flaws, length: int) -> Float[np.ndarray, " agent"]:
    """Return the flaws that each agent plants in a work on average."""
    rate = planting_rate(agents.alignment)
    return rate if flaws == "one" else rate * agents.steps / length
