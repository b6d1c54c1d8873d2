"""Language and human alignment: the card of the lecture.

Nothing heavy is imported here: `cs25 list` and shell completion read this file. Each demo has a
folder of its own, whose first file is its part of the card. They share a small world, `world`,
in which the best policy is known.
"""

from cs25 import Lecture, hookimpl
from cs25_alignment import (
    cost_of_alignment,
    goodhart,
    reward_model,
    rlhf,
    team_human,
    verify_or_generate,
)
from cs25_alignment.readings import READINGS

cs25_api = 1


@hookimpl
def cs25_lecture() -> Lecture:
    return Lecture(
        id="alignment",
        order=2,
        title="Language and Human Alignment",
        speaker="Jan Leike",
        affiliation="OpenAI",
        summary=(
            "Learning from what people prefer, in a world small enough to know the right answer: "
            "every step of RLHF, what it costs, and how far it can be trusted."
        ),
        readings=READINGS,
        notes="notes.md",
        demos=(
            team_human.DEMO,
            cost_of_alignment.DEMO,
            goodhart.DEMO,
            reward_model.DEMO,
            rlhf.DEMO,
            verify_or_generate.DEMO,
        ),
        tests="cs25_alignment.tests",
    )
