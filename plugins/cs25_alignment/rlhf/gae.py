"""Generalised advantage estimation: how much better a token was than what was expected.

δ_t = r_t + γ V_{t+1} − V_t,    A_t = Σ_l (γλ)^l δ_{t+l}

Source: Schulman et al. 2015 (arXiv 1506.02438), equation 16.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["generalised_advantages"]


def generalised_advantages(
    rewards: Float[Tensor, "batch step"],
    values: Float[Tensor, "batch step"],
    *,
    gamma: float = 1.0,
    gae_lambda: float = 0.95,
) -> Float[Tensor, "batch step"]:
    """Return the advantage of each action over what the value function expected.

    Args:
        rewards: for each action of an episode. Every episode ends after the last one, and what
            comes then is worth 0.
        values: what was expected of each state, before its action.
        gamma: discount; 1 for none, as in InstructGPT.
        gae_lambda: 0 trusts the value function from the next state on; 1 trusts what happened.

    Three rewards and a value function that knows nothing: what is left to earn.

    >>> reward = torch.tensor([[1.0, 2.0, 4.0]])
    >>> generalised_advantages(reward, torch.zeros(1, 3), gae_lambda=1).tolist()
    [[7.0, 6.0, 4.0]]
    """
    advantages = torch.empty_like(rewards)
    advantage = next_value = torch.zeros_like(rewards[:, 0])
    for step in reversed(range(rewards.shape[1])):
        delta = rewards[:, step] + gamma * next_value - values[:, step]
        advantage = delta + gamma * gae_lambda * advantage
        advantages[:, step] = advantage
        next_value = values[:, step]
    return advantages
