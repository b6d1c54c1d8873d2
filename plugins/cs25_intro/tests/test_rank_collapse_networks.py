"""Networks by depth, SmolLM2 without skips, the demo and its figure."""

import math

import pytest
import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from transformers import LlamaForCausalLM

from cs25 import Result
from cs25.lm import LanguageModel
from cs25.nn import from_llama, rotation
from cs25.verdict import judge
from cs25_intro.rank_collapse import DEMO, smollm
from cs25_intro.rank_collapse.attention import draw_attention
from cs25_intro.rank_collapse.collapse import rank_collapse
from cs25_intro.rank_collapse.figure import draw
from cs25_intro.rank_collapse.layers import draw_mlp
from cs25_intro.rank_collapse.networks import NETWORKS, Network, depth_curve
from cs25_intro.rank_collapse.smollm import hear_the_neighbour, stream_curve, stream_curves
from cs25_intro.rank_collapse.tokens import relative_residual, split
from cs25_intro.tests.tiny_llama import tiny_llama


@pytest.mark.parametrize("normed", [True, False])
@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_a_network_is_its_parts_in_their_order(network: Network, normed: bool) -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 5, 8, generator=generator, dtype=torch.float64)
    layers = [
        (
            draw_attention(2, d_model=8, n_heads=2, sharpness=1, draw=generator),
            draw_mlp(2, d_model=8, draw=generator),
        )
        for _ in range(3)
    ]
    curve = depth_curve(network, split(x), layers, normed=normed)

    def norm(x: torch.Tensor) -> torch.Tensor:
        return F.layer_norm(x, (8,), eps=0.0) if normed else x

    expected = [relative_residual(split(x))]
    for attention, mlp in layers:
        heads = norm(x)[:, None]
        said = F.scaled_dot_product_attention(
            heads @ attention.query + attention.query_bias[:, :, None],
            heads @ attention.key,
            heads @ attention.value,
            is_causal=network.name == "past",
        )
        said = said.transpose(1, 2).flatten(2) @ attention.out
        x = x + said if network.skips else said
        if network.mlps:
            said = (norm(x) @ mlp.hidden).relu() @ mlp.out
            x = x + said if network.skips else said
        expected.append(relative_residual(split(x)))
    # what is left after three layers is far above torch's rounding, in powers of ten
    torch.testing.assert_close(curve, torch.stack(expected, dim=-1).log10(), rtol=1e-3, atol=1e-6)


class _Letters:
    """A tokenizer of letters, as far as the demo needs one."""

    def __call__(self, texts):
        return {"input_ids": [[ord(letter) % 30 for letter in text[:12]] for text in texts]}


@pytest.fixture
def tiny(monkeypatch) -> LlamaForCausalLM:
    """A Llama of a few thousand random weights in the place of SmolLM2."""
    network = tiny_llama(n_layers=3, n_ctx=40, initializer_range=0.3)
    monkeypatch.setattr(smollm, "load", lambda name: LanguageModel(name, network, _Letters()))
    return network


TEXTS = torch.randint(30, (2, 7), generator=torch.Generator().manual_seed(0))


def test_the_stream_is_what_transformers_calls_hidden_states(tiny) -> None:
    with torch.no_grad():
        states = tiny.model(TEXTS, output_hidden_states=True).hidden_states
    curve = stream_curve(from_llama(tiny), TEXTS)
    # transformers' last state is behind the final norm
    expected = [relative_residual(split(x[:, 1:].double())).log10() for x in states[:-1]]
    torch.testing.assert_close(curve[:, :-1], torch.stack(expected, dim=-1), rtol=0, atol=1e-5)
    assert curve.shape == (2, 4)


def test_without_skips_each_part_replaces_the_stream(tiny) -> None:
    model = from_llama(tiny)
    whole = stream_curve(model, TEXTS)
    curves = stream_curves(model, TEXTS)
    torch.testing.assert_close(curves["whole"], whole)
    with torch.no_grad():
        block = model.blocks[0]
        angles = rotation(TEXTS.shape[1], model.config.d_head)
        x = model.embedding(TEXTS)
        x = block.mlp(block.mlp_norm(block.attention(block.attention_norm(x), rotation=angles)))
    expected = relative_residual(split(x[:, 1:].double())).log10()
    torch.testing.assert_close(curves["no_skips"][:, 1], expected, rtol=0, atol=1e-5)
    torch.testing.assert_close(stream_curve(model, TEXTS), whole)


def test_in_the_control_every_head_hears_the_token_before(tiny) -> None:
    model = from_llama(tiny)
    hear_the_neighbour(model)
    attention = model.blocks[0].attention
    x = torch.randn(2, 5, 24, generator=torch.Generator().manual_seed(1))
    values = x @ attention.query_key_value.weight[-8:].T  # two heads of four
    before = values[:, [4, 0, 1, 2, 3]].unflatten(2, (2, 4))
    expected = attention.out(before.repeat_interleave(3, dim=2).flatten(2))
    torch.testing.assert_close(attention(x), expected)


SMALL = {"tokens": 16, "draws": 4, "passages": 3}


@pytest.fixture
def result(tiny) -> Result:
    return rank_collapse(seed=1, **SMALL)


@pytest.fixture
def control(tiny) -> Result:
    return rank_collapse(seed=1, control="neighbour", **SMALL)


def test_the_demo_decides_its_claims(result, control) -> None:
    assert {*result.measures} == {*control.measures} == {*DEMO.measures}
    for claim in DEMO.claims:
        assert judge(claim, [result], exact=False).met
        assert not judge(claim, [control], exact=False).met
    assert result.measures["slope_past"].value == pytest.approx(1, abs=0.1)
    assert control.measures["slope"].value == pytest.approx(1, abs=0.05)


def test_tables_and_measures_agree(result) -> None:
    left = {(name, layer): value for name, layer, value, *_ in result.table("depth").rows}
    for network in NETWORKS:
        assert result.measures[f"left_{network.name}"].value == left[network.name, 8]
    gap = left["skips", 8] - left["attention", 8]
    assert result.measures["gap"].value == pytest.approx(gap)
    assert left["attention", 8] == pytest.approx(-300)


def test_the_figure_says_what_the_numbers_say(result, control) -> None:
    figure = draw([result], [control])
    skips = 10 ** result.measures["left_skips"].value
    assert "attention alone leaves less than 10⁻³⁰⁰" in figure.get_suptitle()
    assert f"skip connections {100 * skips:.0f}\N{NO-BREAK SPACE}%" in figure.get_suptitle()
    assert f"the slope is {control.measures['slope'].value:.2f}" in figure.get_label()
    bad = draw([control], []).get_suptitle()
    kept = 10 ** control.measures["left_attention"].value
    assert f"leaves {100 * kept:.0f}\N{NO-BREAK SPACE}%" in bad
    assert math.isclose(kept, 1, abs_tol=0.1)
