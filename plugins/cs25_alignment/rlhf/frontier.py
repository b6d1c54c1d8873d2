"""The frontier: how much reward can be had for how much divergence from the reference.

Among all policies whose divergence is no larger, π_ref exp(r / β) has the most reward; β is the
slope of the frontier there.

Source: Rafailov et al. 2023 (arXiv 2305.18290), equation 4, and figure 2 for reward against
divergence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy.optimize import brentq

from cs25_alignment.world import exact
from cs25_alignment.world.exact import Table

__all__ = ["frontier_points", "frontier_reward"]

#: Prices of a nat between which the frontier is looked for, as multiples of the reward's largest
#: range: dearer than the first nothing moves, cheaper than the second only the best is left.
_DEAREST, _CHEAPEST = 1e6, 1e-3

#: How exactly the price is found, as the logarithm of a factor.
_NEAR = 1e-4


def frontier_points(
    log_ref: Table, reward: Table, betas: Sequence[float]
) -> list[tuple[float, float]]:
    """Return divergence, in nats, and reward of the best policy for each price of a nat."""
    best = [exact.tilted(log_ref, reward, beta) for beta in betas]
    return [(exact.kl(policy, log_ref), exact.expected(policy, reward)) for policy in best]


def frontier_reward(log_ref: Table, reward: Table, divergence: float) -> float:
    """Return the most reward that a policy of a given divergence can have.

    Args:
        log_ref: of the reference policy.
        reward: in any unit.
        divergence: of the policy from the reference, in nats, at least 0; both are means over
            prompts.
    """
    span = float((reward.amax(-1) - reward.amin(-1)).max())
    if span == 0 or divergence <= 0:
        return exact.expected(log_ref, reward)

    def missing(log_beta: float) -> float:
        best = exact.tilted(log_ref, reward, math.exp(log_beta))
        return exact.kl(best, log_ref) - divergence

    cheap, dear = math.log(_CHEAPEST * span), math.log(_DEAREST * span)
    if missing(cheap) <= 0:
        return frontier_points(log_ref, reward, [math.exp(cheap)])[0][1]
    if missing(dear) >= 0:
        return exact.expected(log_ref, reward)
    found = math.exp(brentq(missing, cheap, dear, xtol=_NEAR))
    return frontier_points(log_ref, reward, [found])[0][1]
