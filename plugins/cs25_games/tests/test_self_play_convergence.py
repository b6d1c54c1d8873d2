"""Kuhn poker in normal form, self-play on record, words to agree on, the demo and its figure."""

import math
from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog

from cs25 import Result
from cs25.verdict import judge
from cs25_games import poker
from cs25_games.matrix_games import ROCK_PAPER_SCISSORS, exploitability
from cs25_games.poker import KUHN, Poker
from cs25_games.self_play import DEMO
from cs25_games.self_play.convergence import self_play_converges
from cs25_games.self_play.figure import draw
from cs25_games.self_play.kuhn import choices, kuhn_in_normal_form
from cs25_games.self_play.learners import FictitiousPlay, Frozen, IteratedBestResponse
from cs25_games.self_play.signalling import learn_to_talk, understood
from cs25_games.self_play.trace import checkpoints, log_log_slope, self_play


def test_kuhn_poker_in_normal_form_is_worth_minus_an_eighteenth() -> None:
    # Kuhn 1950; the value of a matrix game by linear programming: max v with xᵀ A >= v
    payoffs = kuhn_in_normal_form().payoffs[0]
    n, m = payoffs.shape
    solved = linprog(
        np.append(np.zeros(n), -1),
        A_ub=np.hstack([-payoffs.T, np.ones((m, 1))]), b_ub=np.zeros(m),
        A_eq=[[*np.ones(n), 0]], b_eq=[1],
        bounds=[(0, 1)] * n + [(None, None)],
    )  # fmt: skip
    assert -solved.fun == pytest.approx(-1 / 18)


def test_plans_play_as_policies_do() -> None:
    # A policy draws each choice on its own, so a plan's probability is a product.
    game, kuhn = Poker.of(KUHN), kuhn_in_normal_form()
    weights = np.random.default_rng(0).exponential(size=game.uniform().shape)
    policy = weights * game.legal[:, :, None]
    policy /= policy.sum(axis=1, keepdims=True)
    profile = []
    for player in (0, 1):
        plans = 1.0
        for (state, card), chosen in choices(player).items():
            probs = policy[game.node[state], list(state.actions), card]
            plans = plans * probs[chosen]
        profile.append(plans)
        assert plans.sum() == pytest.approx(1)
    expected = poker.exploitability(game, policy)
    assert float(exploitability(kuhn, profile)) == pytest.approx(expected)
    value = profile[0] @ kuhn.payoffs[0] @ profile[1]
    assert value == pytest.approx(poker.expected_value(game, policy))


def test_a_trace_holds_last_and_average_policies() -> None:
    start = [np.array([[1.0, 0.0, 0.0]]), np.array([[0.0, 1.0, 0.0]])]
    trace = self_play(ROCK_PAPER_SCISSORS, start, IteratedBestResponse, iterations=200)
    # rp, sp, sr, pr, ps, rs, and again: in six rounds everyone does everything twice.
    np.testing.assert_array_equal(trace.last, 1)
    np.testing.assert_array_equal(trace.late, 1)
    assert trace.iterations[0] == 1
    assert trace.iterations[-1] == 200
    round_trip = trace.iterations % 6 == 0
    assert round_trip.sum() > 2
    np.testing.assert_allclose(trace.average[round_trip], 0, atol=1e-12)
    assert (trace.average[~round_trip] > 0.001).all()
    # after rp and sp: (1/2, 0, 1/2) gets 0 from paper and could get 1; paper gets 0 and could 1/2
    assert trace.average[1] == pytest.approx(0.75)


def test_averages_converge_where_the_last_policy_does_not() -> None:
    start = [np.random.default_rng(player).dirichlet(np.ones(3), 3) for player in (0, 1)]
    trace = self_play(ROCK_PAPER_SCISSORS, start, FictitiousPlay, iterations=2000)
    assert (trace.average[-1] < 0.05).all()
    assert (trace.last[-1] == 1).all()
    assert (log_log_slope(trace.iterations, trace.average) < -0.4).all()


def test_the_slope_of_a_power_law_whose_start_is_left_out() -> None:
    t = checkpoints(10_000)
    curves = np.where(t[:, None] <= 100, 1.0, np.stack([3 * t**-0.5, 0 * t], axis=1))
    np.testing.assert_allclose(log_log_slope(t, curves), [-0.5, 0], atol=1e-9)


def test_understanding_by_playing_every_case() -> None:
    draw = np.random.default_rng(0)
    speakers, listeners = (draw.dirichlet(np.ones(3), (2, 3)) for _ in range(2))
    found = understood(speakers, listeners)
    for i, j in product(range(2), repeat=2):
        share = sum(
            speakers[i, thing, signal] * listeners[j, signal, thing] / 3
            for thing, signal in product(range(3), repeat=2)
        )
        assert found[i, j] == pytest.approx(share)


def test_a_signal_is_worth_what_it_adds_to_being_understood() -> None:
    told = []

    class Recorder(Frozen):
        def observe(self, values: np.ndarray) -> None:
            told.append(values)

    draw = np.random.default_rng(0)
    speaker, listener = learn_to_talk(3, 1, learner=Recorder, iterations=1, draw=draw)
    base = understood(speaker, listener)[0, 0]
    for (values, which), thing, signal in product(
        zip(told, (speaker, listener), strict=True), range(3), range(3)
    ):
        changed = which.copy()
        changed[0, thing] = np.eye(3)[signal]
        pair = (changed, listener) if which is speaker else (speaker, changed)
        gain = understood(*pair)[0, 0] - base
        expected = values[0, thing, signal] - values[0, thing] @ which[0, thing]
        assert gain == pytest.approx(expected)


SMALL = {"iterations": 1500, "starts": 8, "populations": 12, "talks": 300}


@pytest.fixture(scope="module")
def result() -> Result:
    return self_play_converges(seed=1, **SMALL)


@pytest.fixture(scope="module")
def control() -> Result:
    return self_play_converges(seed=1, control="frozen", **SMALL)


def test_the_demo_decides_its_claims(result: Result, control: Result) -> None:
    assert {*result.measures} == {*control.measures} == {*DEMO.measures}
    for claim in DEMO.claims:
        assert judge(claim, [result], exact=False).met
        assert not judge(claim, [control], exact=False).met


def test_measures_are_those_of_the_tables(result: Result) -> None:
    rows = {row[:3]: row[3:] for row in result.table("exploitability").rows}
    measures = {name: measure.value for name, measure in result.measures.items()}
    three = rows["three_players", "regret matching", 1500][1]
    assert measures["three_players_regret_matching"] == pytest.approx(three)
    assert measures["naive_exploitability_rock_paper_scissors"] == 1
    slopes = [value for name, value in measures.items() if name.startswith("slope_f")]
    slopes += [value for name, value in measures.items() if name.startswith("slope_regret")]
    assert len(slopes) == 4
    assert measures["slope_averages"] == max(slopes)
    shares = result.table("understanding").rows
    strangers = [share for i, j, share in shares if i != j]
    assert measures["strangers"] == pytest.approx(math.fsum(strangers) / len(strangers))
    partners = [share for i, j, share in shares if i == j]
    assert measures["partners"] == pytest.approx(math.fsum(partners) / len(partners))


def test_untrained_partners_understand_by_chance(control: Result) -> None:
    assert control.measures["partners"].value == control.measures["strangers"].value == 0.25
    assert control.measures["naive_exploitability_kuhn_poker"].value == pytest.approx(11 / 24)


def test_the_figure_says_what_the_numbers_say(result: Result, control: Result) -> None:
    figure = draw([result], [control])
    partners = f"{100 * result.measures['partners'].value:.0f}\N{NO-BREAK SPACE}%"
    assert f"partners understand {partners}" in figure.get_suptitle()
    assert f"slope {result.measures['slope_averages'].value:.2f}" in figure.get_suptitle()
    assert "In the control nobody learns" in figure.get_label()
    assert "slope 0.00" in draw([control], []).get_suptitle().replace("-0.00", "0.00")
