"""The demo: its claims, its control, its figure."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from cs25 import Result
from cs25.verdict import judge
from cs25_intro.wiring import DEMO
from cs25_intro.wiring.figure import draw
from cs25_intro.wiring.influence import wiring

SMALL: dict[str, Any] = {"source": 4, "target": 3, "layers": 2, "heads": 2}


@pytest.fixture(scope="module")
def real() -> list[Result]:
    return [wiring(**SMALL, seed=seed) for seed in range(3)]


@pytest.fixture(scope="module")
def control() -> Result:
    return wiring(**SMALL, control="miswired")


def test_claims_hold_but_not_under_the_control(real: list[Result], control: Result) -> None:
    for claim in DEMO.claims:
        assert judge(claim, real).verdict == "supported", claim.id
        assert judge(claim, [control]).met is False, claim.id
        assert judge(claim, [control] * 3).verdict == "contradicted", claim.id


def test_the_control_wires_every_graph_wrongly_by_known_numbers(control: Result) -> None:
    counts = {name: measure.value for name, measure in control.measures.items()}
    # Each graph from end to end, and in two layers: the encoder lacks 4 * 3 / 2 edges, the decoder
    # has 3 too many, and no logit hears any of 4 places; cross-attention writes zeros in each layer.
    assert counts["wrong_encoder"] == 3 * 6
    assert counts["wrong_decoder"] == 3 * 3
    assert counts["wrong_cross"] == 3 * 3 * 4
    # Self 2 does not hear encoder 1, encoder 2 and cross 1, nor cross 2 cross 1: of two heads each.
    # And in each of six attentions each of two heads hears the other.
    assert counts["wrong_heads"] == 4 * 4 + 6 * 2
    assert counts["edges"] == 3 * (4 * 4 + 3 * 3 + 3 * 4) + 12 * 12


def test_either_half_of_the_claim_on_heads_fails_under_the_control(control: Result) -> None:
    heads = control.table("heads")
    rows = zip(*(heads.column(name) for name in heads.columns), strict=True)
    wrong = [(hears, heard) for hears, heard, norm, expected in rows if (norm > 0) != expected]
    assert ("encoder 1.2", "encoder 1.1") in wrong  # hears one beside it
    assert ("self 2.1", "encoder 1.1") in wrong  # does not hear one before it


def test_measures_are_those_of_the_card(real: list[Result]) -> None:
    assert set(real[0].measures) == set(DEMO.measures)


def test_tables_name_who_hears_whom(real: list[Result]) -> None:
    decoder = real[0].table("decoder")
    rows = zip(*(decoder.column(name) for name in decoder.columns), strict=True)
    assert all((norm > 0) == expected == (hears >= heard) for hears, heard, norm, expected in rows)
    cross = real[0].table("cross")
    assert set(cross.column("hears")) == {1, 2, 3}
    assert set(cross.column("heard")) == {1, 2, 3, 4}
    assert set(real[0].table("layers").column("layer")) == {"all", 1, 2}


def test_a_seed_gives_the_same_numbers_and_leaves_global_chance_alone(real: list[Result]) -> None:
    state = torch.get_rng_state()
    assert wiring(**SMALL, seed=0) == real[0]
    assert torch.equal(torch.get_rng_state(), state)
    assert real[0].table("encoder") != real[1].table("encoder")


def test_figure_marks_zeros_and_wrong_edges(real: list[Result], control: Result) -> None:
    figure = draw(real, [control])
    assert figure.get_suptitle().endswith("new tokens change earlier logits by nothing")
    assert "18 edges of the encoder, 9 of the decoder" in str(figure.get_label())
    panels = {axes.get_title(): axes for axes in figure.axes if axes.get_title()}
    heard, zeros, wrong = panels["Decoder"].lines
    assert len(heard.get_xdata()) == 6
    assert list(zip(zeros.get_xdata(), zeros.get_ydata(), strict=True)) == [(1, 0), (2, 0), (2, 1)]
    assert len(wrong.get_xdata()) == 0
    assert len(panels["control: Encoder"].lines[2].get_xdata()) == 6


def test_figure_of_wrong_wires_says_so(control: Result) -> None:
    figure = draw([control], [])
    assert figure.get_suptitle().startswith("91 of 255 pairs are not wired as the lecture draws")
    change = control.measures["future_change"].value
    assert figure.get_suptitle().endswith(f"new tokens change earlier logits by {change:.2g}")
