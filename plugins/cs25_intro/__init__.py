"""Introduction to transformers: the card of the lecture.

Nothing heavy is imported here: `cs25 list` and shell completion read this file. Each demo has a
folder of its own, whose first file is its part of the card.
"""

from cs25 import Lecture, Reading, hookimpl
from cs25_intro import (
    load_smollm,
    long_range,
    message_passing,
    prompt_programs,
    translate,
    wiring,
)

cs25_api = 1


@hookimpl
def cs25_lecture() -> Lecture:
    return Lecture(
        id="intro",
        order=1,
        title="Introduction to Transformers",
        speaker="Andrej Karpathy",
        summary=(
            "Attention is message passing: every position asks, every position answers, and the "
            "same few ideas, put together, make a machine that a prompt can program."
        ),
        readings=(
            Reading(
                "Vaswani et al. 2017",
                "Attention Is All You Need",
                "https://arxiv.org/abs/1706.03762",
            ),
            Reading(
                "Alammar 2018",
                "The Illustrated Transformer",
                "https://jalammar.github.io/illustrated-transformer/",
            ),
            Reading(
                "Rush et al. 2018",
                "The Annotated Transformer",
                "https://nlp.seas.harvard.edu/annotated-transformer/",
            ),
            Reading(
                "Gilmer et al. 2017",
                "Neural Message Passing for Quantum Chemistry",
                "https://arxiv.org/abs/1704.01212",
            ),
            Reading(
                "Veličković et al. 2018",
                "Graph Attention Networks",
                "https://arxiv.org/abs/1710.10903",
            ),
            Reading(
                "Touvron et al. 2023",
                "LLaMA: Open and Efficient Foundation Language Models",
                "https://arxiv.org/abs/2302.13971",
            ),
            Reading(
                "Ben Allal et al. 2025",
                "SmolLM2: When Smol Goes Big - Data-Centric Training of a Small Language Model",
                "https://arxiv.org/abs/2502.02737",
            ),
            Reading(
                "Brown et al. 2020",
                "Language Models are Few-Shot Learners",
                "https://arxiv.org/abs/2005.14165",
            ),
            Reading(
                "Min et al. 2022",
                "Rethinking the Role of Demonstrations: What Makes In-Context Learning Work?",
                "https://arxiv.org/abs/2202.12837",
            ),
            Reading(
                "Pascanu et al. 2013",
                "On the difficulty of training recurrent neural networks",
                "https://arxiv.org/abs/1211.5063",
            ),
            Reading(
                "Jelassi et al. 2024",
                "Repeat After Me: Transformers are Better than State Space Models at Copying",
                "https://arxiv.org/abs/2402.01032",
            ),
            Reading(
                "Bahdanau et al. 2014",
                "Neural Machine Translation by Jointly Learning to Align and Translate",
                "https://arxiv.org/abs/1409.0473",
            ),
            Reading(
                "Szegedy et al. 2015",
                "Rethinking the Inception Architecture for Computer Vision",
                "https://arxiv.org/abs/1512.00567",
            ),
            Reading(
                "Wu et al. 2016",
                "Google's Neural Machine Translation System: Bridging the Gap between Human and "
                "Machine Translation",
                "https://arxiv.org/abs/1609.08144",
            ),
            Reading(
                "Stahlberg & Byrne 2019",
                "On NMT Search Errors and Model Errors: Cat Got Your Tongue?",
                "https://arxiv.org/abs/1908.10090",
            ),
        ),
        notes="notes.md",
        demos=(
            message_passing.DEMO,
            wiring.DEMO,
            load_smollm.DEMO,
            prompt_programs.DEMO,
            long_range.DEMO,
            translate.DEMO,
        ),
        tests="cs25_intro.tests",
    )
