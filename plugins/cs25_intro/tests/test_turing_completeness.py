"""The demo: its claims, its control, its figure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cs25 import Result
from cs25.errors import ParameterError
from cs25.verdict import judge
from cs25_intro.turing import DEMO
from cs25_intro.turing.completeness import turing
from cs25_intro.turing.figure import draw

SMALL: dict[str, Any] = {"steps": 256, "size": 2, "random": 4}


@pytest.fixture(scope="module")
def real() -> list[Result]:
    return [turing(**SMALL, seed=seed) for seed in range(3)]


@pytest.fixture(scope="module")
def control() -> Result:
    return turing(**SMALL, control="noise")


def test_claims_hold_but_not_under_the_control(real: list[Result], control: Result) -> None:
    for claim in DEMO.claims:
        assert judge(claim, real).verdict == "supported", claim.id
        assert judge(claim, [control] * 3).verdict == "contradicted", claim.id


def test_measures_are_those_of_the_card(real: list[Result]) -> None:
    assert set(real[0].measures) == set(DEMO.measures)


def test_numbers_are_those_of_the_tables(real: list[Result]) -> None:
    result = real[0]
    value = {name: measure.value for name, measure in result.measures.items()}
    runs, solved = result.table("runs"), result.table("problems")
    # bb4, three more busy beavers, three long runs, four random ones; 6 + 9 + 6 problems.
    assert value["runs"] == len(runs.rows) + len(solved.rows) == 11 + 21
    assert value["steps"] == sum(runs.column("steps")) + sum(solved.column("steps"))
    lengths = dict(zip(runs.column("machine"), runs.column("written"), strict=True))
    assert (lengths["bb4"], lengths["bb3"], lengths["counter"]) == (107, 21, 256)
    assert value["answered"] == 1
    # At once: numbers that end in 0, three of six; sums of nothing at the right, three of nine.
    assert value["answered_at_once"] == pytest.approx((3 / 6 + 3 / 9 + 0) / 3)
    fine, sharp = result.table("precision"), result.table("softmax")
    assert value["rounded_steps"] == min(row[2] for row in fine.rows if row[1] == 11)
    assert value["soft_steps"] == min(row[2] for row in sharp.rows if row[1] == 64)


def test_a_seed_draws_machines_and_leaves_global_chance_alone(real: list[Result]) -> None:
    state = np.random.get_state()[1].tolist()
    assert turing(**SMALL, seed=0) == real[0]
    assert np.random.get_state()[1].tolist() == state
    drawn = [set(result.table("runs").column("machine")) for result in real[:2]]
    assert len(drawn[0] ^ drawn[1]) == 8


def test_a_machine_of_ones_own_is_run_and_drawn() -> None:
    result = turing(machine="1RB1LB_1LA1RZ", tape="0110", steps=64, size=1, random=1)
    text = result.table("text")
    assert text.column("step")[:5] == (-4, -3, -2, -1, 0)
    assert text.column("symbol")[1:5] == (0, 1, 1, 0)
    assert text.column("state")[-1] == "Z"
    assert result.measures["wrong_steps"].value == 0
    assert "1RB1LB_1LA1RZ on 0110" in draw([result], []).axes[0].get_title()


@pytest.mark.parametrize(
    ("given", "wanted"),
    [({"machine": "beaver"}, "a name"), ({"tape": "ab"}, "symbols that this machine knows")],
)
def test_a_bad_machine_or_tape_is_named(given: dict[str, str], wanted: str) -> None:
    with pytest.raises(ParameterError, match=wanted):
        turing(**SMALL, **given)


def test_figure_says_how_far_it_goes(real: list[Result], control: Result) -> None:
    figure = draw(real, [control])
    steps = sum(result.measures["steps"].value for result in real)
    soft, rounded = (real[0].measures[f"{name}_steps"].value for name in ("soft", "rounded"))
    assert figure.get_suptitle() == (
        f"All {steps:,.0f} steps are right; the first {soft:.0f} with a softmax, "
        f"the first {rounded:.0f} with rounded numbers"
    )
    softmax = figure.axes[1]
    failed, passed, *_ = softmax.lines
    counter = [row for row in real[0].table("softmax").rows if row[0] == "counter"]
    wrong = [(row[1], row[2] + 1) for row in counter if row[2] < 256]
    assert list(zip(failed.get_xdata(), failed.get_ydata(), strict=True)) == wrong
    assert set(passed.get_ydata()) == {256}
    assert "With random weights" in str(figure.get_label())


def test_figure_of_noise_says_so(control: Result) -> None:
    title = draw([control], []).get_suptitle()
    measures = control.measures
    wrong, steps = measures["wrong_steps"].value, measures["steps"].value
    assert title.startswith(f"{wrong:,.0f} steps are wrong, of {steps:,.0f}")
    assert "the first 0 with a softmax" in title
