"""The demo of CFR: what it measures, its control and its figure."""

import numpy as np
import pytest

from cs25 import Result, Table
from cs25_games.cfr import DEMO
from cs25_games.cfr.convergence import CHECKS_PER_DECADE, cfr, shuffled
from cs25_games.cfr.figure import draw
from cs25_games.poker import KUHN, LEDUC, Poker, expected_value


@pytest.fixture(scope="module")
def result():
    return cfr(game="kuhn", iterations=1000)


@pytest.fixture(scope="module")
def control():
    return cfr(game="kuhn", iterations=1000, control="shuffled")


def curve(result, variant, which):
    rows = result.table("curves").rows
    place = result.table("curves").columns.index(which)
    return np.array([[row[1], row[place]] for row in rows if row[0] == variant]).T


def test_it_measures_what_the_card_says(result):
    assert set(result.measures) == set(DEMO.measures)


def test_everyone_begins_with_the_uniform_policy(result):
    for variant in ("cfr", "cfr_plus", "linear", "discounted"):
        assert curve(result, variant, "average")[:, 0].tolist() == [1, pytest.approx(11 / 24)]


def test_iterations_are_counted_to_the_first_precise_average(result):
    iteration, average = curve(result, "cfr", "average")
    needed = result.measures["iterations_cfr"].value
    assert average[iteration == needed] <= 1e-3
    assert (average[iteration < needed] > 1e-3).all()
    assert result.measures["speedup"].value == needed / result.measures["iterations_cfr_plus"].value


def test_where_the_precision_is_not_reached_all_iterations_count():
    result = cfr(game="kuhn", iterations=200, precision=1e-6)
    assert result.measures["iterations_cfr"].value == 200
    assert result.measures["speedup"].value == 1


def test_it_is_checked_every_five_per_cent_whatever_the_number_of_iterations(result):
    iteration, _ = curve(result, "cfr", "average")
    steps = iteration[1:-1] / iteration[:-2]
    late = iteration[:-2] > CHECKS_PER_DECADE
    assert steps[late].max() < 1.07
    shorter, _ = curve(cfr(game="kuhn", iterations=300), "cfr", "average")
    assert set(shorter[:-1]) < set(iteration)


def test_the_gap_is_the_geometric_mean_over_the_last_nine_tenths(result):
    iteration, average = curve(result, "cfr", "average")
    _, current = curve(result, "cfr", "current")
    late = iteration >= 100
    expected = np.prod((current / average)[late]) ** (1 / late.sum())
    assert result.measures["gap_cfr"].value == pytest.approx(expected)


def test_the_slope_is_that_of_logarithms(result):
    iteration, average = curve(result, "cfr_plus", "average")
    late = iteration >= 10
    x, y = np.log(iteration[late]), np.log(average[late])
    expected = np.cov(x, y)[0, 1] / x.var(ddof=1)
    assert result.measures["slope_cfr_plus"].value == pytest.approx(expected)


def test_own_discounts_are_used(result):
    other = cfr(game="kuhn", iterations=1000, alpha=1.0, beta=1.0, gamma=1.0)
    assert other.measures["exploitability_discounted"] == other.measures["exploitability_linear"]
    assert result.measures["exploitability_discounted"] != other.measures["exploitability_linear"]


@pytest.mark.parametrize("rules", [KUHN, LEDUC])
def test_the_control_keeps_all_payoffs_in_other_places(rules):
    game = Poker.of(rules)
    other = shuffled(game)
    true, false = game.sides[0].payoff, other.sides[0].payoff
    assert sorted(true.data) == sorted(false.data)
    assert abs(true - false).sum() > 0.5 * abs(true).sum()
    assert abs(other.sides[1].payoff + false.T).sum() == 0
    assert expected_value(other, game.uniform()) != pytest.approx(
        expected_value(game, game.uniform())
    )


def test_no_claim_holds_under_the_control(control):
    for claim in DEMO.claims:
        assert not claim.holds.contains(control.measures[claim.metric].value)


def test_it_has_no_chance_in_it(result):
    assert cfr(game="kuhn", iterations=1000).to_json() == result.to_json()


def test_the_figure_says_who_was_first(result, control):
    figure = draw([result], [control])
    needed = result.measures["iterations_cfr_plus"].value
    assert f"0.001 antes of an equilibrium after {needed:,.0f} iterations" in figure.get_suptitle()
    labels = {text.get_text() for text in figure.legends[0].get_texts()}
    assert {"CFR", "CFR+", "linear CFR", "discounted CFR"} < labels
    assert any("control" in label for label in labels)


@pytest.mark.parametrize(
    ("plain", "plus", "title"),
    [
        ((1, 1), (1, 1), "In 10 iterations neither CFR nor CFR+ comes to 0.001 antes"),
        (
            (1, 1),
            (1, 0),
            "CFR+ is within 0.001 antes of an equilibrium after 10 iterations,\nCFR not after 10",
        ),
        (
            (1, 0),
            (1, 1),
            "CFR is within 0.001 antes of an equilibrium after 10 iterations,\nCFR+ not after 10",
        ),
    ],
)
def test_the_title_holds_whoever_wins(result, plain, plus, title):
    curves = {"cfr": plain, "cfr_plus": plus, "linear": (1, 1), "discounted": (1, 1)}
    rows = tuple(
        (name, float(n), float(e), 1.0)
        for name, values in curves.items()
        for n, e in zip((1, 10), values, strict=True)
    )
    measures = dict(result.measures)
    for name in curves:
        measures[f"iterations_{name}"] = type(measures["speedup"])(10)
    fake = Result(
        measures,
        (Table("curves", ("variant", "iteration", "average", "current"), rows), result.tables[1]),
    )
    assert draw([fake], []).get_suptitle() == title
