"""A stranger's lecture: two files, one claim."""

import random
from typing import Annotated

from annotated_types import Ge

from cs25 import Claim, Demo, Lecture, Measure, Result, Within, hookimpl


@hookimpl
def cs25_lecture() -> Lecture:
    return Lecture(
        id="pi",
        title="Pi by throwing darts",
        demos=(
            Demo(
                "darts",
                run="cs25_pi:darts",
                summary="Darts that hit the circle measure its area",
                measures={"pi": "four times the share of darts inside the circle"},
                claims=(Claim("pi", "Darts measure pi", metric="pi", holds=Within(3.0, 3.3)),),
            ),
        ),
    )


def darts(*, n: Annotated[int, Ge(1)] = 10_000, seed: int = 0) -> Result:
    """Throw darts at a square.

    Args:
        n: how many.
    """
    generator = random.Random(seed)
    hits = sum(generator.random() ** 2 + generator.random() ** 2 < 1 for _ in range(n))
    return Result({"pi": Measure(4 * hits / n)})
