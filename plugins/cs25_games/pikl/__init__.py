"""The card of `pikl`."""

from cs25 import AtLeast, Claim, Demo

__all__ = ["DEMO"]

_SCORE = "points a move with people over imitation's, "
_LIKELY = "log-probability of what people do over imitation's, a move, "
_STRONG = "with the lambda that scores best of those that lose at most 0.01 nats on imitation"
_HUMAN = "with the lambda that makes people's moves likeliest"
_LEAST = "with the least lambda"
_GAINS = {
    "score_gain": _SCORE + _STRONG,
    "likelihood_kept": _LIKELY + _STRONG,
    "likelihood_gain": _LIKELY + _HUMAN,
    "unanchored_score": _SCORE + _LEAST,
    "unanchored_likelihood": _LIKELY + _LEAST,
}

DEMO = Demo(
    "pikl",
    run="cs25_games.pikl.playing_with_people:playing_with_people",
    figure="cs25_games.pikl.figure:draw",
    title="piKL: strong and human",
    summary="Planning that stays near people's play scores better with them than imitation",
    measures={
        **_GAINS,
        "bolder_gain": _SCORE + "for imitation made bolder without planning, chosen likewise",
        "likelihood_gain_few": _LIKELY + _HUMAN + ", for clones of a sixteenth of the samples",
        "score_gain_few": _SCORE + _STRONG + ", for clones of a sixteenth of the samples",
        "residual": (
            "largest difference between a probability of the chosen policy and what it is at the "
            "equilibrium of values and anchor"
        ),
        **{
            f"{name}_{game}": f"{_GAINS[name]}; in {words} alone"
            for game, words in (
                ("rock_paper_scissors", "rock-paper-scissors"),
                ("blotto", "Blotto"),
                ("convention", "the convention game"),
            )
            for name in ("score_gain", "likelihood_kept")
        },
    },
    presets={
        "smoke": {"samples": 320, "judged": 200, "iterations": 20, "max_steps": 30},
    },
    control="scrambled",
    claims=(
        Claim(
            "stronger-and-human",
            "Planning with an anchor in what people do scores better with people than imitation, "
            "with a lambda chosen to cost at most one per cent of the likelihood of what they do",
            metric="score_gain",
            holds=AtLeast(0.01),
        ),
        Claim(
            "more-human-than-imitation",
            "Such planning even predicts people better than imitation of 2,000 of their moves",
            metric="likelihood_gain",
            holds=AtLeast(0.005),
        ),
        Claim(
            "values-stand-in-for-samples",
            "It predicts people better than imitation where only 125 of their moves were seen",
            metric="likelihood_gain_few",
            holds=AtLeast(0.005),
        ),
    ),
    # the clones are networks in float32
    tolerance=1e-3,
)
