"""Effects of a prompt on accuracy, with intervals over tasks.

The tasks differ far more than the questions of one task do, so an interval for the mean over tasks
is taken over the means of the tasks: it holds what other tasks, and other questions, would change.
What other examples would change shows only over seeds.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from cs25 import Measure

__all__ = ["mean_over_tasks", "slopes", "tasks_gaining"]

#: Draws of the bootstrap.
RESAMPLES = 2000


def mean_over_tasks(
    values: Float[np.ndarray, " task"], unit: str = "share", *, least: float = -1
) -> Measure:
    """Return the mean over tasks with Student's interval at 95 %.

    Args:
        values: of each task; at least two, from ``least`` to 1.
        unit: their unit.
        least: the least that a value can be, which the interval does not go beyond.

    >>> m = mean_over_tasks(np.array([0.2, 0.4, 0.6]))
    >>> round(m.value, 3), round(m.low, 3), round(m.high, 3)
    (0.4, -0.097, 0.897)
    """
    return Measure.mean_of(values, unit, least=least, most=1)


def slopes(
    shots: tuple[int, ...], accuracy: Float[np.ndarray, "task shots"]
) -> Float[np.ndarray, " task"]:
    """Return how much each task's accuracy rises with each example: the least-squares slope.

    If the numbers of examples were dealt anew, the slope would be 0 on average, so it needs no
    comparison with shuffled ones.

    >>> slopes((0, 1, 3), np.array([[0.1, 0.2, 0.4]])).round(9)
    array([0.1])
    """
    k = np.array(shots) - np.mean(shots)
    return np.asarray(accuracy @ k / (k @ k))


def tasks_gaining(
    after: Bool[np.ndarray, "task question"],
    before: Bool[np.ndarray, "task question"],
    *,
    least: float,
    seed: int,
) -> Measure:
    """Count the tasks that gain at least so much, with a 95 % bootstrap interval over questions.

    Args:
        after: right answers with examples.
        before: right answers to the same questions without.
        least: the gain that counts, as a share.
        seed: draws the resamples.
    """
    gains = after.astype(float) - before
    n_tasks, n = gains.shape
    draw = np.random.default_rng(seed)
    drawn = draw.integers(n, size=(RESAMPLES, n_tasks, n))
    means = np.take_along_axis(gains[None], drawn, axis=2).mean(axis=2)
    counts = (means >= least).sum(axis=1)
    low, high = np.quantile(counts, [0.025, 0.975], method="inverted_cdf")
    value = int((gains.mean(axis=1) >= least).sum())
    return Measure(value, "tasks", min(low, value), max(high, value))
