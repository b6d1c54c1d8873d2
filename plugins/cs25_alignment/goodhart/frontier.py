"""What optimisation against a proxy does to the proxy, and to what was really wanted.

Source: Gao et al. 2022 (arXiv 2210.10760), section 3, for the two forms in d = sqrt(KL).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from cs25_alignment.goodhart.best_of_n import BestOfN
from cs25_alignment.goodhart.pressure import beta_for
from cs25_alignment.world.exact import Table, expected, kl, tilted

__all__ = ["Frontier", "best_of_n_frontier", "explained", "tilted_frontier"]

#: Gold that is no further below its peak is not counted as worse, in log-odds: people tell the two
#: apart in 52.5 % of cases.
_WORSE = 0.1


@dataclass(frozen=True)
class Frontier:
    """Rewards by strength of optimisation; the reference has 0 of both.

    Args:
        strength: n of best-of-n, or beta.
        kl: of the policy from the reference, in nats, the mean over prompts.
        proxy: what is optimised, the mean over prompts.
        gold_by_prompt: what is wanted.
    """

    strength: Float[np.ndarray, " point"]
    kl: Float[np.ndarray, " point"]
    proxy: Float[np.ndarray, " point"]
    gold_by_prompt: Float[np.ndarray, "point prompt"]

    @property
    def gold(self) -> Float[np.ndarray, " point"]:
        """What is wanted, the mean over prompts."""
        return np.asarray(self.gold_by_prompt.mean(axis=1))

    @property
    def peak(self) -> int:
        """The point where gold is highest."""
        return int(self.gold.argmax())

    @property
    def loss(self) -> float:
        """How far gold falls from its peak to the end."""
        return float(self.gold[self.peak] - self.gold[-1])

    @property
    def worse(self) -> float:
        """Share of prompts on which gold is lower in the end than where its mean has its peak."""
        end, peak = self.gold_by_prompt[-1], self.gold_by_prompt[self.peak]
        return float((end < peak - _WORSE).mean())


def best_of_n_frontier(
    log_ref: Table, proxy: Table, gold: Table, numbers: Sequence[int]
) -> Frontier:
    """Return what best-of-n does, for each n."""
    best = BestOfN(log_ref, proxy)
    return _frontier(log_ref, proxy, gold, ((n, best.policy(n)) for n in numbers))


def tilted_frontier(
    log_ref: Table, proxy: Table, gold: Table, *, furthest: float, points: int
) -> Frontier:
    """Return what the best policies for the proxy do, for ever smaller beta.

    Args:
        log_ref: of the reference policy.
        proxy: what is optimised.
        gold: what is wanted.
        furthest: KL of the last policy from the reference, in nats.
        points: policies; every second one has half the beta.
    """
    last = beta_for(log_ref, proxy, furthest)
    betas = last * 2 ** (np.arange(points)[::-1] / 2)
    policies = ((beta, tilted(log_ref, proxy, beta)) for beta in betas.tolist())
    return _frontier(log_ref, proxy, gold, policies)


def explained(frontier: Frontier, form: Literal["linear", "log"]) -> float:
    """Return how much of gold's variance the paper's form explains, fitted by least squares.

    With d = sqrt(KL), gold is d (alpha - beta d) if the form is linear, and d (alpha - beta log d)
    if it is logarithmic. One is perfect; below 0 a constant explains more.
    """
    kept = frontier.kl > 0
    d, gold = np.sqrt(frontier.kl[kept]), frontier.gold[kept]
    columns = np.stack([d, -d * (d if form == "linear" else np.log(d))], axis=1)
    fitted = columns @ np.linalg.lstsq(columns, gold, rcond=None)[0]
    return float(1 - ((gold - fitted) ** 2).sum() / ((gold - gold.mean()) ** 2).sum())


def _frontier(
    log_ref: Table, proxy: Table, gold: Table, policies: Iterable[tuple[float, Table]]
) -> Frontier:
    rows = [
        (
            strength,
            kl(policy, log_ref),
            expected(policy, proxy),
            (policy.exp() * gold).sum(-1).numpy(),
        )
        for strength, policy in policies
    ]
    strength, distance, optimised, wanted = zip(*rows, strict=True)
    return Frontier(*(np.array(column) for column in (strength, distance, optimised, wanted)))
