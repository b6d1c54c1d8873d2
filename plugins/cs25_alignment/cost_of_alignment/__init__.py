"""The card of `cost-of-alignment`."""

from cs25 import AtLeast, Claim, Demo, Published

__all__ = ["DEMO"]

_OPERATIONS = "floating-point operations of all matrix products of "

DEMO = Demo(
    "cost-of-alignment",
    run="cs25_alignment.cost_of_alignment.stages_compared:cost_of_alignment",
    figure="cs25_alignment.cost_of_alignment.figure:draw",
    title="The cost of alignment",
    summary="What pre-training, SFT and RLHF cost in operations: our own, counted, and InstructGPT's",
    measures={
        "order_margin": (
            "the smaller of two ratios, pre-training over RLHF and RLHF over SFT: below 1 the "
            "order is another one"
        ),
        "pretraining_over_rlhf": "operations of pre-training over those of reward model and PPO",
        "rlhf_over_sft": "operations of reward model and PPO over those of supervised fine-tuning",
        "break_even": "how many times the steps of pre-training would cost as much as RLHF",
        "pretraining_flops": _OPERATIONS + "pre-training",
        "sft_flops": _OPERATIONS + "supervised fine-tuning",
        "reward_model_flops": _OPERATIONS + "training the reward model",
        "ppo_flops": (_OPERATIONS + "PPO: writing answers, judging them, and learning from them"),
        "ppo_per_token": "operations of PPO for each token over those of pre-training",
        "rule_share": "operations by the rule of 2 N and 6 N over those counted, all stages",
    },
    presets={"smoke": {"d_model": 8}},
    control="equal",
    claims=(
        Claim(
            "pre-training-costs-most-and-sft-least",
            "Training cost: pre-training is above RLHF, and RLHF above supervised fine-tuning, at "
            "least twice each",
            metric="order_margin",
            holds=AtLeast(2),
            paper=Published(
                12.2,
                "times: 60 petaflop/s-days for RLHF over 4.9 for SFT; GPT-3's pre-training, 3,640, "
                "is 61 times RLHF",
                "Ouyang et al. 2022, InstructGPT with 175B parameters",
            ),
            scale_note=(
                "A toy shrinks the text that is read before anything else: our base model reads "
                "under a million tokens, GPT-3 read 300 billion."
            ),
        ),
    ),
)
