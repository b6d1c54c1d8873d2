"""The card of `cfr`."""

from cs25 import AtLeast, AtMost, Claim, Demo, Published

__all__ = ["DEMO"]

_VARIANTS = {
    "cfr": "CFR",
    "cfr_plus": "CFR+",
    "linear": "linear CFR",
    "discounted": "discounted CFR",
}

DEMO = Demo(
    "cfr",
    run="cs25_games.cfr.convergence:cfr",
    figure="cs25_games.cfr.figure:draw",
    title="Counterfactual regret minimisation",
    summary="Learning from regret solves poker, and the average is what comes to an equilibrium",
    measures={
        **{
            f"exploitability_{name}": (
                f"what best responses win against the average policy of {label} in the end, mean "
                "over both seats"
            )
            for name, label in _VARIANTS.items()
        },
        **{
            f"iterations_{name}": (
                f"iterations until the average policy of {label} loses no more than the "
                "precision, looked at every 5 %; where it never does, all iterations"
            )
            for name, label in _VARIANTS.items()
        },
        "speedup": "iterations that CFR needs to the precision, over those of CFR+",
        "gap_cfr": (
            "exploitability of what CFR plays in an iteration over that of its average: geometric "
            "mean over the last nine tenths of the iterations"
        ),
        "gap_cfr_plus": "the same for CFR+",
        "slope_cfr": (
            "slope of log exploitability of CFR's average over log iterations, in the last 99 %; "
            "its bound falls with -0.5"
        ),
        "slope_cfr_plus": "the same for CFR+",
        "value": "what the first player wins a game if both play the average policy of CFR+",
        "information_sets": "situations that a player can tell apart, of both players",
    },
    presets={"smoke": {"game": "kuhn", "iterations": 300}},
    control="shuffled",
    claims=(
        Claim(
            "regret-solves-poker",
            "Counterfactual regret minimisation solves games with hidden cards: after 30,000 "
            "iterations best responses win at most a thousandth of an ante a game against its "
            "average, in the mean over both seats",
            metric="exploitability_cfr",
            holds=AtMost(1e-3),
        ),
        Claim(
            "cfr-plus-is-faster",
            "How regrets and iterations are counted makes a huge difference: CFR+ comes to a thousandth of an ante in "
            "at most a tenth of the iterations that CFR needs",
            metric="speedup",
            holds=AtLeast(10),
            paper=Published(
                10,
                "times less computing time than earlier algorithms, typically at least",
                "Tammelin 2014, abstract: one-card poker and no-limit hold'em subgames",
            ),
        ),
        Claim(
            "the-average-converges",
            "It is the average over iterations that comes to an equilibrium: what CFR plays in an "
            "iteration is at least ten times as exploitable",
            metric="gap_cfr",
            holds=AtLeast(10),
        ),
    ),
    # What is played next hangs on the signs of sums, so rounding grows: after a hundred iterations
    # of CFR+ two machines go different ways to the same end.
    tolerance=0.2,
)
