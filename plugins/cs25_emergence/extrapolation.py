"""Does a power law foretell the run that was held out, and does nothing simpler do it as well?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from cs25_emergence.power_law import PowerLaw, fit_power_law, fit_straight_line

__all__ = ["RESOLUTION", "Forecast", "forecast"]

#: Nats that context must gain before there is an improvement to foretell.
RESOLUTION = 0.05


@dataclass(frozen=True)
class Forecast:
    """What the smaller runs foretell of the largest.

    Args:
        loss: of every run, the held-out one last, in nats.
        law: the power law through all but the last.
        predicted: the loss that this law foretells for the last.
        constant: the loss of the last but one, foretold by "it gets no better".
        straight_line: the loss foretold by "it falls as much for every decade".
    """

    loss: Float[np.ndarray, " run"]
    law: PowerLaw
    predicted: float
    constant: float
    straight_line: float

    @property
    def power_law_error(self) -> float:
        """How far the power law misses the held-out loss, in nats."""
        return abs(self.predicted - float(self.loss[-1]))

    @property
    def rival_error(self) -> float:
        """How far the better of constant and straight line misses it, in nats."""
        held_out = float(self.loss[-1])
        return min(abs(self.constant - held_out), abs(self.straight_line - held_out))

    def miss(self, *, entropy_rate: float, word_entropy: float) -> float:
        """Return the power law's error as a share of what there was to foretell.

        That is the smaller of two numbers: what the held-out run still has above the entropy rate,
        and what context has gained it, over the smallest run or over a predictor that only knows
        how frequent each word is. Where context gains less than `RESOLUTION` the miss is 1: a flat
        line is easily foretold, and says nothing about improvement.

        Args:
            entropy_rate: of the source, in nats.
            word_entropy: of a single word of it, in nats.
        """
        left = float(self.loss[-1]) - entropy_rate
        gained = min(float(self.loss[0]), word_entropy) - float(self.loss[-1])
        return 1.0 if gained < RESOLUTION else self.power_law_error / min(left, gained)


def forecast(loss: Float[np.ndarray, " run"], scale: Float[np.ndarray, " run"]) -> Forecast:
    """Fit all runs but the last, and foretell the last.

    Args:
        loss: in nats, in ascending order of scale.
        scale: parameters or tokens.
    """
    known, held_out = slice(None, -1), slice(-1, None)
    law = fit_power_law(loss[known], scale[known, None])
    line = fit_straight_line(loss[known], scale[known])
    return Forecast(
        loss,
        law,
        predicted=float(law.predict(scale[held_out, None])[0]),
        constant=float(loss[-2]),
        straight_line=float(line.predict(scale[held_out])[0]),
    )
