"""Why attention divides by the root of its width: the card of a lecture."""

from cs25 import AtLeast, Claim, Demo, Greater, Lecture, Reading, hookimpl

cs25_api = 1


@hookimpl
def cs25_lecture() -> Lecture:
    return Lecture(
        id="scaled-attention",
        title="Why attention divides by the root of its width",
        speaker="You",
        summary="Dot products grow with the width of a head, and the softmax saturates.",
        readings=(
            Reading(
                "Vaswani et al. 2017",
                "Attention Is All You Need",
                "https://arxiv.org/abs/1706.03762",
            ),
        ),
        notes="notes.md",
        demos=(
            Demo(
                "saturation",
                run="cs25_scaled_attention.saturation:saturation",
                figure="cs25_scaled_attention.saturation:draw",
                summary="In a wide head one key takes nearly all the weight, unless scores are scaled",
                measures={
                    "plain": "largest attention weight, scores as they are",
                    "scaled": "largest attention weight, scores divided by the root of the width",
                },
                presets={"smoke": {"queries": 50}, "full": {"queries": 20_000}},
                control="equal",
                claims=(
                    Claim(
                        "saturates",
                        "Without scaling, one key takes most of the weight in a wide head",
                        metric="plain",
                        holds=AtLeast(0.8),
                    ),
                    Claim(
                        "scaling-spreads",
                        "Scaling the scores spreads the weight over the keys",
                        holds=Greater("plain", "scaled", margin=0.5),
                    ),
                ),
            ),
        ),
        tests="cs25_scaled_attention.tests",
    )
