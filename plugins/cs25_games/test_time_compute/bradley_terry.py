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
from scipy.special import expit

__all__ = ["ELO_PER_NAT", "elo_ratings", "expected_score"]

#: Elo points of a factor e in strength.
ELO_PER_NAT = 400 / math.log(10)

#: Standard deviation of the ratings beforehand, in Elo. It keeps the rating of a player who loses
#: every game finite, and moves the others by about an Elo point.
_PRIOR_SD = 2000.0

#: Newton's method stops at a step as short as this, or after so many. A step is no longer than 1:
#: further off the likelihood is another than its second derivative says.
_NEAR, _MOST_STEPS = 1e-9, 200


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

    s = np.zeros(len(won))
    for _ in range(_MOST_STEPS):
        # Newton's method on the logarithm of the likelihood, times -1. The mean is not in it: its
        # square, added to it, holds it at zero.
        win = expit(_gaps(s))
        gradient = (games * win - won).sum(axis=1) + weight * s + s.mean()
        information = games * win * win.T
        hessian = np.diag(information.sum(axis=1) + weight) - information + 1 / len(s)
        step = np.linalg.solve(hessian, gradient)
        s -= step / max(1.0, np.abs(step).max())
        if np.abs(step).max() < _NEAR:
            break
    return np.asarray((s - s.mean()) * ELO_PER_NAT)


def _gaps(s: Float[np.ndarray, " player"]) -> Float[np.ndarray, "player player"]:
    return np.asarray(s[:, None] - s)
