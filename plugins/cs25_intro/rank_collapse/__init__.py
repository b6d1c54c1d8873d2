"""The card of `rank-collapse`."""

from cs25 import AtLeast, Claim, Demo, Published, Within

__all__ = ["DEMO"]

_LEFT = "log10 of the residual over the size of the tokens, behind the last layer: "

DEMO = Demo(
    "rank-collapse",
    run="cs25_intro.rank_collapse.collapse:rank_collapse",
    figure="cs25_intro.rank_collapse.figure:draw",
    summary="Attention alone makes all tokens alike, faster with every layer; skips prevent it",
    measures={
        "slope": (
            "exponent of one layer of attention: slope of log residual going out over log residual "
            "coming in, both over the size of the tokens"
        ),
        "slope_frobenius": "the same, with sizes by the sum of squares",
        "slope_past": "the same as slope, where a token hears itself and those before it",
        "order": (
            "order of convergence of attention alone: slope of log residual behind a layer over "
            "that before it; 1 is an exponential fall, and all above is doubly exponential"
        ),
        "order_past": "the same, where a token hears itself and those before it",
        "gap": (
            "powers of ten between what is left with skips and without, behind the last layer; "
            "what is below 10^-300 counts as that"
        ),
        "left_attention": _LEFT + "attention alone",
        "left_mlps": _LEFT + "with MLPs",
        "left_past": _LEFT + "attention alone, to the past only",
        "left_skips": _LEFT + "with skips",
        "left_both": _LEFT + "with MLPs and skips, a transformer",
        "smollm_whole": _LEFT + "SmolLM2 as it is",
        "smollm_no_skips": _LEFT + "SmolLM2 without its skips",
        "score_sd": "standard deviation of the scores that a query gives, in the first layer",
    },
    presets={"smoke": {"draws": 3, "layers": 4, "passages": 2}},
    control="neighbour",
    models=("smollm2-135m",),
    claims=(
        Claim(
            "third-power",
            "One layer of attention, in which every token hears all, takes what tells tokens apart "
            "to its third power: a tenth of their size becomes of the order of a thousandth",
            metric="slope",
            holds=Within(2.9, 3.1),
            paper=Published(
                3, "exponent of the upper bound for one layer", "Dong et al. 2021, theorem 2.2"
            ),
        ),
        Claim(
            "doubly-exponentially",
            "So such attention alone loses rank doubly exponentially with depth: each layer "
            "multiplies the number of zeros behind the decimal point",
            metric="order",
            holds=AtLeast(2),
        ),
        Claim(
            "skips-keep-tokens-apart",
            "Attention is not all you need: behind eight layers, at least ten thousand times as "
            "much is left of the differences with skip connections as without",
            metric="gap",
            holds=AtLeast(4),
        ),
    ),
    # SmolLM2 without its skips comes near the last digits of float32.
    tolerance=1e-2,
)
