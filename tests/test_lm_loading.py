"""Loading: the weights of the folder and no others, once, and no code but ours."""

import json
import shutil

import pytest
import torch
from lm_networks import D_VOCAB, network, tokenizer
from transformers import BertConfig, BertModel
from transformers.utils import logging

from cs25.errors import RequirementError, UnknownNameError, UsageError
from cs25.lm import load, load_encoder


@pytest.fixture(scope="module")
def decoder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("decoder")
    network("llama").save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoder")
    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    BertModel(BertConfig(vocab_size=D_VOCAB, intermediate_size=16, **size)).save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder


def test_a_folder_is_loaded_as_it_was_saved(decoder):
    model = load(str(decoder))
    saved = network("llama").state_dict()
    assert all(
        torch.equal(value, saved[name]) for name, value in model.network.state_dict().items()
    )
    assert not model.network.training
    assert not any(parameter.requires_grad for parameter in model.network.parameters())
    assert model.tokenizer.tokenize("the cat") == ["the", "Ġcat"]


def test_a_model_is_loaded_once(decoder):
    assert load(str(decoder)) is load(str(decoder))
    assert load(str(decoder), dtype="bfloat16").network.dtype == torch.bfloat16


def test_rounded_weights_score_about_the_same(decoder):
    asked = (["the cat sat"], [[" on the mat", " the dog"]])
    (exact,), (rounded,) = (
        load(str(decoder)).score(*asked),
        load(str(decoder), dtype="bfloat16").score(*asked),
    )
    for a, b in zip(exact, rounded, strict=True):
        assert b.log_prob == pytest.approx(a.log_prob, rel=0.05)


def test_an_encoder_is_no_language_model(encoder):
    """Loaded as one it would get random numbers for what it lacks, and say something."""
    with pytest.raises(RequirementError, match=r"by AutoModelForCausalLM: it holds no weights for"):
        load(str(encoder))
    assert load_encoder(str(encoder)).embed(["the cat"]).shape == (1, 16)


def test_a_language_model_is_no_encoder(decoder):
    with pytest.raises(RequirementError, match="it is a causal language model"):
        load_encoder(str(decoder))


def test_an_unknown_type_of_numbers_is_refused(decoder):
    with pytest.raises(ValueError, match="load: dtype is 'half', expected 'float32' or"):
        load(str(decoder), dtype="half")


def test_a_conversation_has_its_turns(decoder):
    model = load(str(decoder))
    with pytest.raises(ValueError, match="was not trained to chat"):
        model.chat("who sat?")
    model.tokenizer.chat_template = (
        "{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('no system') }}"
        "{% endif %}[{{ m['role'] }}]{{ m['content'] }}{% endfor %}"
        "{% if add_generation_prompt %}[assistant]{% endif %}"
    )
    said = model.chat("who sat?", examples=[("what sat?", "the cat")])
    assert said == "[user]what sat?[assistant]the cat[user]who sat?[assistant]"
    with pytest.raises(ValueError, match="takes no such conversation: no system"):
        model.chat("who sat?", system="Be brief.")


def test_what_transformers_says_otherwise_is_left_to_it(decoder):
    level = logging.get_verbosity()
    load(str(decoder))
    assert logging.get_verbosity() == level
    assert logging.is_progress_bar_enabled()


def test_pickled_weights_are_no_model(decoder, tmp_path):
    torch.save(network("llama").state_dict(), tmp_path / "pytorch_model.bin")
    shutil.copy(decoder / "config.json", tmp_path)
    with pytest.raises(UsageError, match=r"is no model: no \*\.safetensors"):
        load(str(tmp_path))


def test_code_that_comes_with_a_model_is_not_run(decoder, tmp_path):
    shutil.copytree(decoder, tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    config |= {
        "model_type": "evil",
        "auto_map": {"AutoConfig": "evil.Config", "AutoModelForCausalLM": "evil.Model"},
    }
    (tmp_path / "model" / "config.json").write_text(json.dumps(config))
    (tmp_path / "model" / "evil.py").write_text("raise SystemExit('it was run')")
    with pytest.raises(RequirementError, match="cannot be loaded"):
        load(str(tmp_path / "model"))


def test_an_unknown_name_is_told_the_known_ones():
    with pytest.raises(UnknownNameError, match=r"no model 'smollm2-135' .*did you mean"):
        load("smollm2-135")
