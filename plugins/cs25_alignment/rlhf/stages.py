"""The stages of RLHF, each a function of its sizes: pre-train, fine-tune, learn a reward, optimise.

Source: Ouyang et al. 2022 (arXiv 2203.02155), figure 2, whose three steps begin with a pre-trained
model; Rafailov et al. 2023 (arXiv 2305.18290) for the stage that takes the place of the last two.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from jaxtyping import Int
from torch import Tensor

from cs25.nn import Decoder
from cs25_alignment.preferences.comparisons import Rankings
from cs25_alignment.preferences.networks import RewardModel, Size, reward_model
from cs25_alignment.preferences.training import train_reward_model
from cs25_alignment.rlhf.critic import Critic
from cs25_alignment.rlhf.dpo import optimise_directly
from cs25_alignment.rlhf.ppo import PPOSettings, optimise_policy
from cs25_alignment.rlhf.rollouts import Scorer
from cs25_alignment.rlhf.sft import imitate
from cs25_alignment.world.corpus import Corpus
from cs25_alignment.world.language import LENGTH, prompts, responses
from cs25_alignment.world.policy import config, pretrain

__all__ = ["Sizes", "fine_tune", "learn_reward", "optimise", "optimise_by_comparisons", "pre_train"]

Progress = Callable[[int], object]


@dataclass(frozen=True)
class Sizes:
    """How large each stage is.

    Args:
        d_model: width of the policy.
        n_layers: blocks of the policy.
        critic_width: of the value function, which has as many blocks.
        reward: size of the reward model.
        pretrain_steps: optimiser steps of pre-training.
        pretrain_batch: texts of each.
        reward_epochs: how often the reward model sees each comparison.
        tune_steps: optimiser steps of fine-tuning on demonstrations.
        tune_batch: demonstrations of each.
        dpo_steps: optimiser steps of DPO.
        dpo_batch: comparisons of each.
        ppo: of PPO.
    """

    d_model: int = 48
    n_layers: int = 2
    critic_width: int = 32
    reward: Size = "large"
    pretrain_steps: int = 300
    pretrain_batch: int = 256
    reward_epochs: float = 8
    tune_steps: int = 300
    tune_batch: int = 128
    dpo_steps: int = 300
    dpo_batch: int = 128
    ppo: PPOSettings = field(default_factory=PPOSettings)


def pre_train(
    corpus: Corpus, sizes: Sizes, *, seed: int, progress: Progress | None = None
) -> Decoder:
    """Return a language model of the corpus: the base model."""
    base = Decoder(config(d_model=sizes.d_model, n_layers=sizes.n_layers), seed=seed)
    pretrain(
        base, corpus, n_steps=sizes.pretrain_steps, batch=sizes.pretrain_batch, lr=3e-3,
        seed=seed, progress=progress,
    )  # fmt: skip
    return base


def fine_tune(
    model: Decoder,
    demonstrations: tuple[Int[Tensor, " demonstration"], Int[Tensor, " demonstration"]],
    sizes: Sizes,
    *,
    seed: int,
    progress: Progress | None = None,
) -> Decoder:
    """Return the model after supervised fine-tuning on demonstrations.

    Args:
        model: where to start; it stays as it is.
        demonstrations: numbers of the prompts and of the responses.
        sizes: of the stage.
        seed: draws the batches.
        progress: called with 1 after each step.
    """
    tuned = copy.deepcopy(model)
    asked, demonstrated = demonstrations
    imitate(
        tuned, prompts()[asked], responses()[demonstrated], n_steps=sizes.tune_steps,
        batch=sizes.tune_batch, lr=1e-3, seed=seed, progress=progress,
    )  # fmt: skip
    return tuned


def learn_reward(
    rankings: Rankings, sizes: Sizes, *, seed: int, progress: Progress | None = None
) -> RewardModel:
    """Return a reward model trained on what people preferred."""
    model = reward_model(sizes.reward, seed=seed)
    train_reward_model(model, rankings, epochs=sizes.reward_epochs, seed=seed, progress=progress)
    return model


def optimise(
    model: Decoder,
    scorer: Scorer,
    rows: Int[Tensor, " asked"],
    sizes: Sizes,
    *,
    corpus: Corpus,
    seed: int,
    progress: Progress | None = None,
) -> Decoder:
    """Return the model after PPO on a learned reward, held to where it started.

    Args:
        model: where to start, and the reference; it stays as it is.
        scorer: the reward model.
        rows: of the prompts that are asked.
        sizes: of the stage.
        corpus: what was pre-trained on, for PPO-ptx.
        seed: draws the value function, the answers and the batches.
        progress: called with 1 after each step.
    """
    policy = copy.deepcopy(model)
    critic = Critic(config(d_model=sizes.critic_width, n_layers=sizes.n_layers), seed=seed)
    optimise_policy(
        policy, model, critic, scorer, prompts()[rows], sizes.ppo, length=LENGTH,
        generator=torch.Generator().manual_seed(seed), progress=progress,
        text=_texts(corpus, sizes.ppo.batch // sizes.ppo.minibatches, seed),
    )  # fmt: skip
    return policy


def optimise_by_comparisons(
    model: Decoder,
    rankings: Rankings,
    sizes: Sizes,
    *,
    seed: int,
    progress: Progress | None = None,
) -> Decoder:
    """Return the model after DPO on what people preferred, held to where it started."""
    policy = copy.deepcopy(model)
    asked, chosen, rejected = rankings.pairs()
    comparisons = prompts()[asked], responses()[chosen], responses()[rejected]
    optimise_directly(
        policy, model, comparisons, beta=sizes.ppo.beta, n_steps=sizes.dpo_steps,
        batch=sizes.dpo_batch, lr=1e-3, seed=seed, progress=progress,
    )  # fmt: skip
    return policy


def _texts(corpus: Corpus, batch: int, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    generator = torch.Generator().manual_seed(seed)
    while True:
        text = corpus.draw(batch, generator)
        yield text[:, :-1], text[:, 1:]
