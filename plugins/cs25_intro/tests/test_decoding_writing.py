"""What is written by a transformer, against transformers' own generation."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from jaxtyping import Int
from torch import Tensor

from cs25.lm import LanguageModel
from cs25.nn import Decoder, from_llama
from cs25_intro.decoding.beam_search import beam_search
from cs25_intro.decoding.continuations import ROWS, continue_all
from cs25_intro.decoding.reading import entropy, read
from cs25_intro.decoding.strategies import Strategy, ancestral, greedy, temperature, top_k, top_p
from cs25_intro.decoding.writer import TransformerWriter
from cs25_intro.decoding.writing import write
from cs25_intro.tests.tiny_llama import sharp_llama

#: float32, some hundred operations deep
CLOSE = {"rtol": 1e-4, "atol": 1e-4}

STRATEGIES: dict[str, Strategy] = {
    "ancestral": ancestral,
    "top-p": partial(top_p, p=0.9),
    "greedy": greedy,
}


NETWORK = sharp_llama(n_ctx=64)
MODEL: Decoder = from_llama(NETWORK)
PROMPTS: Int[Tensor, "prompt pos"] = torch.randint(
    30, (5, 7), generator=torch.Generator().manual_seed(1)
)
NEVER = [3, 11]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def theirs(never: list[int], **options: object) -> Int[Tensor, "prompt new"]:
    """What transformers writes. It shares out what was suppressed only if it is told to."""
    written = NETWORK.generate(
        PROMPTS, attention_mask=torch.ones_like(PROMPTS), do_sample=False, max_new_tokens=9,
        pad_token_id=0, suppress_tokens=never or None, renormalize_logits=True,
        **options,
    )  # fmt: skip
    return written[:, PROMPTS.shape[1] :]


@pytest.mark.parametrize("never", [[], NEVER])
def test_greedy_writes_what_transformers_writes(never: list[int]) -> None:
    writer = TransformerWriter(MODEL, PROMPTS, n_new=9, never=never)
    written = write(writer, [greedy], n_new=9, generator=generator())
    assert torch.equal(written.tokens[0], theirs(never))


@pytest.mark.parametrize("never", [[], NEVER])
@pytest.mark.parametrize("width", [2, 5])
def test_beam_search_finds_what_transformers_finds(never: list[int], width: int) -> None:
    writer = TransformerWriter(MODEL, PROMPTS, n_new=9, never=never)
    found = beam_search(writer, width=width, n_new=9)
    assert torch.equal(found.tokens, theirs(never, num_beams=width))


def test_log_probs_are_those_of_one_pass_over_the_whole_text() -> None:
    written = continue_all(
        MODEL, PROMPTS, STRATEGIES, beam_width=3, n_new=9, never=NEVER, generator=generator()
    )
    assert set(written) == {*STRATEGIES, "beam"}
    for texts in written.values():
        whole = torch.cat([PROMPTS, texts.tokens], dim=1)
        logits = NETWORK(whole).logits[:, 6:-1].clone()
        logits[..., NEVER] = -torch.inf
        expected = logits.log_softmax(dim=-1).gather(2, texts.tokens[..., None])[..., 0]
        torch.testing.assert_close(texts.log_probs, expected, **CLOSE)
        assert not torch.isin(texts.tokens, torch.tensor(NEVER)).any()


def test_a_beam_finds_likelier_texts_than_greedy_decoding() -> None:
    written = continue_all(MODEL, PROMPTS, STRATEGIES, beam_width=8, n_new=9, generator=generator())
    gain = written["beam"].log_probs.sum(dim=1) - written["greedy"].log_probs.sum(dim=1)
    assert gain.mean() > 0.1


@pytest.mark.parametrize("strategy", [partial(temperature, t=0), partial(top_k, k=1)])
def test_limits_write_what_greedy_decoding_writes(strategy: Strategy) -> None:
    named = {"limit": strategy, "greedy": greedy}
    written = continue_all(MODEL, PROMPTS, named, beam_width=1, n_new=9, generator=generator())
    assert torch.equal(written["limit"].tokens, written["greedy"].tokens)
    assert torch.equal(written["beam"].tokens, written["greedy"].tokens)


def test_top_p_1_writes_what_ancestral_sampling_writes() -> None:
    whole, own = (
        write(
            TransformerWriter(MODEL, PROMPTS, n_new=9), [strategy], n_new=9, generator=generator()
        )
        for strategy in (partial(top_p, p=1.0), ancestral)
    )
    assert torch.equal(whole.tokens, own.tokens)


def test_the_first_token_is_drawn_from_the_models_distribution() -> None:
    writer = TransformerWriter(MODEL, PROMPTS[:1], n_new=1)
    probs = NETWORK(PROMPTS[:1]).logits[0, -1].softmax(dim=-1)
    drawn = write(writer, [ancestral] * 20_000, n_new=1, generator=generator()).tokens.flatten()
    shares = drawn.bincount(minlength=30) / len(drawn)
    # The standard error of a share is at most 0.0035.
    torch.testing.assert_close(shares, probs, atol=0.02, rtol=0)


def test_many_prompts_are_written_in_parts() -> None:
    many = PROMPTS.repeat(ROWS // 5 + 1, 1)
    written = continue_all(
        MODEL, many, {"greedy": greedy}, beam_width=2, n_new=4, generator=generator()
    )
    few = continue_all(
        MODEL, PROMPTS, {"greedy": greedy}, beam_width=2, n_new=4, generator=generator()
    )
    for name, texts in written.items():
        assert len(texts.tokens) == len(many)
        assert torch.equal(texts.tokens[-5:], few[name].tokens)


def test_progress_counts_tokens_of_all_rows() -> None:
    steps: list[int] = []
    continue_all(
        MODEL, PROMPTS, STRATEGIES, beam_width=4, n_new=6, generator=generator(),
        progress=steps.append,
    )  # fmt: skip
    assert sum(steps) == 5 * 6 * (len(STRATEGIES) + 4)


def test_rows_that_are_kept_go_on_as_if_they_were_alone() -> None:
    writer = TransformerWriter(MODEL, PROMPTS, n_new=3)
    writer.keep(torch.tensor([4, 1, 1]))
    writer.add(torch.tensor([2, 5, 6]))
    whole = torch.cat([PROMPTS[[4, 1, 1]], torch.tensor([[2], [5], [6]])], dim=1)
    expected = NETWORK(whole).logits[:, -1].log_softmax(dim=-1)
    torch.testing.assert_close(writer.log_probs, expected, **CLOSE)


def test_reading_is_what_the_model_expects_where_people_wrote() -> None:
    texts = torch.randint(30, (2, 12), generator=generator(3))
    reading = read(MODEL, texts, [ancestral, partial(top_k, k=4), greedy], n_prompt=5, never=NEVER)
    logits = NETWORK(texts).logits[:, 4:-1].clone()
    logits[..., NEVER] = -torch.inf
    expected = logits.log_softmax(dim=-1)
    torch.testing.assert_close(
        reading.log_probs, expected.gather(2, texts[:, 5:, None])[..., 0], **CLOSE
    )
    torch.testing.assert_close(reading.entropy[0], entropy(expected.exp()), **CLOSE)
    assert reading.candidates.shape == (3, 2, 7)
    assert (reading.candidates[0] == 28).all()
    assert (reading.candidates[1] == 4).all()
    assert (reading.candidates[2] == 1).all()
    every = read(MODEL, texts, [ancestral], n_prompt=5, every=3, never=NEVER)
    torch.testing.assert_close(every.log_probs, reading.log_probs)
    torch.testing.assert_close(every.entropy, reading.entropy[:1, :, ::3])


def test_greedy_writes_what_the_real_model_generates(smollm2: LanguageModel) -> None:
    prompt = "The capital of France is"
    ids = torch.tensor([smollm2.tokenizer(prompt)["input_ids"]])
    model = from_llama(smollm2.network)
    drawn = write(TransformerWriter(model, ids, n_new=6), [greedy], n_new=6, generator=generator())
    ((expected,),) = smollm2.generate([prompt], temperature=0, max_tokens=6)
    assert smollm2.tokenizer.decode(drawn.tokens[0, 0]) == expected.text
    assert drawn.log_probs.sum().item() == pytest.approx(expected.log_prob, abs=1e-3)
