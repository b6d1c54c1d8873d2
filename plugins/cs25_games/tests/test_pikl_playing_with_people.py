"""The yardsticks, the demo and its figure."""

import math

import numpy as np
import pytest

from cs25 import Result
from cs25.verdict import judge
from cs25_games.pikl import DEMO, trial
from cs25_games.pikl.figure import draw
from cs25_games.pikl.games import GAMES
from cs25_games.pikl.people import draw_population
from cs25_games.pikl.playing_with_people import playing_with_people
from cs25_games.pikl.trial import ALLOWANCE, LAMBDAS
from cs25_games.pikl.yardsticks import Yardsticks, most_human, strongest


def test_yardsticks_by_hand() -> None:
    states = GAMES[0].states(2, np.random.default_rng(0))
    imitation = np.array([[0.5, 0.25, 0.25], [0.2, 0.2, 0.6]])
    rock, paper, _ = states.seen[0]
    policies = np.stack([imitation, np.full((2, 3), 1 / 3)], axis=1)
    sticks = Yardsticks.of(policies, imitation, states, np.array([0, 2]))
    np.testing.assert_allclose(sticks.likelihood[0], 0)
    np.testing.assert_allclose(sticks.score[0], 0, atol=1e-15)
    np.testing.assert_allclose(sticks.likelihood[1], np.log([2 / 3, 5 / 9]))
    # against rock: paper wins its stake, scissors lose rock's
    assert sticks.score[1, 0] == pytest.approx((1 / 3 - 1 / 4) * (paper - rock))
    halves = sticks.half(0), sticks.half(1)
    assert [half.score[1, 0] for half in halves] == sticks.score[1].tolist()


def test_the_choice_of_lambda() -> None:
    likelihood = np.array([-0.5, -0.02, -0.009, 0.003, 0.0])[:, None]
    score = np.array([0.9, 0.5, 0.3, 0.1, 0.0])[:, None]
    sticks = Yardsticks(likelihood, score)
    assert most_human(sticks) == 3
    assert strongest(sticks, allowance=0.01) == 2
    assert strongest(sticks, allowance=0.6) == 0
    # Where all but imitation lose too much, imitation is chosen, however it scores.
    assert strongest(Yardsticks(likelihood, -score), allowance=0.001) == 4
    assert strongest(Yardsticks(-np.abs(likelihood), score), allowance=0.001) == 4


def test_lambda_is_judged_on_moves_that_did_not_choose_it(monkeypatch) -> None:
    chose: list[Yardsticks] = []

    def choose(yardsticks: Yardsticks, **_: float) -> int:
        chose.append(yardsticks)
        return 0

    monkeypatch.setattr(trial, "strongest", choose)
    monkeypatch.setattr(trial, "most_human", choose)
    draw = np.random.default_rng(0)
    budget = trial.Budget((50, 100), judged=40, iterations=5, max_steps=10)
    found = list(trial.trials(GAMES[0], draw_population(draw), budget, scrambled=False, draw=draw))
    assert len(found) == 2
    for one in found:
        for judged in (one.pikl, one.bolder):
            assert judged.score.shape[1] == 20
            assert not any(
                other.score.shape == judged.score.shape and np.allclose(other.score, judged.score)
                for other in chose
            )


SMALL = {"samples": 400, "judged": 600, "iterations": 20, "max_steps": 60}


@pytest.fixture(scope="module")
def result() -> Result:
    return playing_with_people(seed=0, **SMALL)


@pytest.fixture(scope="module")
def control() -> Result:
    return playing_with_people(seed=0, control="scrambled", **SMALL)


def test_piKL_scores_better_and_only_with_the_right_payoffs(  # noqa: N802  # its name
    result: Result, control: Result
) -> None:
    assert {*result.measures} == {*control.measures} == {*DEMO.measures}
    (stronger,) = (claim for claim in DEMO.claims if claim.metric == "score_gain")
    assert judge(stronger, [result], exact=False).met
    for claim in DEMO.claims:
        assert not judge(claim, [control], exact=False).met


def test_measures_are_those_of_the_tables(result: Result) -> None:
    measures = {name: measure.value for name, measure in result.measures.items()}
    rows = result.table("sweep").rows
    chosen = [row for row in rows if row[1] == "pikl" and row[5]]
    assert [row[0] for row in chosen] == [game.name for game in GAMES]
    for name, *_, likelihood, score, _ in chosen:
        suffix = name.replace("-", "_")
        assert measures[f"score_gain_{suffix}"] == pytest.approx(score)
        assert measures[f"likelihood_kept_{suffix}"] == pytest.approx(likelihood)
        # chosen on other moves, but not far from what is allowed on these
        assert likelihood > -5 * ALLOWANCE
    assert measures["score_gain"] == pytest.approx(np.mean([row[4] for row in chosen]))
    by_size = result.table("samples").rows
    few = [row[2] for row in by_size if row[1] == 25]
    assert len(few) == 3
    assert measures["likelihood_gain_few"] == pytest.approx(np.mean(few))


def test_the_sweep_ends_in_imitation(result: Result) -> None:
    rows = [row for row in result.table("sweep").rows if row[1] == "pikl"]
    last = rows[len(LAMBDAS) - 1 :: len(LAMBDAS)]
    assert [row[2] for row in last] == [None] * 3  # infinity has no name in JSON
    for row in last:
        assert row[3:5] == pytest.approx((0, 0), abs=1e-12)


def test_less_anchor_is_less_human(result: Result) -> None:
    for game in GAMES:
        rows = [row for row in result.table("sweep").rows if row[:2] == (game.name, "pikl")]
        assert rows[0][3] < rows[4][3] < -ALLOWANCE


def test_the_figure_says_what_the_numbers_say(result: Result, control: Result) -> None:
    figure = draw([result], [control])
    gain, kept = (result.measures[name].value for name in ("score_gain", "likelihood_kept"))
    assert f"scores {gain:.3f} points a move more" in figure.get_suptitle()
    share = f"{100 * math.exp(kept):.1f}\N{NO-BREAK SPACE}%"
    assert f"what they do {share} of the probability" in figure.get_suptitle()
    assert f"it gains {control.measures['score_gain'].value:+.3f} points" in figure.get_label()
    assert "control" not in draw([result], []).get_label()
