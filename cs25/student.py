"""Student's 95 % interval of a mean: the one way in which means get intervals here."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["mean_and_margin"]


def mean_and_margin(values: Sequence[float]) -> tuple[float, float | None]:
    """Return the mean of independent values, and how far its 95 % interval reaches to each side.

    Args:
        values: one or more.

    The margin is t(0.975, n - 1) s / sqrt(n), with s the values' standard deviation
    (Student 1908, Biometrika 6(1)). A single value has none.

    >>> mean, margin = mean_and_margin([0.2, 0.4, 0.6])
    >>> round(mean, 3), round(margin, 3)
    (0.4, 0.497)
    """
    n = len(values)
    # Rounding may put the mean of equal values beside them, and beyond a threshold they meet.
    mean = min(max(math.fsum(values) / n, min(values)), max(values))
    if n == 1:
        return mean, None
    # hypot does not square, so neither counts of operations overflow nor probabilities vanish.
    standard_error = math.hypot(*(value - mean for value in values)) / math.sqrt(n * (n - 1))
    return mean, _t_quantile(n - 1) * standard_error


def _t_quantile(degrees_of_freedom: int) -> float:
    """Return the 0.975 quantile of Student's t, 2.776 for four degrees of freedom."""
    from scipy.special import stdtrit  # a tenth of the cost of importing scipy.stats

    return float(stdtrit(degrees_of_freedom, 0.975))
