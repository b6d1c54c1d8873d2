"""What is left of a decoder when one of its parts is switched off, computed another way."""

import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from transformers import LlamaForCausalLM

from cs25 import Measure, Result, Table
from cs25.lm import LanguageModel
from cs25.nn import IGNORE, Decoder, TransformerConfig, generate, rotation
from cs25.verdict import judge
from cs25_intro.load_smollm import DEMO, ablation
from cs25_intro.load_smollm.ablation import _losses
from cs25_intro.load_smollm.figure import draw
from cs25_intro.load_smollm.parts import PARTS, averages, without
from cs25_intro.load_smollm.passages import N_ASIDE, N_PASSAGES, draw_passages, padded
from cs25_intro.tests.tiny_llama import tiny_llama

LLAMA = TransformerConfig(
    d_vocab=30, d_model=24, n_layers=3, n_heads=6, n_kv_heads=2, n_ctx=20,
    mlp="swiglu", norm="rms", positions="rotary", tied=True,
)  # fmt: skip
BY_NAME = {part.name: part for part in PARTS}
#: float32, some hundred operations deep
CLOSE = {"rtol": 1e-4, "atol": 1e-5}


def _model(**changes) -> Decoder:
    model = Decoder(replace(LLAMA, **changes), seed=1)
    draw = torch.Generator().manual_seed(2)
    for name, parameter in model.named_parameters():
        if "norm" in name:  # ones would hide a norm that is left out
            parameter.data = 1 + torch.rand(parameter.shape, generator=draw)
    return model.eval()


TOKENS = torch.randint(30, (3, 9), generator=torch.Generator().manual_seed(0))


def _off(name: str, model: Decoder) -> torch.Tensor:
    held = averages(model, TOKENS)
    with without(model, BY_NAME[name], held), torch.no_grad():
        return model(TOKENS)


def _blockwise(model: Decoder, step) -> torch.Tensor:
    """Run a model whose blocks do what ``step`` says."""
    with torch.no_grad():
        x = model.embedding(TOKENS)
        for block in model.blocks:
            x = step(block, x)
        return model.unembedding(model.norm(x))


def _turned(model: Decoder):
    return rotation(TOKENS.shape[1], model.config.d_head)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_part_that_is_switched_off_is_missed_and_comes_back(name):
    model = _model()
    with torch.no_grad():
        before = model(TOKENS)
        assert (_off(name, model) - before).abs().max() > 1e-3
        assert torch.equal(model(TOKENS), before)
    assert model.config == LLAMA


def test_without_attention_a_position_knows_itself_only():
    model = _model()
    whole = _off("attention", model)
    expected = _blockwise(model, lambda block, x: x + block.mlp(block.mlp_norm(x)))
    torch.testing.assert_close(whole, expected, **CLOSE)


def test_without_mlp_there_is_attention_only():
    model = _model()
    by = _turned(model)
    expected = _blockwise(
        model, lambda block, x: x + block.attention(block.attention_norm(x), rotation=by)
    )
    torch.testing.assert_close(_off("MLP", model), expected, **CLOSE)


def test_fixed_weights_are_a_running_mean_of_the_values():
    model = _model()

    def step(block, x):
        normed = block.attention_norm(x)
        value = normed @ block.attention.query_key_value.weight[-8:].T  # two heads of four
        mean = value.cumsum(dim=1) / torch.arange(1, 10)[:, None]
        by_head = mean.unflatten(2, (2, 4)).repeat_interleave(3, dim=2).flatten(2)
        x = x + block.attention.out(by_head)
        return x + block.mlp(block.mlp_norm(x))

    torch.testing.assert_close(
        _off("data-dependent weights", model), _blockwise(model, step), **CLOSE
    )


def test_unscaled_scores_are_those_of_longer_queries():
    model, longer = _model(), _model()
    for block in longer.blocks:
        block.attention.query_key_value.weight.data[:24] *= math.sqrt(4)
    with torch.no_grad():
        torch.testing.assert_close(_off("scaled scores", model), longer(TOKENS), **CLOSE)


def test_one_head_is_a_model_with_the_mean_of_the_keys_and_values():
    # Averaging keys before or after they are turned is the same: turning is linear.
    model, single = _model(), _model(n_kv_heads=1)
    for block, other in zip(model.blocks, single.blocks, strict=True):
        query, key, value = block.attention.query_key_value.weight.data.split([24, 8, 8])
        pooled = [x.view(2, 4, 24).mean(dim=0) for x in (key, value)]
        kept = {name: weight for name, weight in block.state_dict().items() if "query" not in name}
        other.load_state_dict(kept, strict=False)
        other.attention.query_key_value.weight.data = torch.cat([query, *pooled])
    single.embedding.load_state_dict(model.embedding.state_dict())
    single.norm.load_state_dict(model.norm.state_dict())
    with torch.no_grad():
        torch.testing.assert_close(_off("heads of keys and values", model), single(TOKENS), **CLOSE)


def test_without_rotary_positions_it_is_the_same_weights_without_any():
    model, none = _model(), _model(positions="none")
    none.load_state_dict(model.state_dict())
    with torch.no_grad():
        torch.testing.assert_close(_off("rotary positions", model), none(TOKENS), **CLOSE)


def test_gates_are_held_at_their_average_over_all_positions():
    model = _model(n_layers=1)
    by = _turned(model)

    def step(block, x):
        x = x + block.attention(block.attention_norm(x), rotation=by)
        gate, up = block.mlp.gate_up(block.mlp_norm(x)).chunk(2, dim=-1)
        mean = F.silu(gate).flatten(0, 1).sum(dim=0) / 27  # 3 texts of 9 tokens
        return x + block.mlp.down(mean * up)

    torch.testing.assert_close(_off("gate of SwiGLU", model), _blockwise(model, step), **CLOSE)


def test_norms_are_held_at_the_average_of_what_they_multiply_by():
    model = _model(n_layers=1)
    held = averages(model, TOKENS)
    norm = model.blocks[0].attention_norm
    with torch.no_grad():
        x = model.embedding(TOKENS)
    lengths = x.square().mean(dim=-1).sqrt()
    assert held[norm].item() == pytest.approx((1 / lengths).mean().item(), rel=1e-3)
    with without(model, BY_NAME["RMSNorm"], held), torch.no_grad():
        torch.testing.assert_close(norm(3 * x), 3 * norm(x))  # nothing is divided by length
        torch.testing.assert_close(norm(x), x * held[norm] * norm.weight)


def test_without_the_residual_stream_parts_replace_it():
    model = _model()
    by = _turned(model)

    def step(block, x):
        x = block.attention(block.attention_norm(x), rotation=by)
        return block.mlp(block.mlp_norm(x))

    torch.testing.assert_close(_off("residual stream", model), _blockwise(model, step), **CLOSE)


def test_half_the_depth_is_the_first_half():
    model, half = _model(n_layers=4), _model(n_layers=2)
    kept = {
        n: w for n, w in model.state_dict().items() if not n.startswith(("blocks.2", "blocks.3"))
    }
    half.load_state_dict(kept)
    with torch.no_grad():
        torch.testing.assert_close(_off("depth", model), half(TOKENS), **CLOSE)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_switched_off_part_stays_off_while_decoding(name):
    # Token by token, with what is kept of earlier ones, as at once.
    model = _model()
    held = averages(model, TOKENS)
    with without(model, BY_NAME[name], held):
        new = generate(model, TOKENS[:, :4], 3, temperature=0)
        with torch.no_grad():
            again = model(torch.cat([TOKENS[:, :4], new], dim=1))[:, 3:-1].argmax(dim=-1)
    assert torch.equal(new, again)


def test_losses_are_means_over_the_tokens_that_are_there():
    model = _model()
    texts = [TOKENS[0].tolist(), TOKENS[1, :5].tolist()]
    tokens, targets = padded(texts, fill=0, ignore=IGNORE)
    found = _losses(model, tokens, targets)
    for i, ids in enumerate(texts):
        alone = torch.tensor([ids])
        with torch.no_grad():
            log_probs = model(alone[:, :-1]).log_softmax(dim=-1)
        expected = -log_probs.gather(2, alone[:, 1:, None]).mean()
        assert found[i] == pytest.approx(expected.item(), rel=1e-5)


def test_numbers_beyond_float32_count_as_a_guess():
    model = _model()
    model.unembedding.weight.data = model.unembedding.weight.data * 1e38 * 10
    tokens, targets = TOKENS[:, :-1], TOKENS[:, 1:]
    assert _losses(model, tokens, targets) == pytest.approx(math.log(30), rel=1e-6)


def test_passages_are_whole_different_and_drawn_by_the_seed():
    read, aside = draw_passages(N_PASSAGES - N_ASIDE, seed=0)
    every = [*read, *aside]
    assert len(set(every)) == N_PASSAGES
    assert all(80 <= len(text.split()) <= 105 and text.endswith((".", '"')) for text in every)
    assert draw_passages(5, seed=3) == draw_passages(5, seed=3) != draw_passages(5, seed=4)


class _Letters:
    """A tokenizer of letters, as far as the demo needs one."""

    def __call__(self, texts):
        if isinstance(texts, str):
            return {"input_ids": [ord(letter) % 30 for letter in texts]}
        return {"input_ids": [self(text[:18])["input_ids"] for text in texts]}

    def decode(self, ids, *, skip_special_tokens):
        assert skip_special_tokens
        return "".join(chr(97 + i) for i in ids.tolist())


@pytest.fixture
def tiny(monkeypatch) -> LlamaForCausalLM:
    """A Llama of a few thousand random weights in the place of SmolLM2."""
    network = tiny_llama(n_layers=3, n_ctx=40)
    monkeypatch.setattr(ablation, "load", lambda name: LanguageModel(name, network, _Letters()))
    return network


def test_the_demo_measures_the_model_that_was_loaded(tiny):
    result = ablation.load_smollm(passages=3, prompt="abc", seed=1)
    assert {*result.measures} == {*DEMO.measures}
    assert result.measures["n_params"].value == tiny.num_parameters()
    assert result.measures["logit_difference"].value < 1e-5
    assert result.measures["uniform_loss"].value == pytest.approx(math.log(30))
    read, _ = draw_passages(3, seed=1)
    ids = torch.tensor(_Letters()(read)["input_ids"])
    with torch.no_grad():
        loss = float(tiny(ids, labels=ids).loss)
    assert result.measures["loss"].value == pytest.approx(loss, rel=1e-5)
    rises = result.table("parts").column("rise_nats")
    assert result.measures["smallest_rise"].value == min(rises)
    assert result.table("parts").column("without") == tuple(BY_NAME)
    said = tiny.generate(
        torch.tensor([_Letters()("abc")["input_ids"]]), max_new_tokens=12, do_sample=False,
        pad_token_id=0, eos_token_id=None,
    )[0, 3:]  # fmt: skip
    expected = _Letters().decode(said, skip_special_tokens=True)
    assert result.table("whole").rows == (("abc", expected),)


def test_a_model_that_has_learned_nothing_misses_nothing(tiny):
    result = ablation.load_smollm(passages=3, control="untrained", seed=1)
    (claim,) = DEMO.claims
    assert judge(claim, [result], exact=False).verdict != "supported"
    other = ablation.load_smollm(passages=3, seed=1)
    assert result.measures["loss"].value != other.measures["loss"].value


def _result(*rises: float) -> Result:
    rows = [(part.name, part.instead, rise, rise - 0.1, rise + 0.1, "…")
            for part, rise in zip(PARTS, rises, strict=True)]  # fmt: skip
    columns = ("without", "instead", "rise_nats", "rise_low", "rise_high", "continues")
    measures = {"loss": Measure(3.0, "nats/token"), "uniform_loss": Measure(10.8, "nats/token")}
    return Result(measures, tables=(Table("parts", columns, tuple(rows)),))


def test_the_figure_says_what_the_numbers_say():
    good = _result(*range(1, 11))
    figure = draw([good], [_result(*[0.0] * 10)])
    assert "rises by 1.0 or more" in figure.get_suptitle()
    assert "from 0.00 to 0.00" in figure.get_label()
    bad = draw([_result(-1.0, *range(9))], [])
    assert "not for all" in bad.get_suptitle()
    assert "least: attention" in bad.get_suptitle()
