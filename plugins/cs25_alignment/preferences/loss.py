"""The loss of a reward model: how unlikely it finds what people preferred.

    loss = - 1 / (K (K - 1) / 2)  E[ log sigma(r(x, chosen) - r(x, rejected)) ]

All comparisons of one ranking stand in one element of a batch: they share their responses, so a
response is scored once for all of them, and no comparison is seen after another one has taught
the model the answer.

Source: Ouyang et al. 2022 (arXiv 2203.02155), equation 1; Stiennon et al. 2020 (arXiv 2009.01325),
section 3.4, for two responses.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from jaxtyping import Float, Int
from torch import Tensor

__all__ = ["comparison_loss"]


def comparison_loss(
    rewards: Float[Tensor, "ranking k"], ranks: Int[Tensor, "ranking k"]
) -> Float[Tensor, ""]:
    """Return the mean over rankings of the mean over their comparisons, in nats.

    Args:
        rewards: of the responses of each ranking.
        ranks: their places, the best one's the lowest; all different within a ranking.

    >>> rewards = torch.tensor([[0.0, 2.0]])
    >>> round(float(comparison_loss(rewards, torch.tensor([[1, 0]]))), 4)
    0.1269
    """
    k = rewards.shape[1]
    one, other = torch.triu_indices(k, k, offset=1)
    margin = rewards[:, one] - rewards[:, other]
    # Where the second of the two is the preferred one, its reward ought to be the larger.
    sign = torch.where(ranks[:, one] < ranks[:, other], 1.0, -1.0)
    return -F.logsigmoid(sign * margin).mean()
