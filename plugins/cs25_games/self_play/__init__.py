"""The card of `self-play`."""

from cs25 import AtLeast, AtMost, Claim, Demo, Greater

__all__ = ["DEMO"]

_GAMES = {"rock_paper_scissors": "rock-paper-scissors", "kuhn_poker": "Kuhn poker"}
_AVERAGED = {"fictitious_play": "fictitious play", "regret_matching": "regret matching"}
_NAIVE = "mean exploitability of iterated best response over the last 100 iterations, "
_SLOPE = "log-log slope of exploitability over iterations, of "
_MAGNET = "the last policy of magnetic mirror descent, "
_THREE = "exploitability of the average policy in a game of three, after all iterations, "

DEMO = Demo(
    "self-play",
    run="cs25_games.self_play.convergence:self_play_converges",
    figure="cs25_games.self_play.figure:draw",
    title="Self-play",
    summary="Self-play converges if two compete, in the average; not with three, nor across teams",
    measures={
        "naive_exploitability": _NAIVE + "in the game where it is lower",
        "slope_averages": _SLOPE + "average policies, where it falls slowest",
        "slope_regularised": _SLOPE + _MAGNET + "where it falls slower",
        "three_players_exploitability": _THREE + "of the learner where it is lower",
        "partners": "share of things that a listener understands from the speaker it learned with",
        "strangers": "the same from speakers of other populations",
        **{
            f"naive_exploitability_{game}": _NAIVE + f"in {words}" for game, words in _GAMES.items()
        },
        **{
            f"slope_{learner}_{game}": f"{_SLOPE}the average policy of {name} in {words}"
            for game, words in _GAMES.items()
            for learner, name in _AVERAGED.items()
        },
        **{
            f"slope_regularised_{game}": f"{_SLOPE}{_MAGNET}in {words}"
            for game, words in _GAMES.items()
        },
        **{f"three_players_{learner}": f"{_THREE}of {name}" for learner, name in _AVERAGED.items()},
    },
    presets={"smoke": {"iterations": 300, "starts": 4, "populations": 5, "talks": 100}},
    control="frozen",
    claims=(
        Claim(
            "naive-self-play-runs-in-circles",
            "A player who always trains against its last self does not converge, even if two "
            "compete: what it plays last can be exploited",
            metric="naive_exploitability",
            holds=AtLeast(0.5),
        ),
        Claim(
            "averages-converge-if-two-compete",
            "If two compete, the exploitability of self-play's average policy falls like a power of "
            "the iterations",
            metric="slope_averages",
            holds=AtMost(-0.4),
        ),
        Claim(
            "so-does-a-regularised-last-policy",
            "So does that of the last policy, where a magnet holds it back",
            metric="slope_regularised",
            holds=AtMost(-0.4),
        ),
        Claim(
            "three-do-not-converge",
            "With three players the same averages stay away from the equilibrium, in the mean over "
            "starts",
            metric="three_players_exploitability",
            holds=AtLeast(0.1),
        ),
        Claim(
            "strangers-do-not-understand-each-other",
            "In cooperation, self-play ends in a convention, and who learned another one is not "
            "understood",
            holds=Greater("partners", "strangers", margin=0.2),
        ),
    ),
)
