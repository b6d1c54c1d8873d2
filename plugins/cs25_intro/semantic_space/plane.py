"""The plane in which some words differ most: their first two principal components.

A few points in a space of many dimensions always have a plane that holds much of their variance: n
points span at most n - 1 dimensions, so the two largest of these hold 2 / (n - 1) at the least.
What is special about a concept shows beside random words, as many of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

__all__ = ["Plane", "chance_share", "plane_of"]


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane through the mean of some points.

    Args:
        centre: their mean.
        axes: orthogonal, of length one; the first is the direction in which the points differ most.
        share: of the points' variance, 0 to 1.
    """

    centre: Float[np.ndarray, " dim"]
    axes: Float[np.ndarray, "2 dim"]
    share: float

    def project(self, points: Float[np.ndarray, "point dim"]) -> Float[np.ndarray, "point 2"]:
        """Return the coordinates of points in the plane."""
        return np.asarray((points - self.centre) @ self.axes.T)

    def kept(self, step: Float[np.ndarray, " dim"]) -> float:
        """Return which share of a step's squared length lies in the plane."""
        return float(((self.axes @ step) ** 2).sum() / (step @ step))


def plane_of(points: Float[np.ndarray, "point dim"]) -> Plane:
    """Return the plane that holds most of the variance of three points or more."""
    centre = points.mean(axis=0)
    _, lengths, axes = np.linalg.svd(points - centre, full_matrices=False)
    return Plane(centre, axes[:2], float((lengths[:2] ** 2).sum() / (lengths**2).sum()))


def chance_share(
    points: Float[np.ndarray, "point dim"], n: int, *, subsets: int, draw: np.random.Generator
) -> float:
    """Return the share of variance that the best plane holds of random points, on average.

    Args:
        points: to draw from.
        n: points of a subset.
        subsets: how many.
        draw: draws them.
    """
    shares = [
        plane_of(points[draw.choice(len(points), size=n, replace=False)]).share
        for _ in range(subsets)
    ]
    return float(np.mean(shares))
