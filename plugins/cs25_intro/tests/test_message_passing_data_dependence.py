"""The demo: its claims, its control, its figure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from cs25 import Measure, Result
from cs25.verdict import judge
from cs25_intro.message_passing import DEMO
from cs25_intro.message_passing.data_dependence import message_passing
from cs25_intro.message_passing.figure import draw

SMALL: dict[str, Any] = {"nodes": 12, "graphs": 6, "steps": 200}


@pytest.fixture(scope="module")
def real() -> list[Result]:
    return [message_passing(**SMALL, seed=seed) for seed in range(3)]


@pytest.fixture(scope="module")
def control() -> list[Result]:
    return [message_passing(**SMALL, seed=seed, control="average") for seed in range(3)]


def test_claims_hold_but_not_under_the_control(real: list[Result], control: list[Result]) -> None:
    for claim in DEMO.claims:
        assert judge(claim, real).verdict == "supported", claim.id
        assert judge(claim, control).verdict == "contradicted", claim.id
        assert judge(claim, control[:1]).verdict == "contradicted", claim.id


def test_an_average_learns_all_that_it_can_and_no_more(control: list[Result]) -> None:
    for result in control:
        values = {name: measure.value for name, measure in result.measures.items()}
        assert values["weight_change"] == values["learned_change"] == 0
        assert values["heard_share"] == pytest.approx(1, abs=1e-6)
        # Some 12,000 questions: standard error 0.004; and it is trained for a second only.
        assert values["looked_up"] == pytest.approx(values["ceiling"], abs=0.02)


def test_the_learned_weights_follow_the_question(real: list[Result]) -> None:
    for result in real:
        assert result.measures["looked_up"].value > 0.98
        # A question to another of n senders, with chance 1 - 1/n, moves all the weight: 0.7 for a
        # mean of 4 senders.
        assert result.measures["learned_change"].value == pytest.approx(0.7, abs=0.12)


def test_what_random_parameters_do_decides_no_claim(control: list[Result]) -> None:
    """A layer that has settled on fixed weights does not follow the data, however it was drawn."""
    as_drawn = Measure(0.38, "share", 0.37, 0.39)
    settled = [
        replace(result, measures={**result.measures, "weight_change": as_drawn})
        for result in control
    ]
    for claim in DEMO.claims:
        assert judge(claim, settled).verdict == "contradicted", claim.id


def test_asking_can_be_seen_to_find_on_the_sparsest_graphs() -> None:
    # A look-up without a fault gains 0.18 there at most: many nodes have one sender, no choice.
    result = message_passing(**SMALL | {"steps": 300}, mean_degree=2.0)
    values = {name: measure.value for name, measure in result.measures.items()}
    assert values["looked_up"] - values["ceiling"] < 0.19
    assert values["lookup_skill"] > 0.9
    claim = next(claim for claim in DEMO.claims if claim.id.endswith("asking-finds"))
    assert judge(claim, [result]).met


def test_skill_is_the_share_of_the_room_that_is_used(
    real: list[Result], control: list[Result]
) -> None:
    for result in (*real, *control):
        values = {name: measure.value for name, measure in result.measures.items()}
        room = 1 - values["ceiling"]
        expected = (values["looked_up"] - values["ceiling"]) / room
        assert values["lookup_skill"] == pytest.approx(expected)


def test_measures_are_those_of_the_card(real: list[Result]) -> None:
    assert set(real[0].measures) == set(DEMO.measures)


def test_the_table_of_senders_adds_up_to_the_measure(real: list[Result]) -> None:
    table = real[0].table("senders")
    questions, right = table.column("questions"), table.column("right")
    mean = sum(n * share for n, share in zip(questions, right, strict=True)) / sum(questions)
    assert mean == pytest.approx(real[0].measures["looked_up"].value)
    assert table.column("senders") == tuple(sorted(table.column("senders")))


def test_arrows_are_weights_and_their_average_is_one_over_the_senders(real: list[Result]) -> None:
    arrows = real[0].table("arrows")
    for column in ("first", "second", "average"):
        totals: dict[int, float] = {}
        for receiver, weight in zip(arrows.column("receiver"), arrows.column(column), strict=True):
            totals[receiver] = totals.get(receiver, 0) + weight
        assert list(totals.values()) == pytest.approx([1] * len(totals))
    assert arrows.column("first") != arrows.column("second")


def test_a_seed_gives_the_same_numbers_and_leaves_global_chance_alone(real: list[Result]) -> None:
    state = torch.get_rng_state()
    assert message_passing(**SMALL, seed=0) == real[0]
    assert torch.equal(torch.get_rng_state(), state)
    assert real[0].measures != real[1].measures


def test_figure_states_what_was_found(real: list[Result], control: list[Result]) -> None:
    figure = draw(real, control[:1])
    title = figure.get_suptitle()
    change = sum(r.measures["learned_change"].value for r in real) / 3
    assert f"move {100 * change:.0f}\N{NO-BREAK SPACE}% of" in title
    assert title in str(figure.get_label())
    assert "The control, trained alike" in str(figure.get_label())
    answers, graphs = figure.axes
    labels = answers.get_legend_handles_labels()[1]
    assert any(label.startswith("control") for label in labels)
    # One graph three times, with arrows as wide as their weights.
    arrows = real[0].table("arrows")
    weights = [w for column in ("first", "second", "average") for w in arrows.column(column)]
    assert [patch.get_linewidth() for patch in graphs.patches] == pytest.approx(
        [5 * weight for weight in weights]
    )


def test_figure_of_nothing_learned_says_so(control: list[Result]) -> None:
    figure = draw(control[:1], [])
    assert figure.get_suptitle().startswith("New questions move 0\N{NO-BREAK SPACE}% of")
    assert "control" not in str(figure.get_label())
