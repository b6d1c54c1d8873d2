"""Does pre-training cost more than RLHF, and RLHF more than fine-tuning? Counted on our own stages.

Source: Ouyang et al. 2022 (arXiv 2203.02155), section 5.1, for what the stages of InstructGPT cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from annotated_types import Interval, MultipleOf

from cs25 import Measure, Result, Table
from cs25_alignment.cost_of_alignment.bill import Stage, bill
from cs25_alignment.rlhf.ppo import PPOSettings
from cs25_alignment.rlhf.stages import Sizes

__all__ = ["PUBLISHED", "cost_of_alignment"]

#: Petaflop/s-days of GPT-3, 175B InstructGPT's PPO-ptx, and its SFT: section 5.1 of its paper.
PUBLISHED = {"pre-training": 3640.0, "RLHF": 60.0, "SFT": 4.9}

Steps = Annotated[int, Interval(ge=1, le=10_000_000)]

#: Those of the demo `rlhf`.
_DEFAULT = Sizes()


def cost_of_alignment(
    *,
    pretraining: Steps = _DEFAULT.pretrain_steps,
    tuning: Steps = _DEFAULT.tune_steps,
    comparisons: Annotated[int, Interval(ge=100, le=10_000_000)] = 20_000,
    iterations: Steps = _DEFAULT.ppo.iterations,
    d_model: Annotated[int, Interval(ge=8, le=2048), MultipleOf(4)] = _DEFAULT.d_model,
    ptx: bool = False,
    control: Literal["none", "equal"] = "none",
) -> Result:
    """Count the floating-point operations of pre-training, SFT, reward model and PPO.

    Args:
        pretraining: optimiser steps of the base model.
        tuning: optimiser steps of SFT.
        comparisons: that the reward model learns from.
        iterations: of PPO, each on a batch of answers.
        d_model: width of the language model.
        ptx: mix pre-training text into PPO, as InstructGPT does.
        control: "equal" gives every stage as many tokens as pre-training has.
    """
    ppo = PPOSettings(iterations=iterations, ptx=float(ptx))
    sizes = Sizes(d_model=d_model, pretrain_steps=pretraining, tune_steps=tuning, ppo=ppo)
    stages = bill(sizes, comparisons=comparisons)
    if control == "equal":
        n_tokens = stages["pre-training"].n_tokens
        stages = {name: stage.scaled(n_tokens) for name, stage in stages.items()}
    return Result(_measures(stages), tables=_tables(stages))


def _measures(stages: Mapping[str, Stage]) -> dict[str, Measure]:
    base, tuned, judge, ppo = (
        stages[name] for name in ("pre-training", "SFT", "reward model", "PPO")
    )
    rlhf = judge.flops + ppo.flops
    ratios = {
        "pretraining_over_rlhf": base.flops / rlhf,
        "rlhf_over_sft": rlhf / tuned.flops,
    }
    return {
        "order_margin": Measure(min(ratios.values()), "times"),
        **{name: Measure(ratio, "times") for name, ratio in ratios.items()},
        "break_even": Measure(rlhf / base.flops, "times the steps"),
        "pretraining_flops": Measure(base.flops, "FLOP"),
        "sft_flops": Measure(tuned.flops, "FLOP"),
        "reward_model_flops": Measure(judge.flops, "FLOP"),
        "ppo_flops": Measure(ppo.flops, "FLOP"),
        "ppo_per_token": Measure(ppo.per_token / base.per_token, "times"),
        "rule_share": Measure(
            sum(stage.by_rule for stage in stages.values())
            / sum(stage.flops for stage in stages.values()),
            "share",
        ),
    }


def _tables(stages: Mapping[str, Stage]) -> tuple[Table, Table]:
    counted = tuple(
        (name, stage.n_tokens, stage.flops, stage.by_rule) for name, stage in stages.items()
    )
    published = tuple(PUBLISHED.items())
    return (
        Table("stages", ("stage", "tokens", "flop", "flop by rule"), counted),
        Table("published", ("stage", "petaflop/s-days"), published),
    )
