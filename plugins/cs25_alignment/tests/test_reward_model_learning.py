"""The demo of reward models, and its figure."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import cs25_alignment.reward_model.learning as module
from cs25 import Result
from cs25.verdict import judge
from cs25_alignment.reward_model import DEMO
from cs25_alignment.reward_model.figure import draw
from cs25_alignment.reward_model.learning import learn_from_comparisons
from cs25_alignment.reward_model.rankings import ranked_requests

#: An encoder that sees how good a response is, and much else.
PLACES = {
    response.text: place
    for request in ranked_requests()
    for place, response in enumerate(request.responses)
}


def embed(texts: list[str]) -> np.ndarray:
    noise = np.random.default_rng(0).normal(size=(len(texts), 3))
    place = [next(p for t, p in PLACES.items() if text.endswith(t)) for text in texts]
    return np.concatenate([noise, np.array(place)[:, None]], axis=1)


@pytest.fixture(scope="module", autouse=True)
def encoder() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "load_encoder", lambda name: SimpleNamespace(embed=embed))
        yield


SMALL = {"comparisons": 2000, "held_out": 2, "folds": 5, "seed": 1}


@pytest.fixture(scope="module")
def result(encoder: object) -> Result:
    return learn_from_comparisons(**SMALL, points=2)


@pytest.fixture(scope="module")
def control(encoder: object) -> Result:
    return learn_from_comparisons(**SMALL, points=1, control="shuffled")


def value(result: Result, name: str) -> float:
    return result.measures[name].value


def claims_met(result: Result) -> dict[str, bool | None]:
    return {claim.id: judge(claim, [result], exact=False).met for claim in DEMO.claims}


def test_measures_are_those_of_the_tables(result: Result) -> None:
    assert {*result.measures} == {*DEMO.measures}
    rows = result.table("learning").rows
    assert [row[:2] for row in rows] == [
        ("bag", 504), ("large", 504), ("bag", 2004), ("large", 2004),
    ]  # fmt: skip
    accuracy, rank_correlation, slope = rows[-1][2:]
    assert value(result, "accuracy") == accuracy
    assert value(result, "rank_correlation") == rank_correlation
    assert value(result, "slope") == slope
    assert value(result, "bag_accuracy") == rows[-2][2]
    assert value(result, "shortfall") == pytest.approx(value(result, "bayes_accuracy") - accuracy)


def test_more_comparisons_teach_more_and_order_counts(result: Result) -> None:
    (_, few), (bag, many) = (
        [row[2] for row in result.table("learning").rows[i : i + 2]] for i in (0, 2)
    )
    assert 0.5 < few < many < value(result, "bayes_accuracy")
    assert bag < many


def test_marks_of_known_rewards() -> None:
    draw = np.random.default_rng(0)
    gold, probs = draw.normal(size=(2, 300)), draw.dirichlet(np.ones(300), size=2)
    exam = module._Exam(gold, probs)
    assert exam.marks(gold) == pytest.approx((exam.bayes, 1, 1), abs=1e-3)
    assert exam.marks(2 * gold) == pytest.approx((exam.bayes, 1, 0.5), abs=1e-3)
    assert exam.marks(gold**3)[:2] == pytest.approx((exam.bayes, 1), abs=1e-3)
    turned = exam.marks(-gold)
    assert turned == pytest.approx((1 - exam.bayes, -1, -1), abs=1e-3)


def test_an_encoder_that_sees_the_order_is_found_out(result: Result) -> None:
    assert value(result, "text_accuracy") == 1
    assert value(result, "text_by_length") < 0.65
    assert value(result, "text_shuffled") == pytest.approx(0.5, abs=0.2)
    assert claims_met(result)["comparisons-of-sentences"]
    faults = result.table("faults")
    assert faults.column("right") == (1,) * 7
    assert sum(faults.column("pairs")) == 150


def test_nothing_is_learned_where_chance_ranks(control: Result) -> None:
    assert not any(claims_met(control).values())
    assert value(control, "accuracy") == pytest.approx(0.5, abs=0.06)
    assert abs(value(control, "slope")) < 0.6  # of 2,000 coins, some fall alike


def test_the_figure_says_what_the_numbers_say(result: Result, control: Result) -> None:
    figure = draw([result], [control])
    title = figure.get_suptitle()
    assert f"{100 * value(result, 'accuracy'):.1f}" in title
    assert f"slope {value(result, 'slope'):.2f}" in title
    assert f"{value(control, 'accuracy'):.1%}" in figure.get_label()
    curves = figure.axes[0].containers[0]
    np.testing.assert_allclose(curves[0].get_ydata()[-1], value(result, "accuracy"))
