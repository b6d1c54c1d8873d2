"""Emergent abilities and scaling in large language models: the card of the lecture.

Nothing heavy is imported here: `cs25 list` and shell completion read this file.
"""

from cs25 import Lecture, Reading, hookimpl

cs25_api = 1


@hookimpl
def cs25_lecture() -> Lecture:
    return Lecture(
        id="emergence",
        order=3,
        title="Emergent Abilities and Scaling in LLMs",
        speaker="Jason Wei",
        affiliation="Google Brain",
        summary=(
            "Loss falls smoothly as a language model grows, yet some abilities appear at once. "
            "Which of the two you see depends on what you measure."
        ),
        readings=(
            Reading(
                "Wei et al. 2022a",
                "Emergent Abilities of Large Language Models",
                "https://arxiv.org/abs/2206.07682",
            ),
            Reading(
                "Wei et al. 2022b",
                "Chain-of-Thought Prompting Elicits Reasoning in Large Language Models",
                "https://arxiv.org/abs/2201.11903",
            ),
            Reading(
                "Wang et al. 2022",
                "Self-Consistency Improves Chain of Thought Reasoning in Language Models",
                "https://arxiv.org/abs/2203.11171",
            ),
            Reading(
                "Nye et al. 2021",
                "Show Your Work: Scratchpads for Intermediate Computation with Language Models",
                "https://arxiv.org/abs/2112.00114",
            ),
            Reading(
                "Kaplan et al. 2020",
                "Scaling Laws for Neural Language Models",
                "https://arxiv.org/abs/2001.08361",
            ),
            Reading(
                "Hoffmann et al. 2022",
                "Training Compute-Optimal Large Language Models",
                "https://arxiv.org/abs/2203.15556",
            ),
            Reading(
                "Besiroglu et al. 2024",
                "Chinchilla Scaling: A replication attempt",
                "https://arxiv.org/abs/2404.10102",
            ),
            Reading(
                "Schaeffer et al. 2023",
                "Are Emergent Abilities of Large Language Models a Mirage?",
                "https://arxiv.org/abs/2304.15004",
            ),
        ),
        notes="notes.md",
        demos=(),
        tests="cs25_emergence.tests",
    )
