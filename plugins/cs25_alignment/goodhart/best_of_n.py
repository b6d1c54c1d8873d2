"""Best-of-n: write n responses and keep the one that the proxy likes most.

The policy of it is known. Sort the responses to a prompt by the proxy, those it likes equally
together, and let F(g) be the probability under the reference of group g and all below it. The best
of n is in group g if all n are at most there and not all are below:

    P(best of n in g) = F(g)^n - F(g-1)^n,

and within the group it is drawn as the reference draws. Where no two rewards are equal and every
response is rare, KL(best-of-n, ref) comes to log n - (n - 1) / n.

Sources: Stiennon et al. 2020 (arXiv 2009.01325), appendix G.3, for the KL; Nakano et al. 2021
(arXiv 2112.09332), appendix I, for the estimator; Gao et al. 2022 (arXiv 2210.10760), section 2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.special import gammaln

from cs25_alignment.world.exact import Table

__all__ = ["BestOfN", "continuous_kl", "estimated_best_of_n"]

#: Rewards that are as near as this count as equal: networks compute with seven digits.
_TIE = 1e-6


class BestOfN:
    """Best-of-n against one proxy, for any n.

    Args:
        log_ref: log-probabilities of the policy that writes, for each prompt.
        proxy: the reward by which the best is chosen.
    """

    def __init__(self, log_ref: Table, proxy: Table) -> None:
        self.log_ref = log_ref
        value, order = proxy.sort(dim=-1)
        group = (value.diff(dim=-1, prepend=value[:, :1]) > _TIE).cumsum(-1)
        self._group = torch.empty_like(group).scatter_(-1, order, group)
        mass = torch.zeros_like(log_ref).scatter_add_(-1, self._group, log_ref.exp())
        below_or_in = mass.cumsum(-1)
        self._log_mass = mass.log()
        self._log_below_or_in = below_or_in.log()
        # log of F(g-1) / F(g), as exact where a group is rare as where it is not
        self._log_below = torch.log1p(-(mass / below_or_in))

    def policy(self, n: int) -> Table:
        """Return the log-probability of each response to be the best of n; n is at least 1."""
        best = n * self._log_below_or_in + (-torch.expm1(n * self._log_below)).log()
        return self.log_ref + (best - self._log_mass).gather(-1, self._group)


def continuous_kl(n: int) -> float:
    """Return KL(best-of-n, ref) in nats where no two responses are alike: log n - (n - 1) / n.

    >>> round(continuous_kl(2), 4), round(continuous_kl(16384), 2)
    (0.1931, 8.7)
    """
    return math.log(n) - (n - 1) / n


def estimated_best_of_n(
    proxy: Float[np.ndarray, "prompt sample"],
    values: Float[np.ndarray, "prompt sample"],
    numbers: Sequence[int],
) -> Float[np.ndarray, "number prompt"]:
    """Estimate without bias the value of the best of n, for each n, from N samples.

    It is the mean over all sets of n of the N samples, of the value of the one that the proxy
    likes most. The i-th of the samples, sorted by the proxy, is the best of C(i - 1, n - 1) sets.

    Args:
        proxy: of N independent samples of the reference; of equals, the later one counts as better.
        values: of the same samples.
        numbers: samples of which the best is taken, N at most.
    """
    order = proxy.argsort(axis=-1, kind="stable")
    ranked = np.take_along_axis(values, order, axis=-1)
    total = ranked.shape[-1]
    below = np.arange(total)
    return np.array(
        [
            ranked[..., n - 1 :]
            @ np.exp(_log_choose(below[n - 1 :], n - 1) - _log_choose(total, n))
            for n in numbers
        ]
    )


def _log_choose(of: Int[np.ndarray, " total"] | int, k: int) -> Float[np.ndarray, "*total"]:
    return np.asarray(gammaln(of + 1.0) - gammaln(k + 1.0) - gammaln(of - k + 1.0))
