"""How hard a proxy is optimised: its best policy at some distance from the reference, or at any."""

from __future__ import annotations

import math

import torch
from scipy.optimize import brentq

from cs25_alignment.world.exact import Table, kl, tilted

__all__ = ["beta_for", "favourites"]

#: The logarithm of beta is searched for between these, and found to 1e-4.
_BETWEEN, _NEAR = (math.log(1e-6), math.log(1e6)), 1e-4

#: Rewards that are as near as this count as equal: networks compute with seven digits.
_TIE = 1e-6


def beta_for(log_ref: Table, proxy: Table, kl_nats: float) -> float:
    """Return the beta whose best policy, ref exp(proxy / beta), is so far from the reference.

    Args:
        log_ref: of the reference policy.
        proxy: a reward.
        kl_nats: KL(policy, ref), the mean over prompts; less than that of the proxy's favourites.
    """

    def excess(log_beta: float) -> float:
        return kl(tilted(log_ref, proxy, math.exp(log_beta)), log_ref) - kl_nats

    return math.exp(brentq(excess, *_BETWEEN, xtol=_NEAR))


def favourites(log_ref: Table, proxy: Table) -> Table:
    """Return the policy that beta = 0 is the limit to: only what the proxy likes most."""
    best = proxy >= proxy.max(dim=-1, keepdim=True).values - _TIE
    return torch.where(best, log_ref, -math.inf).log_softmax(-1)
