"""Introduction to transformers: the card of the lecture.

Nothing heavy is imported here: `cs25 list` and shell completion read this file. Each demo has a
folder of its own, whose first file is its part of the card.
"""

from cs25 import Lecture, hookimpl
from cs25_intro import (
    counting,
    decoding,
    induction,
    load_smollm,
    long_range,
    message_passing,
    prompt_programs,
    rank_collapse,
    semantic_space,
    translate,
    turing,
    wiring,
)
from cs25_intro.readings import READINGS

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
        readings=READINGS,
        notes=("notes.md", "language-models.md"),
        demos=(
            message_passing.DEMO,
            wiring.DEMO,
            load_smollm.DEMO,
            prompt_programs.DEMO,
            long_range.DEMO,
            translate.DEMO,
            rank_collapse.DEMO,
            turing.DEMO,
            semantic_space.DEMO,
            counting.DEMO,
            decoding.DEMO,
            induction.DEMO,
        ),
        tests="cs25_intro.tests",
    )
