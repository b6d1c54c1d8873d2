"""The demo: its claims, its control, its figure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from cs25 import Measure, Result, Table
from cs25.verdict import judge
from cs25_intro.induction import DEMO
from cs25_intro.induction.composition import induction
from cs25_intro.induction.development import exam_steps
from cs25_intro.induction.figure import draw

SMALL: dict[str, Any] = {"steps": 20, "heads": 2}


@pytest.fixture(scope="module")
def short() -> Result:
    return induction(**SMALL)


def developed(middle: float, width: float) -> Result:
    """Return what a run would whose score is a logistic of its step."""
    step = np.array(sorted(exam_steps(2000)), dtype=float)
    score = 2 / (1 + np.exp(-(step - middle) / width))
    start, end = middle - width * np.log(9), middle + width * np.log(9)
    rows = zip(step, score, 0 * step, 4 - score, 4 - score, score / 2, score / 4, strict=True)
    columns = ("step", "score", "one_layer_score", "loss", "word_loss", "matching", "previous")
    return Result(
        {
            "score": Measure(score[-1], "nats"),
            "start": Measure(start, "steps"),
            "end": Measure(end, "steps"),
            "rise_doublings": Measure(np.log2(end / start), "doublings"),
        },
        tables=(
            Table("training", columns, tuple(rows)),
            Table(
                "heads",
                ("layer", "head", "previous", "matching", "score_without"),
                ((1, 1, 0.9, 0.0, 0.1), (1, 2, 0.1, 0.0, 1.9), (2, 1, 0.1, 0.9, 0.2)),
            ),
        ),
    )


def test_measures_are_those_of_the_card(short: Result) -> None:
    assert set(short.measures) <= set(DEMO.measures)


def test_what_did_not_come_has_no_date_and_decides_nothing(short: Result) -> None:
    assert "start" not in short.measures
    by_id = {claim.id: judge(claim, [short] * 3) for claim in DEMO.claims}
    assert by_id["composition-comes-suddenly"].verdict == "inconclusive"
    assert by_id["it-takes-two-layers"].verdict == "contradicted"


def test_no_claim_holds_under_the_control() -> None:
    control = induction(**SMALL, control="one-layer")
    for claim in DEMO.claims:
        assert judge(claim, [control] * 3).verdict != "supported", claim.id
    training = control.table("training")
    assert training.column("score") == training.column("one_layer_score")
    assert set(control.table("heads").column("layer")) == {1}


def test_both_networks_learn_from_the_same_start(short: Result) -> None:
    training = short.table("training")
    assert training.column("step") == tuple(sorted(exam_steps(20)))
    assert training.column("loss")[-1] < training.column("loss")[0]
    assert training.column("score") != training.column("one_layer_score")


def test_a_seed_gives_the_same_numbers_and_leaves_global_chance_alone(short: Result) -> None:
    state = torch.get_rng_state()
    assert induction(**SMALL) == short
    assert torch.equal(torch.get_rng_state(), state)
    assert induction(**SMALL, seed=1).table("training") != short.table("training")


def test_the_figure_says_when_and_how_suddenly(short: Result) -> None:
    results = [developed(1000, 50), developed(600, 50)]
    figure = draw(results, [short])
    # A logistic has a tenth of its rise ln 9 = 2.197 widths before its middle: 110 steps.
    assert figure.get_suptitle() == (
        "On average, 690 steps bring a tenth of the skill, and 220 more bring nine tenths of it"
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
