"""How much earlier iterations still count: what the variants of CFR differ in."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

__all__ = ["CFR_PLUS", "DISCOUNTED", "LINEAR", "PLAIN", "Discounting"]


@dataclass(frozen=True)
class Discounting:
    """The discounts of DCFR(alpha, beta, gamma).

    Args:
        alpha: after iteration t, positive regrets are multiplied by t^alpha / (t^alpha + 1);
            infinity keeps them whole.
        beta: the same for negative regrets; minus infinity forgets them.
        gamma: in the average, iteration t counts by t^gamma.

    Source:
        Brown and Sandholm 2019, section on discounted CFR.
    """

    alpha: float
    beta: float
    gamma: float

    def weight(self, t: int) -> float:
        """Return by how much iteration ``t``, the first of which is 1, counts in the average."""
        return float(t**self.gamma)

    def discount(self, regret: Float[np.ndarray, "*shape"], t: int) -> None:
        """Multiply regrets, in place, by what is left of them after iteration ``t``."""
        positive, negative = _share(self.alpha, t), _share(self.beta, t)
        if positive == negative == 1:
            return
        np.multiply(regret, np.where(regret > 0, positive, negative), out=regret)


def _share(exponent: float, t: int) -> float:
    if math.isinf(exponent):  # also at t = 1, where every other power is 1
        return 1.0 if exponent > 0 else 0.0
    power: float = t**exponent
    return power / (power + 1)


PLAIN = Discounting(math.inf, math.inf, 0)  #: Zinkevich et al. 2007
CFR_PLUS = Discounting(math.inf, -math.inf, 1)  #: Tammelin 2014
LINEAR = Discounting(1, 1, 1)  #: Brown and Sandholm 2019
DISCOUNTED = Discounting(1.5, 0, 2)  #: the same, their recommendation
