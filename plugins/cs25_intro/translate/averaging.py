"""The average of the last checkpoints: one model with the mean of their weights.

The learning rate of 2017 never reaches zero, so the weights go on moving around a good place; their
mean lies nearer to it than any of them.

Source: Vaswani et al. 2017 (arXiv 1706.03762), section 6.1: the last five checkpoints.
"""

from __future__ import annotations

import torch
from torch import nn

__all__ = ["WeightAverage", "last_checkpoints"]


class WeightAverage:
    """The mean of a model's weights at several moments of its training."""

    def __init__(self, model: nn.Module) -> None:
        self.model, self.n = model, 0
        self._sums = [torch.zeros_like(parameter) for parameter in model.parameters()]

    def add(self) -> None:
        """Count the weights as they are now."""
        self.n += 1
        with torch.no_grad():
            for total, parameter in zip(self._sums, self.model.parameters(), strict=True):
                total += parameter

    def apply(self) -> None:
        """Give the model the mean."""
        with torch.no_grad():
            for total, parameter in zip(self._sums, self.model.parameters(), strict=True):
                parameter.copy_(total / self.n)


def last_checkpoints(steps: int, *, n: int, every: int) -> range:
    """Return the steps after which a checkpoint counts: every so many, the last one at the end.

    >>> list(last_checkpoints(1200, n=5, every=30))
    [1080, 1110, 1140, 1170, 1200]
    """
    return range(max(steps - (n - 1) * every, 1), steps + 1, every)
