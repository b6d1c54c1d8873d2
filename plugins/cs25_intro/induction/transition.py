"""When a change happens: the steps at which a tenth, half and nine tenths of it are done.

How sudden it is, is told by how often the length of training doubles in between. What approaches
its end exponentially from the first step on takes 4.4 doublings, since its last tenth comes
ln 10 / ln(10/9) = 22 times as late as its first; what goes at one speed takes 3.2. A small number
says that for a long time nothing happened, and then nearly everything.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.optimize import isotonic_regression

__all__ = ["Transition", "rise", "transition"]

#: Of something at each exam, in order of training.
Curve = Float[np.ndarray, " exam"]


class Transition(NamedTuple):
    """The steps at which 10, 50 and 90 % of a change are done."""

    start: float
    middle: float
    end: float

    @property
    def doublings(self) -> float:
        """How often the length of training doubles from the start to the end."""
        return math.log2(self.end / self.start)


def rise(curve: Curve) -> Curve:
    """Return the best curve that never falls (least squares).

    A lone dip or peak is noise of one training run, and would decide when a level is first reached.
    """
    return np.asarray(isotonic_regression(curve).x)


def transition(step: Curve, curve: Curve, *, least: float) -> Transition | None:
    """Return when a rise happened, or None if there is none to speak of, or no telling.

    The rise is that of `rise`, from its first value to its last; a share of it is done where the
    straight line between two exams first reaches it. A tenth that is done by the first exam behind
    the beginning has no date: what lies in between was not seen.

    Args:
        step: of each exam, ascending.
        curve: what rises.
        least: the whole rise is at least this, above 0; below it there is nothing to put a date to.

    >>> transition(np.array([0.0, 10.0, 20.0]), np.array([0.0, 0.0, 1.0]), least=0.5)
    Transition(start=11.0, middle=15.0, end=19.0)
    """
    smooth = rise(curve)
    if smooth[-1] - smooth[0] < least:
        return None
    found = Transition(*(_reached(step, smooth, share) for share in (0.1, 0.5, 0.9)))
    return found if found.start > step[1] else None


def _reached(step: Curve, smooth: Curve, share: float) -> float:
    level = smooth[0] + share * (smooth[-1] - smooth[0])
    after = int(np.argmax(smooth >= level))
    before = after - 1  # the level is above the first value, so there is one
    part = (level - smooth[before]) / (smooth[after] - smooth[before])
    return float(step[before] + part * (step[after] - step[before]))
