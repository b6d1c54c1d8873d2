"""The card of `test-time-compute`."""

from cs25 import AtLeast, Claim, Demo, Published, Within

__all__ = ["DEMO"]

DEMO = Demo(
    "test-time-compute",
    run="cs25_games.test_time_compute.scaling:play_time_compute",
    figure="cs25_games.test_time_compute.figure:draw",
    title="Test-time compute",
    summary="What search at play time is worth: Elo with each doubling, and against a larger network",
    measures={
        "elo_per_doubling": (
            "Elo that twice the simulations add to a search with random playouts: slope over all "
            "doublings"
        ),
        "first_doublings": "the same over the first three doublings",
        "last_doublings": "the same over the last three",
        "search_lead": (
            "Elo of the smallest network with the longest search above the largest network without "
            "search"
        ),
        "search_gain": "Elo that the longest search adds to a network, mean over all sizes",
        "elo_per_evaluations": (
            "Elo that twice the evaluations for each move add to a network's player: slope from no "
            "search to the longest, mean over all sizes"
        ),
        "elo_per_weights": (
            "Elo that twice the weights add to a network without search: slope over all sizes"
        ),
        "search_in_doublings": (
            "doublings of the weights that would add as much as the longest search does, if the "
            "line went on; left out where more weights do not surely add anything"
        ),
        "times_the_weights": "weights of the largest network over those of the smallest",
        "times_the_evaluations": "evaluations of the longest search over those of none, which is 1",
        "games": "games of both tournaments",
        "distinct_games": (
            "share of them that is left if of those with the same moves from the same opening, "
            "whoever played, one is counted"
        ),
    },
    presets={
        "smoke": {
            "doublings": 4, "openings": 2, "widths": (4, 8), "evaluations": 16, "rounds": 2,
            "games": 4, "steps": 20,
        },
        "full": {
            "doublings": 11, "openings": 30, "widths": (4, 8, 16, 32, 64, 128, 256),
            "evaluations": 256, "rounds": 30, "steps": 5000,
        },
    },
    control="blind",
    claims=(
        Claim(
            "a-doubling-of-search",
            "Twice the search at play time makes a player about 120 Elo points stronger: a rough "
            "rule of thumb, which we read as between half of that and twice",
            metric="elo_per_doubling",
            holds=Within(60, 240),
            paper=Published(120, "Elo per doubling", "the lecture's rule of thumb, told of Go"),
        ),
        Claim(
            "search-goes-on-paying",
            "Search goes on paying as computation grows: from 256 to 2,048 simulations for each move, "
            "a doubling still is worth half of that rule or more",
            metric="last_doublings",
            holds=AtLeast(60),
            scale_note=(
                "Connect four is a small game: a player near perfect play has nothing more to gain."
            ),
        ),
        Claim(
            "search-is-worth-size",
            "Search at play time is worth a far larger model: a small network that searches beats one "
            "of 71 times its size that does not",
            metric="search_lead",
            holds=AtLeast(100),
            paper=Published(
                2130,
                "Elo points that search adds to one network: 5,185 with it, 3,055 without",
                "Silver et al. 2017, AlphaGo Zero",
            ),
        ),
    ),
)  # fmt: skip
