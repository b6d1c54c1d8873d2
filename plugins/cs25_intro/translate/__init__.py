"""The machine of 2017: the demo's part of the card."""

from cs25 import AtLeast, Claim, Demo, Published

__all__ = ["DEMO"]

DEMO = Demo(
    "translate",
    run="cs25_intro.translate.translation:translate",
    figure="cs25_intro.translate.figure:draw",
    summary="The machine of 2017 learns to read numbers and to say them",
    measures={
        "exact_match": "share of held-out numbers translated right to the last token, by beam",
        "to_digits": "the same from words to digits",
        "to_words": "the same from digits to words",
        "gap": "the same for a held-out length between taught ones, both directions",
        "longer": "the same for lengths beyond all taught ones",
        "longer_to_digits": "the same from words to digits",
        "longer_to_words": "the same from digits to words",
        "beam_gain": "exact match by beam minus greedy at the end, same numbers of taught lengths",
        "smoothing_gain": "exact match with smoothed labels minus without, same numbers",
        "early_beam": (
            "exact match early in the training, taught lengths, by beam without length penalty"
        ),
        "early_greedy": "the same by greedy decoding",
        "early_plain": "the same by beam, without label smoothing",
        "early_beam_gain": "early_beam minus early_greedy, same numbers",
        "early_smoothing_gain": "early_beam minus early_plain, same numbers",
        "perplexity": "perplexity of the right translation, a token, with smoothed labels",
        "plain_perplexity": "the same without smoothing",
        "n_params": "weights of one translator",
    },
    presets={"smoke": {"steps": 30, "batch": 16, "early": 10, "tests": 8}},
    control="shuffled",
    claims=(
        Claim(
            "numbers-are-translated",
            "An encoder-decoder made of attention translates what it never saw: held-out numbers, "
            "from words to digits and back",
            metric="exact_match",
            holds=AtLeast(0.98),
            paper=Published(
                28.4,
                "BLEU from English to German, WMT 2014",
                "Vaswani et al. 2017, big model of 2.13e8 parameters",
            ),
        ),
        Claim(
            "beam-helps-the-unsure",
            "Where the model is unsure, early in its training, beam search translates more numbers "
            "of taught lengths right than greedy decoding",
            metric="early_beam_gain",
            holds=AtLeast(0.02),
        ),
        Claim(
            "smoothing-improves-accuracy",
            "Label smoothing improves accuracy: where the model is unsure, early in its training, "
            "more numbers of taught lengths are translated right than by a twin trained without",
            metric="early_smoothing_gain",
            holds=AtLeast(0.005),
            paper=Published(
                0.5,
                "BLEU points from English to German, newstest2013: 25.8 with label smoothing, "
                "25.3 without",
                "Vaswani et al. 2017, table 3, base model of 6.5e7 parameters",
            ),
            scale_note="The paper measured at the end of the training, on sentences. Here both "
            "twins are faultless by then, and nothing is left to improve.",
        ),
    ),
)
