"""The card of `goodhart`."""

from cs25 import AtLeast, Claim, Demo, Greater

__all__ = ["DEMO"]

_SIZES = {"bag": "a bag of symbols", "small": "the small network", "large": "the large network"}

DEMO = Demo(
    "goodhart",
    run="cs25_alignment.goodhart.overoptimisation:optimise_proxies",
    figure="cs25_alignment.goodhart.figure:draw",
    title="Goodhart's law",
    summary="Optimising an imperfect reward too far hurts, the weaker the reward model the more",
    measures={
        "loss_weak": (
            "how far gold falls from its peak to the end: a bag of symbols, mean over numbers of "
            "comparisons, by the method by which it is less"
        ),
        "loss_smallest": (
            "the same with the most comparisons: a bag of symbols, by the method by which it is less"
        ),
        "loss_largest": (
            "the same with the most comparisons: the large network, by the method by which it is "
            "more"
        ),
        "proxy_rise": (
            "how far the proxy itself rises meanwhile, by best-of-n: a bag of symbols, mean over "
            "numbers of comparisons"
        ),
        "kept_few": (
            "gold in the end of best-of-n over that of the best by gold: the large network, the "
            "fewest comparisons"
        ),
        "kept_many": "the same with the most comparisons",
        "fit_bon": (
            "share of gold's variance that d (alpha - beta d) explains, by best-of-n, mean over all "
            "proxies"
        ),
        "fit_rl": "share that d (alpha - beta log d) explains, by reinforcement learning",
        **{
            f"loss_{method}_{size}": (
                f"how far gold falls by {words}: {model}, mean over numbers of comparisons"
            )
            for size, model in _SIZES.items()
            for method, words in (("bon", "best-of-n"), ("rl", "reinforcement learning"))
        },
        **{
            f"worse_{size}": (
                "share of prompts whose gold is lower in the end than at the peak, by more than "
                f"0.1: {model}, mean over methods and numbers of comparisons"
            )
            for size, model in _SIZES.items()
        },
        **{
            f"kept_{size}": (
                "gold in the end of best-of-n over that of the best by gold: "
                f"{model}, mean over numbers of comparisons"
            )
            for size, model in _SIZES.items()
        },
        **{
            f"favourites_{size}": (
                f"gold of what the proxy likes most of all: {model}, mean over numbers of "
                "comparisons; 0 is the reference"
            )
            for size, model in _SIZES.items()
        },
    },
    presets={
        "smoke": {"worlds": 1, "comparisons": (50, 200), "doublings": 6, "epochs": 1},
        "full": {"worlds": 8, "comparisons": (200, 2000, 20_000, 60_000)},
    },
    control="gold",
    claims=(
        Claim(
            "too-far-hurts",
            "Optimising an imperfect reward too far hurts: what people want falls from its peak, "
            "while the reward goes on rising",
            metric="loss_weak",
            holds=AtLeast(0.2),
        ),
        Claim(
            "a-larger-reward-model-loses-less",
            "The weaker the reward model, the more is lost by optimising it as far: one that counts "
            "symbols loses more than a network",
            holds=Greater("loss_smallest", "loss_largest", margin=0.1),
        ),
        Claim(
            "more-comparisons-keep-more",
            "The more comparisons it has learned from, the more of what people want is left in the "
            "end",
            holds=Greater("kept_many", "kept_few", margin=0.1),
        ),
    ),
)
