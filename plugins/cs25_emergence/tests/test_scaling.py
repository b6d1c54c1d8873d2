"""The demo of the scaling law, at a size that takes seconds."""

import random

import numpy as np
import pytest
import torch

from cs25 import ParameterError
from cs25.verdict import judge
from cs25_emergence import cs25_lecture
from cs25_emergence.scaling import scaling_law
from cs25_emergence.scaling_figure import draw

SMALL = {"sizes": 4, "largest": 32, "steps": 30}
DEMO = next(demo for demo in cs25_lecture().demos if demo.id == "scaling-law")


@pytest.fixture(scope="module")
def result():
    return scaling_law(**SMALL)


@pytest.fixture(scope="module")
def control():
    before = random.getstate(), np.random.get_state()[1].copy(), torch.get_rng_state()
    found = scaling_law(**SMALL, control="shuffled", seed=100)
    draw([found], [])
    after = random.getstate(), np.random.get_state()[1], torch.get_rng_state()
    assert before[0] == after[0]
    assert (before[1] == after[1]).all()
    assert torch.equal(before[2], after[2])
    return found


def test_the_card_names_every_measure(result) -> None:
    assert set(result.measures) == set(DEMO.measures)


def test_the_source_has_an_entropy_of_two_bits(result) -> None:
    assert result.measures["entropy_rate"].value == pytest.approx(2 * np.log(2))


def test_errors_are_those_of_the_held_out_row(result) -> None:
    for table, name in (("by_size", "size"), ("by_data", "data")):
        rows = result.table(table)
        assert rows.column("power_law")[:-1] == (None, None, None)
        held_out, law, constant, line = (
            rows.column(column)[-1]
            for column in ("loss_nats", "power_law", "constant", "straight_line")
        )
        assert constant == rows.column("loss_nats")[-2]
        rival = min(abs(constant - held_out), abs(line - held_out))
        assert result.measures[f"{name}_power_law_error"].value == abs(law - held_out)
        assert result.measures[f"{name}_rival_error"].value == rival


def test_the_two_sweeps_share_the_run_they_cross_in(result) -> None:
    by_size, by_data = result.table("by_size"), result.table("by_data")
    assert set(by_size.column("n_tokens")) == {by_data.column("n_tokens")[-1]}
    assert by_data.column("loss_nats")[-1] == by_size.column("loss_nats")[-2]
    assert by_data.column("n_tokens") == tuple(sorted(by_data.column("n_tokens")))


def test_larger_models_lose_less(result) -> None:
    loss = result.table("by_size").column("loss_nats")
    assert loss[-1] < loss[0] - 0.05
    assert loss[-1] > result.measures["entropy_rate"].value


def test_no_criterion_is_met_under_the_control(control) -> None:
    # It knows how frequent words are, nearly, and nothing else.
    loss = control.table("by_size").column("loss_nats")[-1]
    assert loss == pytest.approx(control.measures["word_entropy"].value, abs=0.05)
    for claim in DEMO.claims:
        assert judge(claim, [control]).met is False, claim.id


def test_more_sizes_than_widths_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"'sizes': found 6, expected at most 4"):
        scaling_law(sizes=6, largest=32)


@pytest.mark.parametrize("n_seeds", [1, 3])
def test_the_figure_says_what_it_shows(result, control, n_seeds) -> None:
    figure = draw([result] * n_seeds, [control])
    error = result.measures["size_power_law_error"].value
    assert f"{error:.3f} nats" in figure.axes[0].get_title()
    assert f"{result.measures['fitted_floor'].value:.2f}" in figure.get_suptitle()
    assert "shuffled words" in figure.get_label()
    assert all(ax.get_xlabel() and ax.get_xscale() == "log" for ax in figure.axes)


def test_the_figure_does_without_a_control(result) -> None:
    figure = draw([result], [])
    labels = [text.get_text() for text in figure.axes[1].get_legend().get_texts()]
    assert labels == ["power law through the others", "trained", "held out"]
