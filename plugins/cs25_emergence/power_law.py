"""Fitting loss against size: L = E + A / N^alpha, or E + A / N^alpha + B / D^beta.

The residual is taken on log L and enters through Huber's loss, so that one bad run does not bend
the curve. With e = log E, a = log A and b = log B, the prediction is

    log L = logsumexp(e, a - alpha log N, b - beta log D),

in which nothing overflows and e, a and b may take any value. There are many local minima, so
L-BFGS starts from a grid and the best end is kept. The grid is over the exponents only: with them
fixed, L is linear in E, A and B, and least squares gives where to start.

Source: Hoffmann et al. 2022 (arXiv 2203.15556), section 3.3 and appendix D.2; Besiroglu et al.
2024 (arXiv 2404.10102), who found that the published fit had stopped before it converged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize

__all__ = ["PowerLaw", "StraightLine", "fit_power_law", "fit_straight_line", "r_squared"]

HUBER_DELTA = 1e-3  # in log L; Hoffmann et al. 2022, section 3.3

#: Flatter than 0.05, a power is a logarithm over any range one can train, and its floor could be
#: anything; steeper than 5, it is a step.
EXPONENT_RANGE = (0.05, 5.0)

_EXPONENT_GRID = np.geomspace(0.05, 3.0, 24)
_N_STARTS = 4  # the best points of the grid


#: log E, log amplitudes, exponents.
_Theta = Float[np.ndarray, " parameter"]


@dataclass(frozen=True)
class PowerLaw:
    """A floor plus one falling power for each scale (parameters, tokens).

    Args:
        floor: E, the loss at infinite scale, in nats.
        amplitudes: A, B, ...: what each term adds at scale 1, in nats; shape (scale,).
        exponents: alpha, beta, ...; shape (scale,).
    """

    floor: float
    amplitudes: Float[np.ndarray, " scale"]
    exponents: Float[np.ndarray, " scale"]

    def predict(self, scales: Float[np.ndarray, "run scale"]) -> Float[np.ndarray, " run"]:
        """Return the loss at these scales, in nats."""
        terms: np.ndarray = self.amplitudes * scales**-self.exponents
        return np.asarray(self.floor + terms.sum(axis=1))


@dataclass(frozen=True)
class StraightLine:
    """Loss that falls by the same amount for every decade: L = intercept + slope log N."""

    intercept: float
    slope: float

    def predict(self, scale: Float[np.ndarray, " run"]) -> Float[np.ndarray, " run"]:
        """Return the loss at these scales, in nats."""
        return np.asarray(self.intercept + self.slope * np.log(scale))


def fit_power_law(
    loss: Float[np.ndarray, " run"],
    scales: Float[np.ndarray, "run scale"],
    *,
    delta: float = HUBER_DELTA,
) -> PowerLaw:
    """Fit a floor, and an amplitude and an exponent for each scale.

    Args:
        loss: of each run, in nats, positive.
        scales: for example parameters and tokens of each run, positive.
        delta: residuals of log L beyond it count linearly instead of squared.

    Raises:
        ValueError: there are fewer runs than numbers to fit.
    """
    n_runs, n_scales = scales.shape
    if n_runs < 1 + 2 * n_scales:
        raise ValueError(f"fit_power_law: {n_runs} runs, expected at least {1 + 2 * n_scales}")
    log_loss, log_scales = np.log(loss), np.log(scales)
    # Around their mean, amplitude and exponent hardly trade against each other.
    centre = log_scales.mean(axis=0)
    centred = log_scales - centre

    def objective(theta: _Theta) -> tuple[float, _Theta]:
        terms = np.exp(_log_terms(theta, centred))
        predicted = terms.sum(axis=1)
        residual = (np.log(predicted) - log_loss) / delta
        clipped = np.clip(residual, -1, 1)
        huber = clipped * (residual - clipped / 2)  # in units of delta², or it would stop early
        share = terms / predicted[:, None]
        gradient = clipped / delta @ np.hstack([share, -share[:, 1:] * centred])
        return float(huber.sum()), gradient

    bounds = [(None, None)] * (1 + n_scales) + [EXPONENT_RANGE] * n_scales
    ends = [
        minimize(
            objective,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-9},
        )
        for start in sorted(_grid(loss, centred), key=lambda theta: objective(theta)[0])[:_N_STARTS]
    ]
    best = min(ends, key=lambda end: float(end.fun)).x
    exponents = best[1 + n_scales :]
    amplitudes = np.exp(best[1 : 1 + n_scales] + exponents * centre)
    return PowerLaw(float(np.exp(best[0])), amplitudes, exponents)


def fit_straight_line(
    loss: Float[np.ndarray, " run"], scale: Float[np.ndarray, " run"]
) -> StraightLine:
    """Fit loss against the logarithm of scale by least squares."""
    slope, intercept = np.polyfit(np.log(scale), loss, 1)
    return StraightLine(float(intercept), float(slope))


def r_squared(loss: Float[np.ndarray, " run"], predicted: Float[np.ndarray, " run"]) -> float:
    """Return the share of the variance of log L that is predicted; 0 where there is none.

    >>> r_squared(np.array([1.0, 2.0]), np.array([1.0, 2.0]))
    1.0
    """
    log_loss = np.log(loss)
    total = ((log_loss - log_loss.mean()) ** 2).sum()
    left = ((log_loss - np.log(predicted)) ** 2).sum()
    return float(1 - left / total) if total > 0 else 0.0


def _log_terms(
    theta: _Theta, centred: Float[np.ndarray, "run scale"]
) -> Float[np.ndarray, "run term"]:
    n_scales = centred.shape[1]
    powers = theta[1 : 1 + n_scales] - theta[1 + n_scales :] * centred
    return np.hstack([np.full((len(centred), 1), theta[0]), powers])


def _grid(loss: Float[np.ndarray, " run"], centred: Float[np.ndarray, "run scale"]) -> list[_Theta]:
    """Return one start for each combination of exponents, with E, A, B by least squares."""
    n_scales = centred.shape[1]
    exponents = np.stack(np.meshgrid(*[_EXPONENT_GRID] * n_scales), axis=-1).reshape(-1, n_scales)
    powers = np.exp(-exponents[:, None] * centred)
    # Divided by L: a relative residual is one of log L, to first order.
    design = np.concatenate([np.ones_like(powers[..., :1]), powers], axis=-1) / loss[:, None]
    heights = np.linalg.pinv(design) @ np.ones_like(loss)
    heights = np.maximum(heights, 1e-3 * loss.min())  # a law has no negative term
    return list(np.hstack([np.log(heights), exponents]))
