"""The demo of tree search: what it measures, its control and its figure."""

from __future__ import annotations

import numpy as np
import pytest

from cs25 import Result
from cs25_games.mcts import DEMO
from cs25_games.mcts.figure import draw
from cs25_games.mcts.suitability import mcts

SMALL = {"simulations": 64, "matches": 1, "positions": 20, "poker_simulations": 3000}


@pytest.fixture(scope="module")
def result() -> Result:
    return mcts(**SMALL)


@pytest.fixture(scope="module")
def control() -> Result:
    return mcts(**SMALL, control="random")


def test_it_measures_what_the_card_says(result: Result) -> None:
    assert set(result.measures) == set(DEMO.measures)


def test_measures_are_where_the_curves_end(result: Result) -> None:
    measures = {name: measure.value for name, measure in result.measures.items()}
    last = result.table("tic_tac_toe").rows[-1]
    assert last[0] == 64
    assert measures["tic_tac_toe_lost"] == last[1]
    assert measures["tic_tac_toe_games"] == sum(last[1:])
    assert result.table("errors").rows[-1] == ("hex", 64, measures["hex_errors"])
    poker = {row[0]: row for row in result.table("kuhn").rows}
    for name, row in poker.items():
        assert row[1] == 3000
        assert measures[f"kuhn_{name}"] == row[-1]
    assert measures["kuhn_states"] == poker["hidden"][3]
    assert measures["cfr_iterations"] == poker["cfr"][2]
    assert measures["kuhn_states"] - 108 < poker["cfr"][3] <= measures["kuhn_states"]


def test_searching_more_is_better(result: Result) -> None:
    lost = result.table("tic_tac_toe").column("lost")
    assert lost[-1] < lost[0] / 5
    for game in ("connect_four", "hex"):
        errors = [row[2] for row in result.table("errors").rows if row[0] == game]
        assert errors[-1] < errors[0]


def test_slopes_are_of_the_last_two_budgets(result: Result) -> None:
    for name in ("hidden", "face_up", "cfr"):
        rows = [row for row in result.table("kuhn").rows if row[0] == name]
        assert [row[1] for row in rows] == [100, 1000, 3000]
        expected = np.log(rows[-1][-1] / rows[-2][-1]) / np.log(3)
        assert result.measures[f"slope_{name}"].value == pytest.approx(expected)


def test_a_seed_fixes_everything(result: Result) -> None:
    assert mcts(**SMALL) == result
    assert mcts(**SMALL, seed=1) != result


def test_the_control_plays_at_random(control: Result) -> None:
    measures = {name: measure.value for name, measure in control.measures.items()}
    assert measures["tic_tac_toe_lost"] > 0.2 * measures["tic_tac_toe_games"]
    assert measures["kuhn_hidden"] == measures["kuhn_cfr"] == pytest.approx(11 / 24)
    assert measures["slope_hidden"] == measures["slope_face_up"] == 0
    assert measures["kuhn_states"] == measures["cfr_iterations"] == 0
    by_game = control.table("errors").rows
    for name in ("connect_four", "hex"):
        # four standard errors of twenty positions, four times
        rates = [row[2] for row in by_game if row[0] == name]
        assert sum(rates) / len(rates) == pytest.approx(measures[f"{name}_chance"], abs=0.22)


def test_the_control_supports_no_claim(control: Result) -> None:
    for claim in DEMO.claims:
        values = [control.measures[name].value for name in claim.metrics]
        assert not claim.holds.contains(values[0] - sum(values[1:]))


def test_the_figure_says_what_the_numbers_say(result: Result, control: Result) -> None:
    figure = draw([result], [control])
    hidden, face_up, lost, games = (
        result.measures[name].value
        for name in ("kuhn_hidden", "kuhn_face_up", "tic_tac_toe_lost", "tic_tac_toe_games")
    )
    assert figure.get_suptitle() == (
        f"At poker with all cards face up, tree search can be exploited by {face_up:.2g} antes a "
        f"game,\nand with hidden cards by {hidden:.2g}"
    )
    title = f"Boards: {lost:.3g} of {games:.0f} games of tic-tac-toe lost"
    assert figure.axes[0].get_title(loc="center") == title
    assert "control" in figure.get_label()
    lone = draw([result, mcts(**SMALL, seed=1)], [])
    assert "control" not in lone.get_label()
    assert len(lone.axes[0].collections) == 3  # intervals
