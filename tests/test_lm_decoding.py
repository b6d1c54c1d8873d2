"""Generation: transformers' own where nothing is drawn, the law of the model where something is."""

import copy

import numpy as np
import pytest
import torch
from lm_networks import ARCHITECTURES, D_VOCAB, model, network, tokenizer
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    MambaConfig,
    MambaForCausalLM,
    PreTrainedTokenizerFast,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from cs25.errors import RequirementError
from cs25.lm import LanguageModel, decoding
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


@pytest.mark.parametrize(("rows", "tokens"), [(4, 1 << 14), (64, 60)])
def test_nor_on_how_many_are_decoded_side_by_side(rows, tokens, monkeypatch):
    asked = {"n": 6, "max_tokens": 8, "seed": 2}
    expected = model().generate(PROMPTS, **asked)
    widths = []
    run = decoding._Batch.run
    monkeypatch.setattr(decoding, "ROWS", rows)
    monkeypatch.setattr(decoding, "TOKENS", tokens)
    monkeypatch.setattr(
        decoding._Batch, "run", lambda self, *a: (widths.append(len(self.new)), run(self, *a))
    )
    found = model().generate(PROMPTS, **asked)
    assert max(widths) <= rows
    assert len(widths) > len(PROMPTS)
    assert [[s.text for s in f] for f in found] == [[s.text for s in e] for e in expected]


def test_a_sample_goes_on_as_it_would_alone_when_others_have_ended(monkeypatch):
    """Half the tokens end a text, so that samples leave the batch at different steps."""
    monkeypatch.setattr(decoding, "_end_tokens", lambda *_: set(range(0, D_VOCAB, 2)))
    (samples,) = model().generate(["the cat"], n=12, max_tokens=10, seed=4)
    lengths = {sample.n_tokens for sample in samples}
    assert len(lengths) > 3
    monkeypatch.setattr(decoding, "ROWS", 1)
    (alone,) = model().generate(["the cat"], n=12, max_tokens=10, seed=4)
    assert [s.text for s in alone] == [s.text for s in samples]


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


@pytest.mark.parametrize("owner", ["model", "tokenizer", "stop"])
def test_the_end_of_a_text_ends_a_completion(owner, monkeypatch):
    """The end may be known to the model's settings, to the tokenizer, or be asked for."""
    lm = LanguageModel("own", network("llama"), copy.deepcopy(tokenizer()))
    ids = tokenizer()("the cat", return_tensors="pt").input_ids
    first, second = (
        network("llama")
        .generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=2,
            pad_token_id=1,
        )[0, -2:]
        .tolist()
    )
    assert first != second
    token = tokenizer().convert_ids_to_tokens(second)
    stop = []
    if owner == "model":
        monkeypatch.setattr(lm.network.generation_config, "eos_token_id", second)
    elif owner == "tokenizer":
        monkeypatch.setattr(lm.network.generation_config, "eos_token_id", None)
        lm.tokenizer.eos_token = token
    else:
        lm.tokenizer.add_special_tokens({"additional_special_tokens": [token]})
        stop = [token]
    ((ended,),) = lm.generate(["the cat"], max_tokens=4, temperature=0, stop=stop)
    assert ended.finished
    assert ended.n_tokens == 2
    assert ended.text == tokenizer().decode([first]), "what ends a text is no part of it"


def test_the_earliest_of_several_stops_counts():
    ((whole,),) = model().generate(["the cat"], max_tokens=12, seed=3)
    late, early = whole.text[5], whole.text[2]
    ((cut,),) = model().generate(["the cat"], max_tokens=12, seed=3, stop=[late, early])
    assert cut.text == whole.text[: min(whole.text.index(late), whole.text.index(early))]


def test_the_space_that_a_text_begins_with_is_kept():
    """Tokenizers in the manner of Llama's drop it at the start of what they decode."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")
    made.decoder = decoders.Metaspace(prepend_scheme="always")
    made.train_from_iterator(
        ["the cat sat on the mat"] * 3, trainers.BpeTrainer(special_tokens=["<s>", "</s>"])
    )
    own = PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token="</s>")
    cat = own.convert_tokens_to_ids("▁cat")
    assert own.decode([cat]) == "cat"
    batch = decoding._Batch(network("llama"), own, [own("the").input_ids], 1, ())
    assert batch._text(0, [cat]) == " cat"


@pytest.mark.parametrize("temperature", [1e-3, 1e-30, 1e-46])
def test_the_colder_the_likelier(temperature):
    cold = model().generate(PROMPTS, temperature=temperature, max_tokens=5)
    frozen = model().generate(PROMPTS, temperature=0, max_tokens=5)
    assert [c.text for (c,) in cold] == [f.text for (f,) in frozen]


def test_a_model_without_keys_and_values_is_refused_by_name():
    config = MambaConfig(vocab_size=D_VOCAB, hidden_size=16, num_hidden_layers=1, state_size=4)
    lm = LanguageModel("mamba", MambaForCausalLM(config).eval(), tokenizer())
    with pytest.raises(RequirementError, match="of the kind 'mamba' cannot generate here"):
        lm.generate(["the cat"], n=2)


def test_a_completion_that_came_to_no_end_says_so():
    ((found,),) = model().generate(["the cat"], max_tokens=3, temperature=0)
    assert not found.finished
    assert found.n_tokens == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 0}, "n is 0, expected 1 or more"),
        ({"max_tokens": 0}, "max_tokens is 0, expected 1 or more"),
        ({"temperature": -1}, "temperature is -1, expected a number of 0 or more"),
        ({"temperature": float("inf")}, "temperature is inf"),
        ({"seed": -1}, "seed is -1, expected 0 or more"),
        ({"top_k": 0}, "top_k is 0, expected 1 or more, or None"),
        ({"top_p": 0.0}, "top_p is 0.0, expected a number above 0 and at most 1"),
        ({"stop": "x"}, "stop is 'x', expected texts that are not empty, in a list"),
        ({"stop": [""]}, "expected texts that are not empty"),
        ({"max_tokens": 600}, r"generate: 601 tokens, expected at most the 512"),
    ],
)
def test_an_option_out_of_range_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        model().generate(["the cat"], **options)


def test_no_prompt_gives_no_completion():
    assert model().generate([]) == []
