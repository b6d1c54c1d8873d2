"""Ratings of players from the results of their games.

In the model of Bradley and Terry, player i has the strength `exp(s_i)` and beats player j with the
probability `exp(s_i) / (exp(s_i) + exp(s_j))`. Elo's scale counts the same strengths in steps of
which 400 are a factor of ten: `rating = 400 / ln(10) * s`.

Source: Bradley and Terry 1952 (Biometrika 39); Hunter 2004 (arXiv math/0405213), section 1, for the
likelihood, which is concave in s.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize
from scipy.special import expit, log_expit

__all__ = ["ELO_PER_NAT", "elo_ratings", "expected_score"]

#: Elo points of a factor e in strength.
ELO_PER_NAT = 400 / math.log(10)

#: Standard deviation of the ratings beforehand, in Elo. It keeps the rating of a player who loses
#: every game finite, and moves the others by about an Elo point.
_PRIOR_SD = 2000.0


def expected_score(gap: float) -> float:
    """Return the points that a player expects of a game, of 1 for a win and 1/2 for a draw.

    Args:
        gap: the player's rating minus the opponent's, in Elo.

    >>> round(expected_score(120), 3), round(expected_score(-400), 3)
    (0.666, 0.091)
    """
    return float(expit(gap / ELO_PER_NAT))


def elo_ratings(
    points: Float[np.ndarray, "player player"], *, prior_sd: float = _PRIOR_SD
) -> Float[np.ndarray, " player"]:
    """Return the ratings under which the results are likeliest, with mean 0, in Elo.

    Args:
        points: what the player of the row won of the player of the column, 1 for a win and 1/2 for
            a draw: a draw counts as half a win of each. The diagonal is not looked at.
        prior_sd: standard deviation of the normal prior of each rating, in Elo; infinite for plain
            maximum likelihood, which exists only if no group of players won all games against the
            others.
    """
    won = np.where(np.eye(len(points), dtype=bool), 0.0, points)
    games = won + won.T
    weight = (ELO_PER_NAT / prior_sd) ** 2

    def loss(s: Float[np.ndarray, " player"]) -> float:
        # The mean is not in the likelihood: its square holds it at zero.
        return float(-(won * log_expit(_gaps(s))).sum() + weight * s @ s / 2 + s.mean() ** 2 / 2)

    def gradient(s: Float[np.ndarray, " player"]) -> Float[np.ndarray, " player"]:
        missing = won - games * expit(_gaps(s))
        return np.asarray(weight * s + s.mean() / len(s) - missing.sum(axis=1))

    def hessian(s: Float[np.ndarray, " player"]) -> Float[np.ndarray, "player player"]:
        information = games * expit(_gaps(s)) * expit(-_gaps(s))
        diagonal = np.diag(information.sum(axis=1) + weight)
        return np.asarray(diagonal - information + 1 / len(s) ** 2)

    start = np.zeros(len(won))
    found = minimize(loss, start, jac=gradient, hess=hessian, method="trust-exact", tol=1e-8)
    return np.asarray((found.x - found.x.mean()) * ELO_PER_NAT)


def _gaps(s: Float[np.ndarray, " player"]) -> Float[np.ndarray, "player player"]:
    return np.asarray(s[:, None] - s)
