"""Strategic games: the card of the lecture.

Nothing heavy is imported here: `cs25 list` and shell completion read this file. Each demo has a
folder of its own, whose first file is its part of the card.
"""

from cs25 import Lecture, hookimpl
from cs25_games import test_time_compute
from cs25_games.readings import READINGS

cs25_api = 1


@hookimpl
def cs25_lecture() -> Lecture:
    return Lecture(
        id="games",
        order=4,
        title="Strategic Games",
        speaker="Noam Brown",
        affiliation="FAIR",
        summary=(
            "Search and learning solve games: by regret where cards are hidden, by trees where "
            "nothing is, and beside people only with a model of people."
        ),
        readings=READINGS,
        notes="notes.md",
        demos=(test_time_compute.DEMO,),
        tests="cs25_games.tests",
    )
