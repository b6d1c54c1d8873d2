"""A reward that is linear in features: the same loss, solved instead of descended.

With r(x, y) = w · f(x, y), a comparison's log-odds are w times the difference of two vectors, so
this is logistic regression on differences, without an intercept: swapping the two responses
changes the sign of both sides. The loss is convex in w, and a penalty on w gives it one minimum.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize
from scipy.special import expit

__all__ = ["differences", "fit_linear"]


def differences(
    features: Float[np.ndarray, "ranking k feature"],
) -> Float[np.ndarray, "pair feature"]:
    """Return chosen minus rejected for each comparison of rankings, the preferred ones first."""
    better, worse = np.triu_indices(features.shape[1], k=1)
    pairs = features[:, better] - features[:, worse]
    return np.asarray(pairs.reshape(-1, features.shape[2]))


def fit_linear(
    chosen_minus_rejected: Float[np.ndarray, "pair feature"], *, penalty: float
) -> Float[np.ndarray, " feature"]:
    """Return the weights w that minimise mean(-log sigma(w · d)) + penalty * (w · w) / 2.

    Args:
        chosen_minus_rejected: the differences d, one for each comparison; all count alike.
        penalty: of the squared length, positive.
    """
    d = chosen_minus_rejected

    def objective(w: Float[np.ndarray, " feature"]) -> tuple[float, Float[np.ndarray, " feature"]]:
        margin = d @ w
        loss = np.logaddexp(0, -margin).mean() + penalty / 2 * (w @ w)
        gradient = penalty * w - expit(-margin) @ d / len(d)
        return float(loss), gradient

    start = np.zeros(d.shape[1])
    found = minimize(
        objective, start, jac=True, method="L-BFGS-B",
        options={"maxiter": 10_000, "ftol": 0, "gtol": 1e-9},
    )  # fmt: skip
    return np.asarray(found.x)
