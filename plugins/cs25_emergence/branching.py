"""Chain reactions as branching processes: who dies out, and with what probability.

Every neutron of one generation splits a nucleus with some probability, and a split sets free a few
neutrons of the next. With fewer than one successor on average every chain dies; with more, some
live for ever, and how many is exact: the extinction probability is the smallest fixed point of the
offspring's generating function.

Source: Watson and Galton (1875), "On the Probability of the Extinction of Families".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float, Int

__all__ = ["LASTING", "extinction_probability", "fission", "poisson", "surviving_shares"]

#: Neutrons alive at once from which a chain counts as lasting. At a multiplication of 1.1 with two
#: neutrons a split, such a chain still dies with probability 0.82^1000.
LASTING = 1_000

#: Generations after which a chain that neither died nor lasted is counted as dead. Only within a
#: few per cent of the critical point does a chain live that long without deciding itself.
GENERATIONS = 20_000


def poisson(mean: float) -> Callable[[float], float]:
    """Return the generating function exp(m (s - 1)) of a Poisson number of successors."""
    return lambda s: float(np.exp(mean * (s - 1.0)))


def fission(multiplication: float, neutrons: int) -> Callable[[float], float]:
    """Return the generating function 1 - p + p s^n: with probability p = k/n, n successors.

    Args:
        multiplication: mean number of successors k, from 0 to ``neutrons``.
        neutrons: how many neutrons one split sets free.
    """
    p = multiplication / neutrons
    return lambda s: float(1.0 - p + p * s**neutrons)


def extinction_probability(
    generating_function: Callable[[float], float], *, mean: float, tolerance: float = 1e-12
) -> float:
    """Return the smallest fixed point of a generating function in [0, 1].

    Iterating from 0 walks up to it: after t steps the value is the probability that the chain is
    extinct by generation t.

    Args:
        generating_function: f with f(1) = 1.
        mean: f'(1), the mean number of successors. Up to 1 extinction is certain, and the
            iteration, which then crawls, is skipped.
        tolerance: the last step's length at which to stop.

    >>> round(extinction_probability(fission(1.5, 2), mean=1.5), 6)  # (1 - p) / p with p = 3/4
    0.333333
    """
    if mean <= 1.0:
        return 1.0
    q, step = 0.0, 1.0
    while step > tolerance:
        q, previous = generating_function(q), q
        step = q - previous
    return q


def surviving_shares(
    multiplications: Sequence[float],
    *,
    chains: int,
    neutrons: int,
    rng: np.random.Generator,
    nuclei: int | None = None,
) -> Float[np.ndarray, " multiplication"]:
    """Run chain reactions and return the share of them that come to last.

    Args:
        multiplications: mean number of successors of a neutron while no nucleus is spent.
        chains: how many chains to start for each, from one neutron each.
        neutrons: how many neutrons one split sets free.
        rng: the source of chance.
        nuclei: how many nuclei each chain can ever split; None for no limit. Splitting happens
            less often as they are spent.

    Returns:
        The share of chains in which `LASTING` neutrons came to be alive at once.
    """
    return np.array([_share(k, chains, neutrons, rng, nuclei) for k in multiplications])


def _share(
    k: float, chains: int, neutrons: int, rng: np.random.Generator, nuclei: int | None
) -> float:
    alive: Int[np.ndarray, " chain"] = np.ones(chains, dtype=np.int64)
    left: Int[np.ndarray, " chain"] = np.full(chains, nuclei or 1, dtype=np.int64)
    lasting = 0
    for _ in range(GENERATIONS):
        if nuclei is None:
            splits = rng.binomial(alive, k / neutrons)
        else:
            splits = np.minimum(rng.binomial(alive, k / neutrons * left / nuclei), left)
            left = left - splits
        alive = splits * neutrons
        lasting += int(np.count_nonzero(alive >= LASTING))
        undecided = (alive > 0) & (alive < LASTING)
        alive, left = alive[undecided], left[undecided]
        if not alive.size:
            break
    return lasting / chains
