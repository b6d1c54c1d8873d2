"""The card of `mcts`."""

from cs25 import AtMost, Claim, Demo, Greater

__all__ = ["DEMO"]

_BOARDS = {"connect_four": "connect four", "hex": "hex"}
_POKER = {
    "hidden": "information-set tree search at Kuhn poker",
    "face_up": "the same search, with all cards face up",
    "cfr": "the average policy of CFR, on as many visited states as the search with hidden cards",
}

DEMO = Demo(
    "mcts",
    run="cs25_games.mcts.suitability:mcts",
    figure="cs25_games.mcts.figure:draw",
    title="Monte Carlo tree search",
    summary="Tree search comes to perfect play where nothing is hidden, and stops short of it at poker",
    measures={
        "tic_tac_toe_lost": (
            "games of tic-tac-toe that the search loses with most simulations, of all that come "
            "about when it meets every reply, with both colours"
        ),
        "tic_tac_toe_games": "how many games those are",
        **{
            f"{name}_errors": (
                f"share of positions of {label}, in each of which a move can be wrong, where the "
                "search with most simulations gives away what the position is worth"
            )
            for name, label in _BOARDS.items()
        },
        **{
            f"{name}_chance": f"the same for a random move at {label}"
            for name, label in _BOARDS.items()
        },
        **{
            f"kuhn_{name}": f"what best responses win, mean over both seats, against {label}"
            for name, label in _POKER.items()
        },
        "slope_hidden": (
            "slope of log exploitability over log simulations with hidden cards, in the last "
            "tenfold: 0 is no gain, -1 a tenth for ten times the work"
        ),
        "slope_face_up": "the same with all cards face up",
        "slope_cfr": "the same of CFR, for ten times the states",
        "kuhn_states": "states that the search with hidden cards came through, in all simulations",
        "cfr_iterations": "iterations of CFR that visit no more states",
    },
    presets={
        "smoke": {"simulations": 256, "matches": 1, "positions": 50, "poker_simulations": 10_000}
    },
    control="random",
    claims=(
        Claim(
            "search-never-loses",
            "Tree search suits deterministic games of perfect information: with 16,384 simulations "
            "a move it never loses tic-tac-toe, whatever the other player replies",
            metric="tic_tac_toe_lost",
            holds=AtMost(0),
        ),
        Claim(
            "search-finds-the-move",
            "It needs to know nothing of the game but the rules: with as many, its move is wrong in "
            "at most one of twenty positions of connect four in which a move can be wrong",
            metric="connect_four_errors",
            holds=AtMost(0.05),
        ),
        Claim(
            "hidden-cards-stop-search",
            "Where cards are hidden, more search stops helping: exploitability at Kuhn poker falls "
            "with a power of the simulations that is weaker by more than 0.5 than with the same "
            "cards face up",
            holds=Greater("slope_hidden", "slope_face_up", margin=0.5),
        ),
        Claim(
            "regret-goes-on",
            "Such games ask for something else: after as many visited states, tree search is more "
            "exploitable at Kuhn poker than counterfactual regret minimisation",
            holds=Greater("kuhn_hidden", "kuhn_cfr"),
        ),
    ),
    # Bounds of two children can differ in the last digit, and a simulation then goes another way.
    tolerance=0.1,
)
