"""Direct preference optimisation: the policy is its own reward model.

The best policy for a reward r is π*(y|x) ∝ π_ref(y|x) exp(r(x, y) / β). Solved for the reward,
r = β log π*(y|x)/π_ref(y|x) plus something that depends on the prompt alone, which drops out of
every comparison. So the loss of a reward model can be written in terms of the policy:

loss = −log σ( β log π(y_w|x)/π_ref(y_w|x) − β log π(y_l|x)/π_ref(y_l|x) )

Source: Rafailov et al. 2023 (arXiv 2305.18290), equations 4 to 7.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from cs25.nn import TrainingLog, train
from cs25_alignment.rlhf.rollouts import response_log_probs

__all__ = ["PreferenceMargin", "dpo_loss", "optimise_directly"]


class PreferenceMargin(nn.Module):
    """By how much likelier a policy makes the chosen response than the rejected one, in nats.

    Args:
        policy: returns the logits of the next token at every position.
    """

    def __init__(self, policy: nn.Module) -> None:
        super().__init__()
        self.policy = policy

    def forward(
        self,
        prompts: Int[Tensor, "batch asked"],
        chosen: Int[Tensor, "batch step"],
        rejected: Int[Tensor, "batch step"],
    ) -> Float[Tensor, " batch"]:
        """Return log π(chosen) − log π(rejected)."""
        both = torch.cat([chosen, rejected])
        log_probs = response_log_probs(self.policy, prompts.repeat(2, 1), both).sum(-1)
        of_chosen, of_rejected = log_probs.chunk(2)
        return of_chosen - of_rejected


def dpo_loss(
    margins: Float[Tensor, "*batch"], ref_margins: Float[Tensor, "*batch"], *, beta: float
) -> Float[Tensor, ""]:
    """Return the mean of −log σ(β (margin − ref_margin)), in nats.

    Args:
        margins: log π(chosen) − log π(rejected) of the policy.
        ref_margins: the same of the reference.
        beta: how strongly the policy is held to the reference.

    >>> round(float(dpo_loss(torch.tensor([0.0]), torch.tensor([0.0]), beta=0.1)), 4)
    0.6931
    """
    return -logsigmoid(beta * (margins - ref_margins)).mean()


def optimise_directly(
    policy: nn.Module,
    ref_model: nn.Module,
    comparisons: tuple[
        Int[Tensor, "pair asked"], Int[Tensor, "pair step"], Int[Tensor, "pair step"]
    ],
    *,
    beta: float,
    n_steps: int,
    batch: int,
    lr: float,
    seed: int,
    progress: Callable[[int], object] | None = None,
) -> TrainingLog:
    """Train a policy in place on comparisons, without a reward model and without sampling.

    Args:
        policy: what learns.
        ref_model: whom it is held to; its weights stay.
        comparisons: prompts, chosen and rejected responses.
        beta: how strongly.
        n_steps: optimiser steps.
        batch: comparisons of each.
        lr: peak learning rate.
        seed: draws the batches.
        progress: called with 1 after each step.
    """
    with torch.no_grad():
        ref_margins = PreferenceMargin(ref_model)(*comparisons)

    def batches() -> Iterator[tuple[Tensor, ...]]:
        generator = torch.Generator().manual_seed(seed)
        while True:
            rows = torch.randint(len(ref_margins), (batch,), generator=generator)
            yield (*(part[rows] for part in comparisons), ref_margins[rows])

    return train(
        PreferenceMargin(policy),
        batches(),
        n_steps=n_steps,
        lr=lr,
        weight_decay=0.0,
        loss=partial(dpo_loss, beta=beta),
        progress=progress,
    )
