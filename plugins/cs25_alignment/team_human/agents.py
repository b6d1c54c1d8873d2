"""Agents to recruit from: what they can do, and how far they mean what we mean.

An agent's capability is the length of the work it can do: works of so many steps that a slip is in
a fixed share of them. So agents of any capability slip as often in a work, each in works of its
own length, and differ in length alone.

Source: Kwa et al. 2025 (arXiv 2503.14499), for capability as the length of work that succeeds at a
fixed rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.special import expit

__all__ = ["Agents", "draw_agents", "planting_rate"]

#: An agent of average alignment plants a flaw in so many of its works, in log-odds: 27 %.
_AVERAGE_PLANTING = -1.0


@dataclass(frozen=True)
class Agents:
    """Who may be recruited.

    Args:
        capability: standard normal.
        alignment: standard normal; correlated with capability or not.
        steps: of each work of the agent, at least 1.
    """

    capability: Float[np.ndarray, " agent"]
    alignment: Float[np.ndarray, " agent"]
    steps: Int[np.ndarray, " agent"]

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, chosen: Int[np.ndarray, " chosen"]) -> Agents:
        return Agents(self.capability[chosen], self.alignment[chosen], self.steps[chosen])


def draw_agents(
    n: int, *, correlation: float, length: int, doublings: float, draw: np.random.Generator
) -> Agents:
    """Draw agents.

    Args:
        n: how many.
        correlation: of capability and alignment, -1 to 1.
        length: steps of a work of the average agent.
        doublings: of the length, for each standard deviation of capability.
        draw: draws capability and alignment.
    """
    capability = draw.standard_normal(n)
    own = draw.standard_normal(n)
    alignment = correlation * capability + np.sqrt(1 - correlation**2) * own
    steps = np.rint(length * 2 ** (doublings * capability)).clip(min=1).astype(np.int64)
    return Agents(capability, alignment, steps)


def planting_rate(alignment: Float[np.ndarray, " agent"]) -> Float[np.ndarray, " agent"]:
    """Return the share of an agent's works in which it plants a flaw: less, the more aligned it is.

    >>> planting_rate(np.array([-1.0, 0.0, 1.0])).round(2).tolist()
    [0.5, 0.27, 0.12]
    """
    return np.asarray(expit(_AVERAGE_PLANTING - alignment))
