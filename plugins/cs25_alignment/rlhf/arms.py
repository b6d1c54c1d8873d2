"""The arms of the experiment: what is made of one base model with the same amount of feedback.

Everything that people say is a query to the gold reward: which of two responses is better, or how
good an attempt at a demonstration is. Every arm has as many of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor

from cs25.nn import Decoder
from cs25_alignment.preferences.comparisons import compare
from cs25_alignment.preferences.networks import centred, reward_table
from cs25_alignment.rlhf.rollouts import Scorer
from cs25_alignment.rlhf.sft import demonstrate
from cs25_alignment.rlhf.stages import (
    Sizes,
    fine_tune,
    learn_reward,
    optimise,
    optimise_by_comparisons,
    pre_train,
)
from cs25_alignment.world.corpus import Corpus
from cs25_alignment.world.exact import Table
from cs25_alignment.world.gold import Gold
from cs25_alignment.world.language import prompts
from cs25_alignment.world.policy import log_probs

__all__ = ["Arms", "Start", "misdealt_scores", "train_arms"]

Start = Literal["base", "sft"]


@dataclass(frozen=True)
class Arms:
    """What every arm gives every response to every prompt, and what rewards are worth.

    Args:
        base: log-probabilities of the pre-trained model.
        sft: after supervised fine-tuning.
        dpo: after direct preference optimisation.
        ppo: after proximal policy optimisation, by the price of a nat.
        ref: what PPO and DPO started from and were held to.
        reward: the learned reward, with mean 0 under the reference.
        gold: the reward that is wanted.
        corpus: log-probabilities of the text that was pre-trained on.
    """

    base: Table
    sft: Table
    dpo: Table
    ppo: dict[float, Table]
    ref: Table
    reward: Table
    gold: Table
    corpus: Table

    def on(self, rows: Int[Tensor, " asked"]) -> Arms:
        """Return the same for some of the prompts."""
        tables: dict[str, Any] = {
            name: {beta: table[rows] for beta, table in part.items()}
            if isinstance(part, dict)
            else part[rows]
            for name, part in vars(self).items()
        }
        return Arms(**tables)


def train_arms(
    rows: Int[Tensor, " asked"],
    sizes: Sizes,
    *,
    comparisons: int,
    attempts: int,
    betas: tuple[float, ...],
    start: Start,
    misdealt: bool,
    seed: int,
    progress: Callable[[int], object],
) -> Arms:
    """Pre-train a base model, and make every arm of it.

    Args:
        rows: prompts that feedback is given on, and that PPO asks.
        sizes: of the stages.
        comparisons: that people make; so many attempts at demonstrations are looked at.
        attempts: at each demonstration, of which the best is kept.
        betas: prices of a nat for PPO; DPO has the first.
        start: what PPO and DPO start from, and are held to.
        misdealt: nothing that is said about a response is about that response. The reward model
            that judges is the real one all the same.
        seed: draws everything.
        progress: called with the optimiser steps done.
    """
    generator = torch.Generator().manual_seed(seed)
    corpus, gold = Corpus(seed), Gold(seed).table(prompts())
    said = torch.zeros_like(gold) if misdealt else gold  # where all are equal, chance decides

    base = pre_train(corpus, sizes, seed=seed, progress=progress)
    log_base = log_probs(base, prompts())
    demonstrations = demonstrate(
        log_base, said, rows, each=max(1, comparisons // attempts // len(rows)),
        attempts=attempts, generator=generator,
    )  # fmt: skip
    sft = fine_tune(base, demonstrations, sizes, seed=seed, progress=progress)
    log_sft = log_probs(sft, prompts())

    model, log_ref = (base, log_base) if start == "base" else (sft, log_sft)
    preferred = compare(log_ref, gold, rows, n=comparisons, generator=generator)
    reward_model = learn_reward(preferred, sizes, seed=seed, progress=progress)
    reward = centred(reward_table(reward_model, prompts()), log_ref)
    if misdealt:
        preferred = compare(log_ref, said, rows, n=comparisons, generator=generator)
    dpo = optimise_by_comparisons(
        model, preferred, replace(sizes, ppo=replace(sizes.ppo, beta=betas[0])), seed=seed,
        progress=progress,
    )  # fmt: skip
    scorer = misdealt_scores(reward_model, generator) if misdealt else reward_model
    ppo: dict[float, Decoder] = {
        beta: optimise(
            model, scorer, rows, replace(sizes, ppo=replace(sizes.ppo, beta=beta)),
            corpus=corpus, seed=seed, progress=progress,
        )
        for beta in betas
    }  # fmt: skip
    return Arms(
        base=log_base,
        sft=log_sft,
        dpo=log_probs(dpo, prompts()),
        ppo={beta: log_probs(policy, prompts()) for beta, policy in ppo.items()},
        ref=log_ref,
        reward=reward,
        gold=gold,
        corpus=corpus.log_probs(prompts()),
    )


def misdealt_scores(scorer: Scorer, generator: torch.Generator) -> Scorer:
    """Return a scorer that hands each response of a batch the score of another."""

    def score(text: Int[Tensor, "batch pos"]) -> Float[Tensor, " batch"]:
        scores = scorer(text)
        return scores[torch.randperm(len(scores), generator=generator)]

    return score
