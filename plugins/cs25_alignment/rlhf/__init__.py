"""The card of `rlhf`."""

from cs25 import AtLeast, AtMost, Claim, Demo, Published

__all__ = ["DEMO"]

_WINS = "how often, of one answer each to a prompt held out, gold is higher for that of "
_GOLD = "share of the gold objective's gain that is reached, under the same price of a nat, by "
_FAR = "divergence from the reference of "

DEMO = Demo(
    "rlhf",
    run="cs25_alignment.rlhf.human_feedback:learn_from_feedback",
    figure="cs25_alignment.rlhf.figure:draw",
    title="RLHF with a right answer",
    summary="PPO on a learned reward against the best policy there is, and against SFT and DPO",
    measures={
        "optimality": (
            "share of what could be gained that PPO gains, (J − J_ref) / (J* − J_ref), where J is "
            "the learned reward less β times the divergence, on the prompts that PPO asks"
        ),
        "optimality_dearest": "the same for the highest price of a nat instead of the first",
        "optimality_held_out": "the same, for the first, on prompts that PPO never asks and nobody compared answers to",
        "to_best": "divergence of PPO's policy from the best one",
        "frontier_gap": (
            "share of the learned reward to be had for its divergence that a PPO policy does "
            "without: the largest over all prices of a nat"
        ),
        "sft_over_base": _WINS + "SFT to that of the base model",
        "ppo_over_sft": _WINS + "PPO to that of SFT",
        "ppo_over_base": _WINS + "PPO to that of the base model",
        "dpo_over_sft": _WINS + "DPO to that of SFT",
        "ppo_over_dpo": _WINS + "PPO to that of DPO",
        "ppo_gold": _GOLD + "PPO",
        "dpo_gold": _GOLD + "DPO",
        "ppo_divergence": _FAR + "PPO's policy",
        "best_divergence": _FAR + "the best policy for the same price",
        "sft_divergence": _FAR + "SFT's policy",
        "dpo_divergence": _FAR + "DPO's policy",
        "text_loss": "what a response of the pre-training text costs PPO more than the base model",
    },
    presets={
        "smoke": {
            "comparisons": 400, "betas": (1.0,), "iterations": 3, "pretraining": 10, "tuning": 5,
            "d_model": 16, "reward": "bag",
        },
        "full": {"betas": (0.25, 0.5, 1.0, 2.0), "iterations": 600},
    },
    control="misdealt",
    claims=(
        Claim(
            "ppo-finds-the-best-policy",
            "On the prompts it asks, and where a nat costs 0.25, reinforcement learning against a "
            "learned reward finds nearly the best policy that the reward and the penalty allow",
            metric="optimality",
            holds=AtLeast(0.95),
        ),
        Claim(
            "ppo-is-on-the-frontier",
            "Whatever a nat of divergence costs, PPO has nearly the most reward for the divergence "
            "it pays for",
            metric="frontier_gap",
            holds=AtMost(0.05),
        ),
        Claim(
            "sft-is-preferred-to-the-base-model",
            "People prefer supervised fine-tuning to the pre-trained model",
            metric="sft_over_base",
            holds=AtLeast(0.6),
        ),
        Claim(
            "ppo-is-preferred-to-sft",
            "With as much feedback, people prefer reinforcement learning to supervised fine-tuning",
            metric="ppo_over_sft",
            holds=AtLeast(0.6),
        ),
        Claim(
            "ppo-is-preferred-to-the-base-model",
            "People prefer reinforcement learning from their feedback to the pre-trained model",
            metric="ppo_over_base",
            holds=AtLeast(0.6),
            paper=Published(
                0.85,
                "share of prompts on which 175B InstructGPT is preferred to 175B GPT-3",
                "Ouyang et al. 2022",
            ),
        ),
    ),
)  # fmt: skip
