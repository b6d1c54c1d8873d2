"""Llama's weights in our decoder: the logits of transformers, for every kind of head and tie."""

import pytest
import torch
from models import model_at_hand
from transformers import (
    AutoModelForCausalLM,
    GemmaConfig,
    GPT2Config,
    LlamaConfig,
    LlamaForCausalLM,
)

from cs25.lm import load
from cs25.nn import from_llama, generate, n_params, n_params_non_embedding

#: float32 rounds to 6e-8 of numbers of some tens, over 30 layers.
CLOSE = {"rtol": 0, "atol": 1e-4}


def _llama(**changes) -> LlamaForCausalLM:
    sizes = {
        "vocab_size": 40,
        "hidden_size": 48,
        "intermediate_size": 112,
        "num_hidden_layers": 3,
        "num_attention_heads": 6,
        "num_key_value_heads": 2,
        "max_position_embeddings": 64,
        "tie_word_embeddings": True,
        "rope_parameters": {"rope_type": "default", "rope_theta": 3000.0},
        "rms_norm_eps": 1e-3,
    }
    torch.manual_seed(0)
    network = LlamaForCausalLM(LlamaConfig(**(sizes | changes))).eval()
    for name, parameter in network.named_parameters():
        if "norm" in name:  # ones would hide a norm in the wrong place
            parameter.data = 1 + torch.randn_like(parameter) / 3
        else:
            parameter.data *= 5  # small weights hide everything
    return network


def _tokens(*shape: int) -> torch.Tensor:
    return torch.randint(40, shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"num_key_value_heads": 6},
        {"num_key_value_heads": 1},
        {"tie_word_embeddings": False},
        {"rms_norm_eps": 0.5},
        {"rope_parameters": {"rope_type": "default", "rope_theta": 20.0}},
        {"intermediate_size": 65},
    ],
    ids=str,
)
def test_logits_are_those_of_transformers(changes):
    theirs = _llama(**changes)
    ours = from_llama(theirs)
    tokens = _tokens(2, 40)
    with torch.no_grad():
        torch.testing.assert_close(ours(tokens), theirs(tokens).logits, rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_every_weight_is_taken_over_and_counted_once():
    theirs = _llama()
    ours = from_llama(theirs)
    assert n_params(ours) == theirs.num_parameters()
    assert ours.unembedding.weight is ours.embedding.token.weight
    assert n_params_non_embedding(ours.config) == theirs.num_parameters() - 40 * 48


def test_decoding_with_shared_keys_gives_the_tokens_of_transformers():
    theirs = _llama()
    prompts = _tokens(3, 9)
    found = generate(from_llama(theirs), prompts, 20, temperature=0)
    expected = theirs.generate(prompts, max_new_tokens=20, do_sample=False, pad_token_id=0)
    assert torch.equal(found, expected[:, 9:])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_act": "gelu"}, "hidden_act is 'gelu', expected 'silu'"),
        ({"attention_bias": True}, "attention_bias is True, expected False"),
        ({"mlp_bias": True}, "mlp_bias is True, expected False"),
        ({"head_dim": 16}, "head_dim is 16, expected 8"),
        (
            {"rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 1e4}},
            "rope_type is 'linear', expected 'default'",
        ),
    ],
)
def test_what_our_decoder_does_not_do_is_refused(changes, message):
    with pytest.raises(ValueError, match=f"^from_llama: {message}$"):
        from_llama(_llama(**changes))


@pytest.mark.parametrize(
    "config",
    [
        GPT2Config(n_embd=8, n_layer=1, n_head=2, vocab_size=20),
        GemmaConfig(
            hidden_size=8, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1,
            head_dim=4, intermediate_size=16, vocab_size=20,
        ),
    ],
    ids=lambda config: config.model_type,
)  # fmt: skip
def test_another_architecture_is_refused_by_its_name(config):
    with pytest.raises(ValueError, match=f"^from_llama: model_type is '{config.model_type}'"):
        from_llama(AutoModelForCausalLM.from_config(config))


def test_a_llama_without_its_head_is_refused():
    with pytest.raises(ValueError, match="LlamaModel has no lm_head, expected a LlamaForCausalLM"):
        from_llama(_llama().model)


def test_a_weight_without_a_place_is_refused():
    network = _llama()
    network.model.layers[1].mlp.extra = torch.nn.Linear(2, 2, bias=False)
    with pytest.raises(ValueError, match=r"has model.layers.1.mlp.extra.weight, our decoder has"):
        from_llama(network)


@torch.no_grad()
def test_smollm2_is_the_same_model_here():
    with model_at_hand("smollm2-135m"):
        model = load("smollm2-135m")
    ours = from_llama(model.network)
    assert n_params(ours) == model.network.num_parameters() == 134_515_008
    text = "Attention lets every position ask all earlier ones what they have. " * 6
    tokens = torch.tensor([model.tokenizer(text)["input_ids"]])
    torch.testing.assert_close(ours(tokens), model.network(tokens).logits, **CLOSE)
