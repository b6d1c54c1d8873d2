"""Proxies: reward models that differ in their size, and in how many comparisons they have seen.

All are trained on comparisons of the same kind, of responses of the reference policy to the same
prompts, and all are optimised where none was trained: on the prompts held out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from cs25_alignment.preferences.comparisons import Rankings, compare
from cs25_alignment.preferences.networks import Size, centred, reward_model, reward_table
from cs25_alignment.preferences.training import train_reward_model
from cs25_alignment.world.corpus import Corpus
from cs25_alignment.world.exact import Table
from cs25_alignment.world.gold import Gold
from cs25_alignment.world.language import prompts, split

__all__ = ["Proxy", "Wanted", "held_out", "survey", "train_proxy", "wanted"]


@dataclass(frozen=True)
class Wanted:
    """What people want, and what is written without asking them.

    Args:
        seed: of the world.
        log_ref: log-probabilities of the reference policy.
        gold: the gold reward, with mean 0 under the reference.
    """

    seed: int
    log_ref: Table
    gold: Table


@dataclass(frozen=True)
class Proxy:
    """A reward model, and what it says.

    Args:
        size: of the model.
        n_weights: that were trained.
        comparisons: that they were trained on.
        rewards: of the responses to the prompts held out, with mean 0 under the reference.
    """

    size: Size
    n_weights: int
    comparisons: int
    rewards: Table


def wanted(seed: int) -> Wanted:
    """Return a world on all prompts. The reference writes as its corpus does."""
    log_ref = Corpus(seed).log_probs(prompts())
    return Wanted(seed, log_ref, centred(Gold(seed).table(prompts()), log_ref))


def held_out(world: Wanted) -> Wanted:
    """Return the prompts that proxies are optimised on: no proxy was trained on them."""
    _, rows = split(world.seed)
    return Wanted(world.seed, world.log_ref[rows], world.gold[rows])


def survey(world: Wanted, n: int) -> Rankings:
    """Have people compare n pairs of responses of the reference to the prompts trained on."""
    training, _ = split(world.seed)
    generator = torch.Generator().manual_seed(world.seed)
    return compare(world.log_ref, world.gold, training, n=n, generator=generator)


def train_proxy(
    world: Wanted,
    size: Size,
    rankings: Rankings,
    *,
    epochs: float,
    progress: Callable[[int], object] | None = None,
) -> Proxy:
    """Train a proxy.

    Args:
        world: that the comparisons are from; its seed draws weights and batches.
        size: of the model.
        rankings: what it is trained on.
        epochs: how often each comparison is seen.
        progress: called with 1 after each step of training.
    """
    model = reward_model(size, seed=world.seed)
    train_reward_model(model, rankings, seed=world.seed, epochs=epochs, progress=progress)
    _, rows = split(world.seed)
    return Proxy(
        size,
        sum(weights.numel() for weights in model.parameters()),
        rankings.n_comparisons,
        centred(reward_table(model, prompts()[rows]), world.log_ref[rows]),
    )
