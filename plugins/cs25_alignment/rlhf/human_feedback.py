"""Reinforcement learning from human feedback, where its right answer is known.

Source: Ouyang et al. 2022 (arXiv 2203.02155), section 3.1; Ziegler et al. 2019 (arXiv 1909.08593)
for the objective.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import torch
from annotated_types import Interval, Len
from tqdm.auto import tqdm

from cs25 import Measure, ParameterError, Result, Table
from cs25_alignment.preferences.comparisons import Rankings
from cs25_alignment.preferences.networks import Size, reward_model
from cs25_alignment.preferences.training import n_steps
from cs25_alignment.rlhf.arms import Arms, Start, train_arms
from cs25_alignment.rlhf.frontier import frontier_points, frontier_reward
from cs25_alignment.rlhf.ppo import PPOSettings
from cs25_alignment.rlhf.stages import Sizes
from cs25_alignment.world import exact
from cs25_alignment.world.language import split

__all__ = ["learn_from_feedback"]

Price = Annotated[float, Interval(ge=0.05, le=100)]

#: Prices of a nat along the frontier that is drawn, as multiples of the first of PPO's.
_ALONG = (
    200.0,
    60.0,
    32.0,
    20.0,
    14.0,
    10.0,
    8.0,
    6.0,
    5.0,
    4.0,
    3.2,
    2.6,
    2.0,
    1.6,
    1.3,
    1.0,
    0.8,
)


def learn_from_feedback(
    *,
    comparisons: Annotated[int, Interval(ge=200, le=1_000_000)] = 20_000,
    attempts: Annotated[int, Interval(ge=1, le=64)] = 4,
    betas: Annotated[tuple[Price, ...], Len(1, 8)] = (0.25, 1.0),
    iterations: Annotated[int, Interval(ge=1, le=20_000)] = 180,
    pretraining: Annotated[int, Interval(ge=1, le=100_000)] = 300,
    tuning: Annotated[int, Interval(ge=1, le=100_000)] = 300,
    d_model: Annotated[int, Interval(ge=8, le=512)] = 48,
    reward: Size = "large",
    ptx: Annotated[float, Interval(ge=0, le=100)] = 0.0,
    start: Start = "base",
    control: Literal["none", "misdealt"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Make four arms of one base model, and hold each against the best policy there is.

    Args:
        comparisons: of two responses, that people make; they look at as many attempts at
            demonstrations.
        attempts: at each demonstration, of which the best is kept. Each prompt has one
            demonstration at least.
        betas: prices of a nat of divergence from the reference, in units of reward. One PPO
            policy is trained for each; claims look at the first, and DPO has that one, too.
        iterations: batches of 512 answers that each PPO policy learns from.
        pretraining: optimiser steps of the base model.
        tuning: optimiser steps of SFT, and of DPO.
        d_model: width of the policy; a multiple of 4.
        reward: size of the reward model.
        ptx: weight of pre-training text in PPO's loss.
        start: what PPO and DPO start from and are held to; "sft" gives them the demonstrations
            besides the comparisons.
        control: "misdealt" has everything that is said of a response be about another one.
        seed: draws the world, the weights, the feedback and the batches.
    """
    if len(set(betas)) < len(betas):
        raise ParameterError(parameter="betas", found=betas, expected="prices that differ")
    if d_model % 4:
        raise ParameterError(parameter="d_model", found=d_model, expected="a multiple of 4")
    sizes = Sizes(
        d_model=d_model,
        reward=reward,
        pretrain_steps=pretraining,
        tune_steps=tuning,
        dpo_steps=tuning,
        ppo=PPOSettings(iterations=iterations, ptx=ptx),
    )
    asked, held_out = split(seed)
    with tqdm(total=_n_steps(sizes, comparisons, len(betas)), desc="RLHF") as bar:
        arms = train_arms(
            asked,
            sizes,
            comparisons=comparisons,
            attempts=attempts,
            betas=betas,
            start=start,
            misdealt=control == "misdealt",
            seed=seed,
            progress=bar.update,
        )
    here, elsewhere = arms.on(asked), arms.on(held_out)
    return Result(
        _optimality(here, elsewhere, betas[0]) | _win_rates(elsewhere, betas[0]),
        tables=(
            _arms_table({"asked": here, "held out": elsewhere}, betas),
            _frontier_table(here, betas[0]),
        ),
    )


def _n_steps(sizes: Sizes, comparisons: int, n_policies: int) -> int:
    """Return the optimiser steps of all stages."""
    # How long the reward model learns depends on how many comparisons there are, not on which.
    blank = Rankings(torch.zeros(comparisons), torch.zeros(comparisons, 2))
    judge = reward_model(sizes.reward, seed=0)
    return (
        sizes.pretrain_steps
        + sizes.tune_steps
        + n_steps(judge, blank, epochs=sizes.reward_epochs)
        + sizes.dpo_steps
        + n_policies * sizes.ppo.n_steps
    )


def _optimality(here: Arms, elsewhere: Arms, beta: float) -> dict[str, Measure]:
    ppo = here.ppo[beta]
    best = exact.tilted(here.ref, here.reward, beta)
    return {
        "optimality": Measure(_share(ppo, here.ref, here.reward, beta), "share"),
        "optimality_dearest": Measure(
            _share(here.ppo[max(here.ppo)], here.ref, here.reward, max(here.ppo)), "share"
        ),
        "optimality_held_out": Measure(
            _share(elsewhere.ppo[beta], elsewhere.ref, elsewhere.reward, beta), "share"
        ),
        "to_best": Measure(exact.kl(ppo, best), "nats"),
        "frontier_gap": Measure(
            max(_gap(policy, here.ref, here.reward) for policy in here.ppo.values()), "share"
        ),
        "ppo_gold": Measure(_share(ppo, here.ref, here.gold, beta), "share"),
        "dpo_gold": Measure(_share(here.dpo, here.ref, here.gold, beta), "share"),
        "ppo_divergence": Measure(exact.kl(ppo, here.ref), "nats"),
        "best_divergence": Measure(exact.kl(best, here.ref), "nats"),
        "sft_divergence": Measure(exact.kl(here.sft, here.ref), "nats"),
        "dpo_divergence": Measure(exact.kl(here.dpo, here.ref), "nats"),
        "text_loss": Measure(exact.kl(here.corpus, ppo) - exact.kl(here.corpus, here.base), "nats"),
    }


def _win_rates(arms: Arms, beta: float) -> dict[str, Measure]:
    ppo = arms.ppo[beta]
    pairs = {
        "sft_over_base": (arms.sft, arms.base),
        "ppo_over_sft": (ppo, arms.sft),
        "ppo_over_base": (ppo, arms.base),
        "dpo_over_sft": (arms.dpo, arms.sft),
        "ppo_over_dpo": (ppo, arms.dpo),
    }
    return {
        name: Measure(exact.win_rate(one, other, arms.gold), "share")
        for name, (one, other) in pairs.items()
    }


def _share(policy: exact.Table, ref: exact.Table, reward: exact.Table, beta: float) -> float:
    """Return (J - J_ref) / (J* - J_ref)."""
    start = exact.expected(ref, reward)
    best = exact.optimal_value(ref, reward, beta)
    return (exact.objective(policy, ref, reward, beta) - start) / (best - start)


def _gap(policy: exact.Table, ref: exact.Table, reward: exact.Table) -> float:
    """Return which share of the reward to be had for its divergence a policy does without."""
    start = exact.expected(ref, reward)
    to_be_had = frontier_reward(ref, reward, exact.kl(policy, ref)) - start
    if to_be_had <= 0:  # it has not moved
        return 0.0
    return 1 - (exact.expected(policy, reward) - start) / to_be_had


def _arms_table(parts: dict[str, Arms], betas: Sequence[float]) -> Table:
    rows: list[tuple[Any, ...]] = []
    for part, arms in parts.items():
        policies: dict[tuple[str, float | None], exact.Table] = {
            ("base", None): arms.base,
            ("sft", None): arms.sft,
            ("dpo", betas[0]): arms.dpo,
        }
        policies |= {("ppo", beta): arms.ppo[beta] for beta in betas}
        rows += [
            (
                part,
                *arm,
                exact.kl(policy, arms.ref),
                exact.expected(policy, arms.reward),
                exact.expected(policy, arms.gold),
                exact.win_rate(policy, arms.base, arms.gold),
            )
            for arm, policy in policies.items()
        ]
    return Table(
        "arms",
        ("prompts", "arm", "beta", "divergence", "reward", "gold", "wins over base"),
        tuple(rows),
    )


def _frontier_table(arms: Arms, beta: float) -> Table:
    prices = [factor * beta for factor in _ALONG]
    points = frontier_points(arms.ref, arms.reward, prices)
    return Table(
        "frontier",
        ("beta", "divergence", "reward"),
        tuple((price, *point) for price, point in zip(prices, points, strict=True)),
    )
