"""Published sizes, and the demo that sets them against a mole."""

from __future__ import annotations

from functools import cache
from inspect import signature
from typing import Literal

import pytest

from cs25.result import Result
from cs25.verdict import judge
from cs25_emergence import cs25_lecture
from cs25_emergence.flops import rule_of_six
from cs25_emergence.moles import AVOGADRO, GPT_3, draw, moles
from cs25_emergence.published import ABILITIES, MODELS
from cs25_emergence.scaling import scaling_law

DEMO = next(demo for demo in cs25_lecture().demos if demo.id == "moles")


@cache
def _run(control: Literal["none", "inference"] = "none") -> Result:
    return moles(control=control)


# Where makers count matrix products as we do, and where they do not: LaMDA's is worked back from
# hardware, and the smallest Cerebras-GPT spends much on attention and its vocabulary.
@pytest.mark.parametrize(
    ("name", "over_rule"),
    [
        ("GPT-3 175B", pytest.approx(1.0, rel=0.01)),
        ("PaLM 540B", pytest.approx(1.0, rel=0.02)),
        ("Llama 3.1 405B", pytest.approx(1.0, rel=0.01)),
        ("Cerebras-GPT 13B", pytest.approx(1.05, abs=0.01)),
        ("Cerebras-GPT 111M", pytest.approx(1.69, abs=0.01)),
        ("LaMDA 137B", pytest.approx(2.57, abs=0.01)),
    ],
)
def test_makers_counts_stand_to_the_rule_of_six_as_they_should(name: str, over_rule: float) -> None:
    model = next(model for model in MODELS if model.name == name)
    assert model.flops is not None
    assert model.flops / rule_of_six(model.n_params, model.n_tokens) == over_rule


def test_abilities_lie_where_their_models_do() -> None:
    # The same training is printed for the same model: 3.1e23 is GPT-3 175B, 5.0e23 Gopher 280B.
    assert len(ABILITIES) == 22
    flops = {ability.flops for ability in ABILITIES if ability.n_params == 175e9}
    assert flops == {3.1e23}
    gopher = next(model for model in MODELS if model.name == "Gopher 280B")
    assert rule_of_six(gopher.n_params, gopher.n_tokens) == pytest.approx(5.0e23, rel=0.01)


def test_gpt_3_has_the_size_of_its_paper() -> None:
    # 174.6e9 parameters in table D.1; our blocks have no biases, and the vocabulary is untied.
    blocks = 12 * GPT_3.n_layers * GPT_3.d_model**2
    assert blocks + GPT_3.d_model * (GPT_3.d_vocab + GPT_3.n_ctx) == pytest.approx(
        174.6e9, rel=1e-3
    )


def test_count_of_gpt_3_is_that_of_its_paper_and_its_attention() -> None:
    counted = _run().measures["gpt_3_flops"].value
    # 3.14e23 in table D.1; dense attention adds 12 n_layers n_ctx d_model per token.
    attention = 12 * 96 * 2048 * 12_288 * 300e9
    assert counted - attention == pytest.approx(3.14e23, rel=0.005)
    assert _run().measures["gpt_3_moles"].value == pytest.approx(counted / 6.02214076e23)


def test_the_gap_to_6nd_closes_with_width() -> None:
    gaps = _run().table("widths").column("over_6nd")
    assert list(gaps) == sorted(gaps, reverse=True)
    assert gaps[-1] < 1.01 < 2 < gaps[0]


def test_own_models_are_those_that_the_scaling_law_trains() -> None:
    own = _run().table("own_models")
    # 12 d^2 weights in the one block, 2 d in its norms and d in the last.
    largest = signature(scaling_law).parameters["largest"].default
    assert own.column("n_params")[-1] == 12 * largest**2 + 3 * largest
    n_params, n_tokens, flops = own.rows[-1][1:4]
    assert flops == 6 * n_params * n_tokens
    assert _run().measures["own_moles"].value == flops / AVOGADRO
    assert _run("inference").table("own_models").column("flops")[-1] == 2 * n_params * 1_000


def test_claims_hold_and_reading_a_page_supports_none() -> None:
    for claim in DEMO.claims:
        assert judge(claim, [_run()], exact=True).verdict == "supported", claim.id
        assert judge(claim, [_run("inference")], exact=True).verdict == "contradicted", claim.id


def test_half_a_power_of_ten_around_a_mole_is_what_the_claim_says() -> None:
    holds = DEMO.claims[1].holds
    assert (holds.low, holds.high) == pytest.approx(  # type: ignore[union-attr]
        (AVOGADRO / 10**0.5, AVOGADRO * 10**0.5), rel=0.01
    )


def test_measures_are_those_of_the_card() -> None:
    assert set(_run().measures) == set(DEMO.measures)


def test_figure_states_what_was_found() -> None:
    figure = draw([_run()], [_run("inference")])
    title = figure.get_suptitle()
    assert "0.54 mol" in title  # 3.23e23 / 6.022e23
    left, right = figure.axes
    assert left.get_xscale() == left.get_yscale() == right.get_xscale() == "log"
    assert "control" in str([line.get_label() for line in left.lines])
    assert title in str(figure.get_label())
