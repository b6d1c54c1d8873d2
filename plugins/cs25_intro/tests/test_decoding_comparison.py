"""What `decoding` finds in a model whose answers are known, and how it shows it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import LlamaForCausalLM

from cs25 import Result
from cs25.errors import ParameterError
from cs25.lm import LanguageModel
from cs25.verdict import judge
from cs25_intro.decoding import DEMO, comparison
from cs25_intro.decoding.comparison import MOST_NEW, N_PROMPT
from cs25_intro.decoding.figure import draw
from cs25_intro.decoding.reading import Reading
from cs25_intro.decoding.repetition import repeated
from cs25_intro.decoding.report import distributions, measures, temperatures, written
from cs25_intro.decoding.writing import Texts
from cs25_intro.load_smollm.passages import draw_passages
from cs25_intro.tests.tiny_llama import sharp_llama

NAMES = ("people", "ancestral", "typical", "top-p", "top-k", "temperature", "greedy", "beam")


class Letters:
    """A tokenizer of letters, as far as the demo needs one."""

    all_special_ids = (0,)

    def __call__(self, texts: list[str]) -> dict[str, list[list[int]]]:
        return {"input_ids": [[1 + ord(letter) % 29 for letter in text[:130]] for text in texts]}

    def decode(self, ids: torch.Tensor) -> str:
        return "".join(chr(97 + i) for i in ids.tolist())


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> LlamaForCausalLM:
    """A Llama of a few thousand random weights in the place of SmolLM2."""
    network = sharp_llama(n_ctx=140)
    monkeypatch.setattr(comparison, "load", lambda name: LanguageModel(name, network, Letters()))
    return network


def continues(result: Result) -> dict[str, str]:
    table = result.table("texts")
    return dict(zip(table.column("strategy"), table.column("continues"), strict=True))


def test_repetition_by_hand() -> None:
    assert repeated(range(80)) == 0
    assert repeated([7] * 80) == pytest.approx(1 - 1 / 77)
    # Five tokens over and over: five different 4-grams of 77.
    assert repeated([1, 2, 3, 4, 5] * 16) == pytest.approx(1 - 5 / 77)
    assert repeated([1, 2, 3, 4, 9, 1, 2, 3, 4]) == pytest.approx(1 / 6)
    with pytest.raises(ValueError, match="3 tokens, expected 4 or more"):
        repeated([1, 2, 3])


def some_texts() -> dict[str, Texts]:
    """Three texts of 11 tokens (8 4-grams) for each strategy, with log-probabilities."""
    fresh, loop = list(range(11)), [5] * 11
    half = [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3]  # 4 different of 8
    nats = dict(zip(NAMES, (3.0, 3.5, 2.5, 2.2, 2.0, 1.5, 1.0, 0.75), strict=True))
    rows = {name: [fresh, fresh, fresh] for name in NAMES} | {
        "greedy": [loop, half, loop],
        "beam": [half, half, half],
        "top-p": [fresh, fresh, half],
    }
    return {
        name: Texts(torch.tensor(rows[name]), torch.full((3, 11), -nats[name])) for name in NAMES
    }


def test_measures_are_differences_within_each_prompt() -> None:
    found = measures(some_texts())
    loop = 7 / 8
    excess = np.array([loop, 0.5, loop - 0.5])
    half = 4.302653 * excess.std(ddof=1) / np.sqrt(3)  # t(0.975, 2)
    greedy = found["greedy_excess"]
    assert (greedy.value, greedy.low, greedy.high) == pytest.approx(
        (excess.mean(), excess.mean() - half, excess.mean() + half), abs=1e-5
    )
    values = {name: measure.value for name, measure in found.items()}
    assert values["beam_excess"] == pytest.approx(1 / 3)
    assert values["repeated_people"] == 0
    assert values["repeated_greedy"] == pytest.approx((2 * loop + 0.5) / 3)
    assert values["repeated_top_p"] == pytest.approx(0.5 / 3)
    assert found["repeated_top_p"].low == 0  # a share is not negative
    assert values["human_gap"] == pytest.approx(2.25)
    assert values["cooling"] == pytest.approx(2.0)
    assert values["surprise_beam"] == pytest.approx(0.75)


def test_tables_of_known_texts_and_distributions() -> None:
    table = written(some_texts(), {"top-p": "p = 0.9"})
    assert table.column("strategy") == NAMES
    assert table.column("setting") == ("", "", "", "p = 0.9", "", "", "", "")
    assert table.column("repeated")[-1] == 0.5
    assert table.column("surprise")[0] == pytest.approx(3.0)
    reading = Reading(
        log_probs=torch.zeros(1, 5),
        entropy=torch.tensor([[[1.0, 2.0, 3.0, 4.0, 5.0]], [[0.0, 0.0, 1.0, 1.0, 3.0]]]),
        candidates=torch.tensor([[[9, 9, 9, 9, 9]], [[1, 2, 3, 4, 5]]]),
    )
    assert distributions(["a", "b"], reading).rows == (("a", 3, 9, 9, 9), ("b", 1, 1.4, 3, 4.6))
    assert temperatures([0.5], reading).rows == ((0.5, 1, 0, 1),)


def test_the_demo_measures_the_model_that_was_loaded(tiny: LlamaForCausalLM) -> None:
    result = comparison.decoding(passages=3, n_tokens=40, seed=1)
    assert {*result.measures} == {*DEMO.measures}
    ids = torch.tensor(Letters()(draw_passages(3, seed=1)[0])["input_ids"])[:, : N_PROMPT + 40]
    logits = tiny(ids).logits[:, N_PROMPT - 1 : -1].clone()
    logits[..., 0] = -torch.inf
    log_probs = logits.log_softmax(dim=-1).gather(2, ids[:, N_PROMPT:, None])
    surprise = result.measures["surprise_people"]
    assert surprise.value == pytest.approx(-log_probs.mean().item(), rel=1e-4)
    people = [repeated(row) for row in ids[:, N_PROMPT:].tolist()]
    assert result.measures["repeated_people"].value == pytest.approx(np.mean(people))

    shown = continues(result)
    assert set(shown) == set(NAMES)
    assert shown["people"] == Letters().decode(ids[0, N_PROMPT:])
    begun = ids[:1, :N_PROMPT]
    expected = tiny.generate(
        begun, attention_mask=torch.ones_like(begun), max_new_tokens=40, do_sample=False,
        pad_token_id=0, suppress_tokens=[0],
    )[0, N_PROMPT:]  # fmt: skip
    assert shown["greedy"] == Letters().decode(expected)
    assert Letters().decode(begun[0]) in result.text
    entropies = result.table("temperatures").column("entropy")
    assert list(entropies) == sorted(entropies)
    assert comparison.decoding(passages=3, n_tokens=40, seed=1) == result
    assert comparison.decoding(passages=3, n_tokens=40, seed=2) != result


def test_settings_at_their_limits_all_write_the_same(tiny: LlamaForCausalLM) -> None:
    result = comparison.decoding(
        passages=3, n_tokens=20, temperature=0, top_k=1, top_p=1e-6, beam_width=1
    )
    shown = continues(result)
    for name in ("temperature", "top-k", "top-p", "beam"):
        assert shown[name] == shown["greedy"]
    assert shown["ancestral"] != shown["greedy"]
    assert result.measures["greedy_excess"].value == result.measures["beam_excess"].value == 0


def test_a_prompt_of_ones_own_is_continued_and_changes_no_measure(tiny: LlamaForCausalLM) -> None:
    result = comparison.decoding(passages=3, n_tokens=20, prompt="good morning")
    assert result.text == "The prompt is: good morning"
    shown = continues(result)
    assert set(shown) == {*NAMES} - {"people"}
    begun = torch.tensor(Letters()(["good morning"])["input_ids"])
    expected = tiny.generate(
        begun, attention_mask=torch.ones_like(begun), max_new_tokens=20, do_sample=False,
        pad_token_id=0, suppress_tokens=[0],
    )[0, begun.shape[1] :]  # fmt: skip
    assert shown["greedy"] == Letters().decode(expected)
    assert result.measures == comparison.decoding(passages=3, n_tokens=20).measures


def test_a_prompt_that_does_not_fit_is_refused(tiny: LlamaForCausalLM) -> None:
    with pytest.raises(ParameterError, match="at most 60 tokens"):
        comparison.decoding(prompt="x" * 100)


def test_no_claim_survives_the_control(tiny: LlamaForCausalLM) -> None:
    results = [comparison.decoding(passages=3, control="ancestral", seed=s) for s in range(3)]
    # People's letters surprise random weights, whatever they are compared with.
    for claim in [claim for claim in DEMO.claims if claim.metric != "human_gap"]:
        assert judge(claim, results).verdict != "supported"
    assert set(results[0].measures) == set(DEMO.measures)
    assert results[0].table("written").column("strategy") == NAMES
    texts = list(continues(results[0]).values())
    assert len(set(texts)) == len(NAMES)  # each drawn for itself


def test_every_passage_goes_on_for_long_enough(smollm2: LanguageModel) -> None:
    read, aside = draw_passages(20, seed=0)
    lengths = [len(ids) for ids in smollm2.tokenizer(read + aside)["input_ids"]]
    assert min(lengths) >= N_PROMPT + MOST_NEW


def test_figure_states_the_finding(tiny: LlamaForCausalLM) -> None:
    good = comparison.decoding(passages=3, n_tokens=20)
    control = comparison.decoding(passages=3, n_tokens=20, control="ancestral")
    figure = draw([good], [control])
    title = figure.get_suptitle().replace("\N{NO-BREAK SPACE}", "")
    share = dict(
        zip(*(good.table("written").column(c) for c in ("strategy", "repeated")), strict=True)
    )
    assert f"greedy decoding repeats {share['greedy']:.0%}" in title
    assert f"people {share['people']:.0%}" in title
    assert title.replace("\n", " ") in figure.get_label().replace("\N{NO-BREAK SPACE}", "")
    again, surprise, heat, search = figure.axes
    names = [tick.get_text() for tick in again.get_yticklabels()]
    assert names[0] == "people"
    assert "top-p, p = 0.9" in names
    labels = {line.get_label() for line in again.lines}
    assert "control: all draw from the model as it is" in labels
    assert list(heat.lines[0].get_ydata()) == list(good.table("temperatures").column("entropy"))
    assert search.get_xlabel().startswith("Width")
    assert surprise.get_xlabel().endswith("(nats a token)")
    alone = draw([good, good], [])
    assert "range over seeds" in alone.get_label()
    assert "control" not in alone.get_label()
