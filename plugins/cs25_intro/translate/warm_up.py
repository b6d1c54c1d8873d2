"""The learning rate of 2017: it rises in proportion to the step, then falls with its root.

rate(step) = d_model^-0.5 min(step^-0.5, step warmup^-1.5), with steps counted from 1.

Source: Vaswani et al. 2017 (arXiv 1706.03762), section 5.3, equation 3.
"""

from __future__ import annotations

import math

__all__ = ["learning_rate", "peak", "share_of_peak"]


def learning_rate(step: int, *, d_model: int, warmup: int) -> float:
    """Return the learning rate of a step.

    Args:
        step: from 1 on.
        d_model: width of the model.
        warmup: how many steps the rate rises for, at least 1; the paper's base model takes 4000.

    >>> f"{learning_rate(4000, d_model=512, warmup=4000):.5f}"
    '0.00070'
    """
    return min(1 / math.sqrt(step), step / math.pow(warmup, 1.5)) / math.sqrt(d_model)


def peak(*, d_model: int, warmup: int) -> float:
    """Return the largest rate, that of step ``warmup``.

    >>> peak(d_model=64, warmup=100)
    0.0125
    """
    return learning_rate(warmup, d_model=d_model, warmup=warmup)


def share_of_peak(step: int, *, warmup: int) -> float:
    """Return the rate of a step from 0 on as a share of the peak, as `cs25.nn.train` asks for it.

    >>> [share_of_peak(step, warmup=4) for step in (0, 1, 3, 15)]
    [0.25, 0.5, 1.0, 0.5]
    """
    return min((step + 1) / warmup, math.sqrt(warmup / (step + 1)))
