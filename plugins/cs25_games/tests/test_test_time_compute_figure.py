"""The figure's words, for good results and bad."""

from __future__ import annotations

import pytest

from cs25 import Measure, Result, Table
from cs25_games.test_time_compute.figure import draw


def result(lead: float) -> Result:
    searches = tuple((2**n, 100.0 * n, 100.0 * n - 30, 100.0 * n + 40) for n in range(3, 8))
    networks = tuple(
        (weights, n, elo + n, elo + n - 20, elo + n + 20)
        for weights, elo in ((400, 0.0), (824, 50.0))
        for n in (1, 4, 16)
    )
    values = {
        "elo_per_doubling": 100, "first_doublings": 110, "last_doublings": 90,
        "search_lead": lead, "search_gain": 15, "times_the_weights": 2.06,
    }  # fmt: skip
    return Result(
        {name: Measure(value) for name, value in values.items()},
        (
            Table("searches", ("simulations", "elo", "low", "high"), searches),
            Table("networks", ("weights", "evaluations", "elo", "low", "high"), networks),
        ),
    )


@pytest.mark.parametrize(("lead", "words"), [(35.0, "beats one"), (-35.0, "does not beat one")])
def test_the_title_says_who_wins(lead: float, words: str) -> None:
    figure = draw([result(lead)], [])
    assert words in figure.get_suptitle()
    assert figure.get_label().startswith(figure.get_suptitle().replace("\n", ". "))


def test_elo_is_drawn_from_the_shortest_search_and_from_the_largest_network_alone() -> None:
    left, right = draw([result(35.0)], [result(-35.0)]).axes
    curve = left.containers[0].lines[0]
    assert curve.get_xdata().tolist() == [8, 16, 32, 64, 128]
    assert curve.get_ydata() == pytest.approx([0, 100, 200, 300, 400])
    alone, *_, longest = (container.lines[0].get_ydata() for container in right.containers)
    assert alone == pytest.approx([-50, 0])
    assert longest == pytest.approx([-35, 15])


def test_the_bars_are_the_bootstraps_of_one_seed_and_students_of_several() -> None:
    bars = draw([result(35.0)], []).axes[0].containers[0].lines[2][0].get_segments()
    assert bars[1][:, 1] == pytest.approx([70, 140])
    # Seeds that agree leave nothing to bracket.
    bars = draw([result(35.0)] * 3, []).axes[0].containers[0].lines[2][0].get_segments()
    assert bars[1][:, 1] == pytest.approx([100, 100])
