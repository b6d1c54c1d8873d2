"""What reinforcement learning should find, computed instead of learned.

Everything is a table: a policy is the log-probability of every response to every prompt, a reward
is its value. Prompts count alike. Sources: Ziegler et al. 2019 (arXiv 1909.08593), equation 2,
and Rafailov et al. 2023 (arXiv 2305.18290), equations 3 and 4, for the objective and its optimum.
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

__all__ = [
    "Table",
    "draw",
    "expected",
    "kl",
    "objective",
    "optimal_value",
    "tilted",
    "win_rate",
]

#: One number for each response to each prompt, in double precision.
Table = Float[Tensor, "prompt response"]

#: Rewards that are as near as this count as equal: sums round.
_TIE = 1e-9


def expected(log_policy: Table, values: Table) -> float:
    """Return the mean over prompts of E_policy[values]."""
    return float((log_policy.exp() * values).sum(-1).mean())


def kl(log_p: Table, log_q: Table) -> float:
    """Return the mean over prompts of KL(p, q), in nats; never negative."""
    return float((log_p.exp() * (log_p - log_q)).sum(-1).mean())


def objective(log_policy: Table, log_ref: Table, reward: Table, beta: float) -> float:
    """Return J = E_policy[reward] - beta KL(policy, ref), the mean over prompts.

    Args:
        log_policy: of the policy that is judged.
        log_ref: of the reference policy.
        reward: in any unit.
        beta: what a nat costs, in that unit; positive.
    """
    return expected(log_policy, reward) - beta * kl(log_policy, log_ref)


def tilted(log_ref: Table, reward: Table, beta: float) -> Table:
    """Return log pi*, with pi* proportional to ref exp(reward / beta): the policy of largest J.

    A constant added to the rewards of a prompt changes nothing.
    """
    return (log_ref + reward / beta).log_softmax(-1)


def optimal_value(log_ref: Table, reward: Table, beta: float) -> float:
    """Return J* = beta log E_ref[exp(reward / beta)], the mean over prompts.

    For every policy, KL(policy, pi*) = (J* - J) / beta.
    """
    return float(beta * (log_ref + reward / beta).logsumexp(-1).mean())


def win_rate(log_p: Table, log_q: Table, reward: Table) -> float:
    """Return how often a response of p is better than one of q, a tie counting one half.

    Both answer the same prompt, independently; the reward is the judge and makes no mistake.
    """
    wins = torch.empty(len(reward), dtype=torch.double)
    for i, (p, q, values) in enumerate(zip(log_p.exp(), log_q.exp(), reward, strict=True)):
        order = values.argsort()
        step = values[order].diff(prepend=values[order[:1]]) > _TIE
        rank = torch.empty_like(order)
        rank[order] = step.cumsum(0)
        beaten = q.new_zeros(int(rank.max()) + 1).scatter_add_(0, rank, q)
        below = beaten.cumsum(0) - beaten / 2
        wins[i] = p @ below[rank]
    return float(wins.mean())


def draw(log_policy: Table, n: int, generator: torch.Generator) -> Int[Tensor, "prompt n"]:
    """Draw n responses to each prompt, with replacement; their numbers."""
    return torch.multinomial(log_policy.exp(), n, replacement=True, generator=generator)
