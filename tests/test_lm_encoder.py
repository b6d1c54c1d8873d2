"""Embedding: the mean over a text's own tokens, whatever is beside it."""

import json
import shutil

import numpy as np
import pytest
import torch
from lm_networks import D_VOCAB, tokenizer
from transformers import BertConfig, BertModel

from cs25.errors import UsageError
from cs25.lm import TextEncoder
from cs25.lm.encoder import Pooling, read_pooling

TEXTS = ["the cat sat on the mat", "a dog", "the log and the mat and the cat and the dog"]


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=D_VOCAB, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=64,
    )  # fmt: skip
    return BertModel(config).eval().requires_grad_(False)


def encoder(network, **pooling) -> TextEncoder:
    return TextEncoder("bert", network, tokenizer(), Pooling(**pooling))


def hidden(network, text: str) -> np.ndarray:
    ids = tokenizer()(text, return_tensors="pt").input_ids
    return network(input_ids=ids).last_hidden_state[0].numpy()


def test_a_vector_is_the_mean_of_the_texts_own_tokens(network):
    found = encoder(network, unit=False).embed(TEXTS)
    for text, vector in zip(TEXTS, found, strict=True):
        np.testing.assert_allclose(vector, hidden(network, text).mean(axis=0), atol=1e-5)


def test_or_that_of_the_first_token(network):
    (found,) = encoder(network, unit=False, mean=False).embed(["the cat"])
    np.testing.assert_allclose(found, hidden(network, "the cat")[0], atol=1e-5)


def test_vectors_have_length_one(network):
    lengths = np.linalg.norm(encoder(network).embed(["the cat", "a dog"]), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-6)


def test_long_texts_are_cut(network):
    short = encoder(network, max_tokens=4)
    a, b = short.embed(["the cat sat on the mat", "the cat sat on the log"])
    np.testing.assert_allclose(a, b, atol=1e-6)
    a, b = encoder(network, max_tokens=64).embed(
        ["the cat sat on the mat", "the cat sat on the log"]
    )
    assert np.abs(a - b).max() > 1e-3


def test_no_text_is_longer_than_the_network_takes(network):
    assert encoder(network).max_tokens == 64  # its positions, though the folder says nothing
    assert encoder(network).embed(["the cat " * 60]).shape == (1, 16)


def test_a_text_of_no_tokens_is_refused(network):
    with pytest.raises(ValueError, match="embed: text 1 is '', expected at least one token"):
        encoder(network).embed(["the cat", ""])


def test_order_is_kept_over_batches(network, monkeypatch):
    monkeypatch.setattr("cs25.lm.encoder.TOKENS", 12)
    texts = [f"{'the cat ' * (i % 5 + 1)}{i}" for i in range(17)]
    found = encoder(network).embed(texts)
    for text, vector in zip(texts, found, strict=True):
        np.testing.assert_allclose(vector, encoder(network).embed([text])[0], atol=1e-5)


def test_nothing_to_embed_has_no_rows(network):
    assert encoder(network).embed([]).shape == (0, 16)
    with pytest.raises(TypeError, match="embed: found a text, expected a list"):
        encoder(network).embed("the cat")


@pytest.fixture
def folder(tmp_path):
    """A folder in the layout of sentence-transformers."""
    (tmp_path / "1_Pooling").mkdir()
    kinds = ("Transformer", "Pooling", "Normalize")
    modules = [
        {"path": path, "type": f"sentence_transformers.models.{kind}"}
        for kind, path in zip(kinds, ("", "1_Pooling", "2_Normalize"), strict=True)
    ]
    (tmp_path / "modules.json").write_text(json.dumps(modules))
    pooling = {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}
    (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    (tmp_path / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 77}))
    return tmp_path


def test_pooling_is_read_from_the_models_folder(folder):
    assert read_pooling(folder) == Pooling(mean=True, unit=True, max_tokens=77)
    pooling = {"pooling_mode_mean_tokens": False, "pooling_mode_cls_token": True}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    assert not read_pooling(folder).mean


def test_a_folder_that_says_nothing_gets_the_usual(folder):
    shutil.rmtree(folder / "1_Pooling")
    for path in folder.glob("*.json"):
        path.unlink()
    assert read_pooling(folder) == Pooling()


def test_pooling_of_another_kind_is_refused(folder):
    pooling = {"pooling_mode_max_tokens": True}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    with pytest.raises(UsageError, match="pools by pooling_mode_max_tokens, expected the mean"):
        read_pooling(folder)
