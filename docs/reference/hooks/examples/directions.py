"""A lecture of a single file: how much room a wide model has."""

import random
from typing import Annotated, Literal

from annotated_types import Interval

from cs25 import AtMost, Claim, Demo, Lecture, Measure, Result, hookimpl

cs25_api = 1


@hookimpl
def cs25_lecture() -> Lecture:
    return Lecture(
        id="directions",
        title="How much room a wide model has",
        demos=(
            Demo(
                "right-angles",
                run="directions:right_angles",
                summary="Two random directions of a wide model are nearly at right angles",
                measures={
                    "cosine": "cosine of the angle between two directions, its size averaged"
                },
                presets={"smoke": {"pairs": 10}},
                control="same-sign",
                claims=(
                    Claim(
                        "nearly-orthogonal",
                        "In a wide model two random directions are nearly at right angles",
                        metric="cosine",
                        holds=AtMost(0.1),
                    ),
                ),
            ),
        ),
    )


def right_angles(
    *,
    d_model: Annotated[int, Interval(ge=2, le=4096)] = 256,
    pairs: Annotated[int, Interval(ge=10)] = 200,
    control: Literal["none", "same-sign"] = "none",
    seed: int = 0,
) -> Result:
    """Draw pairs of random directions and measure the angles between them.

    Args:
        d_model: how wide the model is.
        pairs: how many pairs are drawn.
        control: "same-sign" leaves out all signs, so that directions cannot cancel.
        seed: seeds the directions.
    """
    rng = random.Random(seed)

    def direction() -> list[float]:
        drawn = [rng.gauss(0, 1) for _ in range(d_model)]
        return [abs(x) for x in drawn] if control == "same-sign" else drawn

    def dot(a: list[float], b: list[float]) -> float:
        return sum(x * y for x, y in zip(a, b, strict=True))

    cosines = []
    for _ in range(pairs):
        a, b = direction(), direction()
        cosines.append(abs(dot(a, b)) / (dot(a, a) * dot(b, b)) ** 0.5)
    return Result({"cosine": Measure(sum(cosines) / pairs)})
