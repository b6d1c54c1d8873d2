"""Recruiting the best by a score, and what comes of it."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Bool, Float, Int

from cs25 import Measure

__all__ = ["alignment_gap", "recruit"]

#: Standard normal quantile of a two-sided 95 % interval.
_Z = 1.96


def recruit(
    flaws_found: Float[np.ndarray, " agent"], n: int, draw: np.random.Generator
) -> Int[np.ndarray, " recruit"]:
    """Return the n agents with the fewest flaws found, drawing lots among equals."""
    lots = draw.random(len(flaws_found))
    return np.lexsort((lots, flaws_found))[:n]


def alignment_gap(
    alignment: Float[np.ndarray, " recruit"], capable: Bool[np.ndarray, " recruit"]
) -> Measure | None:
    """Return how much less aligned the recruits of the more capable half are than the others.

    Args:
        alignment: of the recruits, in standard deviations of all agents.
        capable: whether a recruit is of the more capable half of all agents.

    Returns:
        The difference of means with its 95 % interval, positive where the more capable are less
        aligned; None where a half has fewer than two recruits.
    """
    low, high = alignment[~capable], alignment[capable]
    if min(len(low), len(high)) < 2:
        return None
    gap = low.mean() - high.mean()
    margin = _Z * math.sqrt(low.var(ddof=1) / len(low) + high.var(ddof=1) / len(high))
    return Measure(gap, "sd", gap - margin, gap + margin)
