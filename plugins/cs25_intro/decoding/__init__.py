"""The part of the card that is about `decoding`."""

from cs25 import AtLeast, Claim, Demo, Published

__all__ = ["DEMO"]

DEMO = Demo(
    "decoding",
    run="cs25_intro.decoding.comparison:decoding",
    figure="cs25_intro.decoding.figure:draw",
    summary="One model, seven ways to write: search repeats itself, chance does not",
    measures={
        "greedy_excess": "repeated 4-grams of greedy decoding, minus those of nucleus sampling",
        "beam_excess": "repeated 4-grams of beam search, minus those of nucleus sampling",
        "cooling": (
            "surprise of texts drawn from the model as it is, minus that of texts drawn at the "
            "temperature"
        ),
        "human_gap": "surprise of what people wrote, minus that of what beam search finds",
        "repeated_people": "share of 4-grams that a passage itself has had before",
        "repeated_top_p": "the same of nucleus sampling",
        "repeated_greedy": "the same of greedy decoding",
        "repeated_beam": "the same of beam search",
        "surprise_people": "-log p of the tokens of the passages, under the model as it is",
        "surprise_ancestral": "the same of texts drawn from the model as it is",
        "surprise_temperature": "the same of texts drawn at the temperature",
        "surprise_greedy": "the same of greedy decoding",
        "surprise_beam": "the same of beam search",
        "chi_squared": (
            "Pearson's chi-squared of 20,000 texts of a small source against their exact "
            "distribution, per degree of freedom, mean over strategies; 1 if they have it"
        ),
        "greedy_finds": "share of 200 small sources whose likeliest text greedy decoding finds",
        "beam_finds": "the same of beam search",
    },
    presets={
        "smoke": {"passages": 3, "n_tokens": 12},
        "full": {"passages": 20, "beam_width": 10},
    },
    control="ancestral",
    models=("smollm2-135m",),
    claims=(
        Claim(
            "greedy-repeats",
            "Strategies differ: greedy decoding, which always takes the likeliest token, repeats "
            "itself more than sampling from the nucleus does, by ten points of its 4-grams or more",
            metric="greedy_excess",
            holds=AtLeast(0.1),
            paper=Published(
                0.426,
                "0.442 for greedy minus 0.016 for the nucleus (p = 0.9), share of repeated "
                "4-grams in 100 tokens",
                "Welleck et al. 2020, a transformer trained on Wikitext-103, their published "
                "evaluation",
            ),
        ),
        Claim(
            "beam-repeats",
            "So does beam search, which looks for the likeliest text",
            metric="beam_excess",
            holds=AtLeast(0.1),
            paper=Published(
                0.507,
                "0.523 for a beam of 10 minus 0.016 for the nucleus (p = 0.9), share of repeated "
                "4-grams in 100 tokens",
                "Welleck et al. 2020, a transformer trained on Wikitext-103, their published "
                "evaluation",
            ),
        ),
        Claim(
            "likeliest-is-not-human",
            "What a model finds likeliest is not what people write: their words surprise it more, "
            "by a nat a token or more",
            metric="human_gap",
            holds=AtLeast(1.0),
        ),
        Claim(
            "temperature-adjusts",
            "Temperature adjusts the distribution: at 0.7 the texts surprise the model less than "
            "at 1, by half a nat a token or more",
            metric="cooling",
            holds=AtLeast(0.5),
        ),
    ),
)
