"""Generation: transformers' own where nothing is drawn, the law of the model where something is."""

import numpy as np
import pytest
import torch
from lm_networks import ARCHITECTURES, model, network, tokenizer
from transformers import TopKLogitsWarper, TopPLogitsWarper

from cs25.lm.decoding import filtered

PROMPTS = ["the cat sat", "a", "the dog and the log and the mat"]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_without_drawing_it_is_transformers_own(architecture):
    """Prompts of different lengths side by side, against one after another."""
    together = model(architecture).generate(PROMPTS, temperature=0, max_tokens=8)
    for prompt, (found,) in zip(PROMPTS, together, strict=True):
        ids = tokenizer()(prompt, return_tensors="pt").input_ids
        whole = network(architecture).generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=8,
            eos_token_id=1,
            pad_token_id=1,
        )
        new = whole[0, ids.shape[1] :]
        assert found.text == tokenizer().decode(new, skip_special_tokens=True)


def test_what_is_drawn_does_not_depend_on_its_neighbours():
    together = model().generate(PROMPTS, n=3, max_tokens=6, seed=5)
    for prompt, samples in zip(PROMPTS, together, strict=True):
        for n in (3, 1):  # the first samples of many are those of few
            (alone,) = model().generate([prompt], n=n, max_tokens=6, seed=5)
            assert [s.text for s in alone] == [s.text for s in samples[:n]]
            found = [s.log_prob for s in alone]
            assert found == pytest.approx([s.log_prob for s in samples[:n]], abs=1e-4)


def test_samples_and_seeds_differ():
    (samples,) = model().generate(["the cat"], n=20, max_tokens=6, seed=0)
    assert len({sample.text for sample in samples}) > 10
    (others,) = model().generate(["the cat"], n=20, max_tokens=6, seed=1)
    assert [s.text for s in samples] != [s.text for s in others]


@pytest.mark.parametrize("temperature", [0.5, 1.0])
def test_tokens_come_as_often_as_the_model_says(temperature):
    lm = model()
    n = 4000
    (samples,) = lm.generate(["the cat"], n=n, max_tokens=1, temperature=temperature)
    ids = tokenizer()("the cat", return_tensors="pt").input_ids
    law = (network("llama")(ids).logits[0, -1] / temperature).softmax(dim=-1).double().numpy()
    log_law = network("llama")(ids).logits[0, -1].log_softmax(dim=-1).numpy()
    # Samples are told apart by their own log-probability, which differs from token to token.
    drawn = [int(np.abs(log_law - sample.log_prob).argmin()) for sample in samples]
    seen = np.bincount(drawn, minlength=len(law)) / n
    # The total variation of n draws from K outcomes is about sqrt(2K / (pi n)) / 2 at most, 0.11.
    assert 0.5 * np.abs(seen - law).sum() < 0.11


@pytest.mark.parametrize(("top_k", "top_p"), [(5, None), (None, 0.7), (20, 0.5), (1, None)])
def test_what_may_be_drawn_is_as_in_transformers(top_k, top_p):
    logits = torch.randn(50, 200, generator=torch.Generator().manual_seed(0)) * 3
    expected = logits
    if top_k is not None:
        expected = TopKLogitsWarper(top_k)(None, expected)
    if top_p is not None:
        expected = TopPLogitsWarper(top_p)(None, expected)
    found = filtered(logits, top_k=top_k, top_p=top_p)
    torch.testing.assert_close(found, expected.softmax(dim=-1))
    torch.testing.assert_close(found.sum(dim=-1), torch.ones(50))


def test_a_stop_text_ends_a_completion_and_is_left_out():
    (whole,) = model().generate(["the cat"], n=8, max_tokens=12, seed=3)
    mark = whole[0].text[2]
    (cut,) = model().generate(["the cat"], n=8, max_tokens=12, seed=3, stop=[mark])
    for before, after in zip(whole, cut, strict=True):
        assert after.text == before.text.partition(mark)[0]
        assert after.finished == (mark in before.text or before.finished)
        assert after.n_tokens <= before.n_tokens


def test_the_end_of_a_text_ends_a_completion(monkeypatch):
    lm = model()
    (samples,) = lm.generate(["the cat"], n=1, max_tokens=4, temperature=0)
    ids = tokenizer()("the cat").input_ids
    second = network("llama").generate(
        torch.tensor([ids]),
        attention_mask=torch.ones(1, len(ids)),
        do_sample=False,
        max_new_tokens=2,
        pad_token_id=1,
    )[0, -1]
    monkeypatch.setattr(lm.network.generation_config, "eos_token_id", int(second))
    ((ended,),) = lm.generate(["the cat"], max_tokens=4, temperature=0)
    assert ended.finished
    assert ended.n_tokens == 2
    assert samples[0].text.startswith(ended.text)
    assert samples[0].text != ended.text


def test_a_completion_that_came_to_no_end_says_so():
    ((found,),) = model().generate(["the cat"], max_tokens=3, temperature=0)
    assert not found.finished
    assert found.n_tokens == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 0}, "n is 0, expected 1 or more"),
        ({"max_tokens": 0}, "max_tokens is 0, expected 1 or more"),
        ({"temperature": -1}, "temperature is -1, expected 0 or more"),
        ({"top_k": 0}, "top_k is 0, expected 1 or more, or None"),
        ({"top_p": 0.0}, "top_p is 0.0, expected a number above 0 and at most 1"),
        ({"stop": "x"}, "stop is 'x', expected texts that are not empty, in a list"),
        ({"stop": [""]}, "expected texts that are not empty"),
        ({"max_tokens": 600}, r"generate: 602 tokens, expected at most the 512"),
    ],
)
def test_an_option_out_of_range_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        model().generate(["the cat"], **options)


def test_no_prompt_gives_no_completion():
    assert model().generate([]) == []
