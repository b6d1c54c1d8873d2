"""What figures say of several seeds at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cs25 import Result

__all__ = ["mean_value"]


def mean_value(results: Sequence[Result], measure: str) -> float:
    """Return the mean of a measure that every one of the results has."""
    return float(np.mean([result.measures[measure].value for result in results]))
