"""Supervised fine-tuning: write as the demonstrations do.

A demonstration is what somebody wrote who took some care: the best of several attempts.

Source: Ouyang et al. 2022 (arXiv 2203.02155), section 3.5; Stiennon et al. 2020 (arXiv 2009.01325),
section 3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Int
from torch import Tensor

from cs25.nn import IGNORE, Decoder, TrainingLog, train
from cs25_alignment.world.exact import Table, draw

__all__ = ["demonstrate", "imitate"]


def demonstrate(
    log_policy: Table,
    gold: Table,
    rows: Int[Tensor, " asked"],
    *,
    each: int,
    attempts: int,
    generator: torch.Generator,
) -> tuple[Int[Tensor, " demonstration"], Int[Tensor, " demonstration"]]:
    """Draw attempts from a policy, and keep the best of every few.

    Args:
        log_policy: who attempts.
        gold: by what the best is told; each attempt asks it once.
        rows: prompts to demonstrate, as rows of both tables.
        each: demonstrations for each of them.
        attempts: at each demonstration.
        generator: draws the attempts.

    Returns:
        The row of the prompt, and the number of the response, of each demonstration.
    """
    tried = draw(log_policy[rows], each * attempts, generator).view(len(rows), each, attempts)
    asked = rows.repeat_interleave(each)
    tried = tried.flatten(0, 1)
    best = gold[asked[:, None], tried].argmax(-1, keepdim=True)
    return asked, tried.gather(-1, best).squeeze(-1)


def imitate(
    policy: Decoder,
    prompts: Int[Tensor, "demonstration asked"],
    responses: Int[Tensor, "demonstration step"],
    *,
    n_steps: int,
    batch: int,
    lr: float,
    seed: int,
    progress: Callable[[int], object] | None = None,
) -> TrainingLog:
    """Train a policy in place to predict each next token of the demonstrations.

    Args:
        policy: what learns.
        prompts: what was asked; they are read, not learned.
        responses: what was demonstrated.
        n_steps: optimiser steps.
        batch: demonstrations of each.
        lr: peak learning rate.
        seed: draws the batches.
        progress: called with 1 after each step.
    """
    text = torch.cat([prompts, responses], dim=1)
    following = text[:, 1:].clone()
    following[:, : prompts.shape[1] - 1] = IGNORE

    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        generator = torch.Generator().manual_seed(seed)
        while True:
            rows = torch.randint(len(text), (batch,), generator=generator)
            yield text[rows, :-1], following[rows]

    return train(policy, batches(), n_steps=n_steps, lr=lr, weight_decay=0.0, progress=progress)
