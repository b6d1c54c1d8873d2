"""What to read on the lecture."""

from cs25 import Reading

__all__ = ["READINGS"]

READINGS = (
    Reading(
        "Ouyang et al. 2022 (InstructGPT)",
        "Training language models to follow instructions with human feedback",
        "https://arxiv.org/abs/2203.02155",
    ),
    Reading(
        "Ziegler et al. 2019",
        "Fine-Tuning Language Models from Human Preferences",
        "https://arxiv.org/abs/1909.08593",
    ),
    Reading(
        "Stiennon et al. 2020",
        "Learning to summarize from human feedback",
        "https://arxiv.org/abs/2009.01325",
    ),
    Reading(
        "Gao et al. 2022",
        "Scaling Laws for Reward Model Overoptimization",
        "https://arxiv.org/abs/2210.10760",
    ),
    Reading(
        "Rafailov et al. 2023 (DPO)",
        "Direct Preference Optimization: Your Language Model is Secretly a Reward Model",
        "https://arxiv.org/abs/2305.18290",
    ),
    Reading(
        "Schulman et al. 2017 (PPO)",
        "Proximal Policy Optimization Algorithms",
        "https://arxiv.org/abs/1707.06347",
    ),
    Reading(
        "Schulman et al. 2015 (GAE)",
        "High-Dimensional Continuous Control Using Generalized Advantage Estimation",
        "https://arxiv.org/abs/1506.02438",
    ),
    Reading(
        "Cobbe et al. 2021",
        "Training Verifiers to Solve Math Word Problems",
        "https://arxiv.org/abs/2110.14168",
    ),
    Reading(
        "Lightman et al. 2023",
        "Let's Verify Step by Step",
        "https://arxiv.org/abs/2305.20050",
    ),
    Reading(
        "Saunders et al. 2022",
        "Self-critiquing models for assisting human evaluators",
        "https://arxiv.org/abs/2206.05802",
    ),
    Reading(
        "Irving et al. 2018",
        "AI safety via debate",
        "https://arxiv.org/abs/1805.00899",
    ),
    Reading(
        "Burns et al. 2023",
        "Weak-to-Strong Generalization: Eliciting Strong Capabilities With Weak Supervision",
        "https://arxiv.org/abs/2312.09390",
    ),
    Reading(
        "Brown et al. 2020 (GPT-3)",
        "Language Models are Few-Shot Learners",
        "https://arxiv.org/abs/2005.14165",
    ),
    Reading(
        "Kaplan et al. 2020",
        "Scaling Laws for Neural Language Models",
        "https://arxiv.org/abs/2001.08361",
    ),
    Reading(
        "Nakano et al. 2021 (WebGPT)",
        "WebGPT: Browser-assisted question-answering with human feedback",
        "https://arxiv.org/abs/2112.09332",
    ),
    Reading(
        "Beirami et al. 2024",
        "Theoretical Guarantees on the Best-of-n Alignment Policy",
        "https://arxiv.org/abs/2401.01879",
    ),
    Reading(
        "Coste et al. 2024",
        "Reward Model Ensembles Help Mitigate Overoptimization",
        "https://arxiv.org/abs/2310.02743",
    ),
    Reading(
        "Kwa et al. 2025",
        "Measuring AI Ability to Complete Long Tasks",
        "https://arxiv.org/abs/2503.14499",
    ),
    Reading("OpenAI 2022", "Introducing ChatGPT", "https://openai.com/index/chatgpt/"),
)
