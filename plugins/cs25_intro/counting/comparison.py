"""Means over the characters of a text, with intervals that allow for neighbours being alike."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import stdtrit

from cs25 import Measure

__all__ = ["BLOCK", "PerCharacter", "mean_over"]

#: Characters that count as one draw: about a paragraph, so that blocks are nearly independent.
BLOCK = 512

UNIT = "bits/character"

PerCharacter = Float[np.ndarray, " pos"]
Chosen = Bool[np.ndarray, " pos"]


def mean_over(values: PerCharacter, chosen: Chosen | None = None) -> Measure | None:
    """Return the mean over some characters, with its 95 % interval over blocks of text.

    A mean over chosen characters is a ratio of two sums over blocks; its interval is Student's t
    of what each block adds to it, to first order.

    Args:
        values: bits.
        chosen: which characters; all by default.

    Returns:
        None if fewer than two blocks have any.
    """
    counted = np.ones(len(values)) if chosen is None else chosen.astype(float)
    starts = np.arange(0, len(values), BLOCK)
    sums, counts = (np.add.reduceat(part, starts) for part in (values * counted, counted))
    if np.count_nonzero(counts) < 2:
        return None
    mean = float(sums.sum() / counts.sum())
    moves = (sums - mean * counts) / counts.mean()
    half = float(stdtrit(len(moves) - 1, 0.975) * moves.std(ddof=1) / len(moves) ** 0.5)
    return Measure(mean, UNIT, mean - half, mean + half)
