"""Training a reward model on rankings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Int
from torch import Tensor

from cs25.nn import train
from cs25_alignment.preferences.comparisons import Rankings
from cs25_alignment.preferences.linear import differences, fit_linear
from cs25_alignment.preferences.loss import comparison_loss
from cs25_alignment.preferences.networks import BagOfSymbols, RewardModel, RewardNetwork
from cs25_alignment.world.language import prompts, responses

__all__ = ["n_steps", "texts", "train_reward_model"]

#: The most comparisons of a batch, and the fewest batches of an epoch: of a few hundred
#: comparisons a batch holds fewer.
_BATCH, _BATCHES = 384, 50

#: Penalty on the squared weights of a linear reward, small beside the loss.
_PENALTY = 1e-4


def train_reward_model(
    model: RewardModel,
    rankings: Rankings,
    *,
    seed: int,
    epochs: float = 12,
    lr: float = 5e-3,
    weight_decay: float = 3.0,
    progress: Callable[[int], object] | None = None,
) -> None:
    """Train a reward model in place. All comparisons of a ranking are in the same batch.

    A linear reward is solved, and takes no steps.

    Args:
        model: reads texts of seven symbols.
        rankings: of responses to rows of `language.prompts`.
        seed: draws the order.
        epochs: how often each ranking is seen.
        lr: peak learning rate.
        weight_decay: of matrices.
        progress: called with 1 after each of `n_steps`.
    """
    read = texts(rankings)
    if isinstance(model, BagOfSymbols):
        counts = model.counts(read).double().numpy()
        weights = fit_linear(differences(counts), penalty=_PENALTY)
        model.out.weight.data = torch.from_numpy(weights).to(model.out.weight)[None]
        return
    size = _rankings_of_a_batch(rankings)
    ranks = torch.arange(read.shape[1]).expand(size, -1)  # the preferred ones come first

    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        generator = torch.Generator().manual_seed(seed)
        left = torch.empty(0, dtype=torch.long)
        while True:
            while len(left) < size:
                left = torch.cat([left, torch.randperm(len(read), generator=generator)])
            yield read[left[:size]], ranks
            left = left[size:]

    train(
        model, batches(), n_steps=n_steps(model, rankings, epochs=epochs), lr=lr,
        weight_decay=weight_decay, loss=comparison_loss, progress=progress,
    )  # fmt: skip


def n_steps(model: RewardModel, rankings: Rankings, *, epochs: float = 12) -> int:
    """Return how many optimiser steps the training of a reward model takes."""
    if not isinstance(model, RewardNetwork):
        return 0
    return max(1, round(epochs * len(rankings.responses) / _rankings_of_a_batch(rankings)))


def texts(rankings: Rankings) -> Int[Tensor, "ranking k pos"]:
    """Return prompt and response of all that is ranked, as a reward model reads them."""
    read = responses()[rankings.responses]
    asked = prompts()[rankings.prompt][:, None].expand(-1, read.shape[1], -1)
    return torch.cat([asked, read], dim=-1)


def _rankings_of_a_batch(rankings: Rankings) -> int:
    n, k = rankings.responses.shape
    return max(1, min(_BATCH // (k * (k - 1) // 2), n // _BATCHES))
