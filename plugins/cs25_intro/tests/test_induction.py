"""The demo: its claims, its control, its figure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from cs25 import Result
from cs25.verdict import judge
from cs25_intro.induction import DEMO
from cs25_intro.induction.composition import induction
from cs25_intro.induction.development import Development, exam_steps
from cs25_intro.induction.figure import draw
from cs25_intro.induction.measures import measures
from cs25_intro.induction.tables import tables
from cs25_intro.induction.transition import Curve

SMALL: dict[str, Any] = {"steps": 20, "heads": 2}


@pytest.fixture(scope="module")
def short() -> Result:
    return induction(**SMALL)


def logistic(step: Curve, middle: float, width: float) -> Curve:
    return np.asarray(1 / (1 + np.exp(-(step - middle) / width)))


def developed(middle: float, width: float) -> Development:
    """Return the exams of two layers of two heads whose skill is a logistic of the step.

    Head 2.1 matches prefixes from half a width later on, head 1.2 looks at the token before from
    ten widths earlier on; words are learned exponentially.
    """
    step = np.array(sorted(exam_steps(2000)), dtype=float)
    zero = 0 * step
    matching = np.array([[zero, zero], [0.8 * logistic(step, middle + width / 2, width), zero]])
    previous = np.array([[zero, 0.6 * logistic(step, middle - 10 * width, width)], [zero, zero]])
    return Development(
        step=step,
        in_context_score=2 * logistic(step, middle, width),
        loss=3 - logistic(step, middle, width),
        word_loss=1 + 3 * np.exp(-step / 100),
        prefix_matching=np.moveaxis(matching, -1, 0),
        previous_token=np.moveaxis(previous, -1, 0),
    )


#: Layers by heads: the score without each.
WITHOUT = np.array([[1.9, 0.1], [-0.5, 2.1]])


def shown(middle: float, width: float) -> Result:
    """Return a result with such a development, and with a network of one layer that learns nothing."""
    studied = developed(middle, width)
    flat = replace(studied, in_context_score=0 * studied.step)
    return Result(measures(studied, flat, WITHOUT), tables=tables(studied, flat, WITHOUT))


def test_measures_are_those_of_the_card_and_of_known_curves() -> None:
    found = {name: measure.value for name, measure in shown(1000, 50).measures.items()}
    assert set(found) == set(DEMO.measures)
    # From 10 to 90 % a logistic takes ln 9 of its width on both sides of the middle.
    half = 50 * np.log(9)
    start, end = 1000 - half, 1000 + half
    assert (found["start"], found["end"]) == pytest.approx((start, end), abs=5)
    assert found["rise_doublings"] == pytest.approx(np.log2(end / start), abs=0.01)
    # An exponential approach takes 4.46 doublings, log2(ln 10 / ln(10/9)).
    assert found["word_doublings"] == pytest.approx(4.45, abs=0.03)
    assert found["head_step"] == pytest.approx(1025, abs=2)
    assert found["head_place"] == pytest.approx((1025 - start) / (end - start), abs=0.02)
    assert found["prefix_matching"] == pytest.approx(0.8)
    # At the start the skill's logistic is at a tenth; this one is half a width later.
    assert found["matching_at_start"] == pytest.approx(0.8 / (1 + 9 * np.exp(0.5)), abs=0.01)
    assert found["previous_token"] == pytest.approx(0.6)
    assert found["previous_at_start"] == pytest.approx(0.6, abs=0.001)
    assert found["in_context_score"] == pytest.approx(2)
    assert found["kept_without_head"] == pytest.approx(-0.25)
    assert found["kept_without_other"] == pytest.approx(1.05)
    assert found["kept_without_first"] == pytest.approx(0.05)


def test_claims_hold_of_a_sudden_rise_and_fail_without_it() -> None:
    sudden = [judge(claim, [shown(1000, 50)] * 3).verdict for claim in DEMO.claims]
    assert set(sudden) == {"supported"}
    slow = {claim.id: judge(claim, [shown(1000, 250)] * 3).verdict for claim in DEMO.claims}
    assert slow["composition-comes-suddenly"] == "contradicted"
    assert slow["it-takes-two-layers"] == "supported"
    studied = developed(1000, 50)
    spare = Result(measures(studied, studied, np.full((2, 2), 1.9)))
    by_id = {claim.id: judge(claim, [spare] * 3).verdict for claim in DEMO.claims}
    assert by_id["it-takes-two-layers"] == "contradicted"
    assert by_id["the-head-carries-the-skill"] == "contradicted"


def test_what_did_not_come_has_no_date_and_decides_nothing(short: Result) -> None:
    assert "start" not in short.measures
    by_id = {claim.id: judge(claim, [short] * 3) for claim in DEMO.claims}
    assert by_id["composition-comes-suddenly"].verdict == "inconclusive"
    assert by_id["it-takes-two-layers"].verdict == "contradicted"


def test_the_control_is_the_network_of_one_layer() -> None:
    control = induction(**SMALL, control="one-layer")
    training = control.table("training")
    assert training.column("in_context_score") == training.column("one_layer_score")
    assert set(control.table("heads").column("layer")) == {1}
    # However well one layer did, there is no head behind the first, and no lead over itself.
    studied = developed(1000, 50)
    alone = replace(
        studied,
        prefix_matching=studied.prefix_matching[:, :1],
        previous_token=studied.previous_token[:, :1],
    )
    found = Result(measures(alone, alone, WITHOUT[:1]))
    by_id = {claim.id: judge(claim, [found] * 3).verdict for claim in DEMO.claims}
    assert by_id["a-head-appears-with-it"] == "inconclusive"
    assert by_id["it-takes-two-layers"] == "contradicted"


def test_both_networks_are_examined_from_the_first_step_to_the_last(short: Result) -> None:
    training = short.table("training")
    assert training.column("step") == tuple(sorted(exam_steps(20)))
    assert training.column("loss")[-1] < training.column("loss")[0]
    assert training.column("in_context_score") != training.column("one_layer_score")
    matching = short.table("matching")
    assert matching.columns == ("step", "1.1", "1.2", "2.1", "2.2")
    best = max(matching.column(head)[-1] for head in ("2.1", "2.2"))
    assert training.column("prefix_matching")[-1] == pytest.approx(best, abs=1e-4)


def test_a_seed_gives_the_same_numbers_and_leaves_global_chance_alone(short: Result) -> None:
    state = torch.get_rng_state()
    assert induction(**SMALL) == short
    assert torch.equal(torch.get_rng_state(), state)
    assert induction(**SMALL, seed=1).table("training") != short.table("training")


def test_the_figure_says_when_and_how_suddenly(short: Result) -> None:
    results = [shown(1000, 50), shown(600, 50)]
    figure = draw(results, [short])
    # A logistic has a tenth of its rise ln 9 = 2.197 widths before its middle: 110 steps.
    assert figure.get_suptitle() == (
        "A tenth of the skill is there after 690 steps, nine tenths 220 steps later, on average"
    )
    top, rises, heads = figure.axes
    marks = [line for line in top.lines if line.get_marker() == "o"]
    # A logistic from 0 to 2 has 10 % of its rise at 0.2 and 90 % at 1.8.
    assert marks[0].get_ydata() == pytest.approx([0.2, 1.8], abs=0.02)
    score = rises.lines[0]
    at = np.interp(1, score.get_xdata(), score.get_ydata())
    assert at == pytest.approx(0.1, abs=0.01)
    assert {line.get_label() for line in heads.lines} >= {"a head of layer 1", "a head of layer 2"}
    assert "The control, with one layer, ends at" in str(figure.get_label())


def test_a_figure_of_nothing_says_so(short: Result) -> None:
    figure = draw([short], [])
    assert figure.get_suptitle() == "In 20 steps the skill came in 0 of 1 runs"
