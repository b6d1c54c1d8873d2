"""Learning rate: a linear warm-up, then a decay that ends exactly with the run.

A decay planned for a longer run than the one that happens leaves the loss too high, and more so
the shorter the run: it is what bent the fits of Kaplan et al. 2020.

Source: Hoffmann et al. 2022 (arXiv 2203.15556), section 2 and appendix B.
"""

from __future__ import annotations

import math

__all__ = ["lr_factor"]


def lr_factor(step: int, *, n_steps: int, warmup: float = 0.1, final: float = 0.0) -> float:
    """Return the share of the peak learning rate at one step.

    Args:
        step: from 0 to n_steps - 1.
        n_steps: length of the run.
        warmup: share of the run that warms up, 0 to 1; the peak is its last step.
        final: share of the peak that a step after the last one would have.

    >>> [round(lr_factor(step, n_steps=6, warmup=1 / 3), 3) for step in range(6)]
    [0.5, 1.0, 0.905, 0.655, 0.345, 0.095]
    """
    n_warmup = round(warmup * n_steps)
    if step < n_warmup:
        return (step + 1) / n_warmup
    # Half a cosine from the peak to `final`; the last step still learns a little.
    progress = (step + 1 - n_warmup) / (n_steps + 1 - n_warmup)
    return final + (1 - final) * (1 + math.cos(math.pi * progress)) / 2
