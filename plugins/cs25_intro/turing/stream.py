"""The residual stream with names: each coordinate holds one thing, written once and then read."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

__all__ = ["Row", "Stream"]

#: Coordinates of the residual stream with their weights; all others weigh nothing.
Row = Mapping[str, float]


class Stream:
    """The names of the coordinates, in their order.

    Args:
        names: each once.
    """

    def __init__(self, names: list[str]) -> None:
        self._place = {name: i for i, name in enumerate(names)}

    def reads(self, *rows: Row) -> Float[np.ndarray, "d_out d_model"]:
        """Return a matrix whose rows are sums of named coordinates.

        >>> Stream(["i", "head", "move"]).reads({"head": 1, "move": -1}, {"i": 2}).tolist()
        [[0.0, 1.0, -1.0], [2.0, 0.0, 0.0]]
        """
        matrix = np.zeros((len(rows), len(self._place)))
        for out, row in enumerate(rows):
            for name, weight in row.items():
                matrix[out, self._place[name]] = weight
        return matrix

    def writes(self, *columns: Row) -> Float[np.ndarray, "d_model d_in"]:
        """Return a matrix that adds each number it is given to named coordinates."""
        return self.reads(*columns).T
