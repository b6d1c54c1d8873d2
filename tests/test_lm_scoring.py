"""Scoring: the numbers of a plain forward pass, whatever shares the computation."""

import copy
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from lm_networks import ARCHITECTURES, D_VOCAB, model, network, tokenizer
from tokenizers.processors import TemplateProcessing
from transformers import AutoConfig, AutoModelForCausalLM

from cs25.lm import LanguageModel, scoring
from cs25.lm.scoring import Scorer
from cs25.lm.tokens import Continuation, encode, joined

#: Rounding of float32 over a few dozen tokens.
TOLERANCE = 1e-4

HEADER = "the cat sat on the mat. " * 6
PROMPTS = [f"{HEADER}{what} sat on" for what in ("the dog", "a log", "the capital", "it")]
CONTINUATIONS = [[" the mat", " the log", " a"], [" it"], [" the log and the dog", ""], ["s", "!"]]


def alone(architecture: str, sequence: Continuation) -> float:
    """Return the log-probability of a continuation from one plain forward pass of transformers."""
    with torch.inference_mode():
        logits = network(architecture)(input_ids=torch.tensor([sequence.ids])).logits[0]
    log_probs = logits.log_softmax(dim=-1)
    indices = range(sequence.start, len(sequence.ids))
    return sum(log_probs[i - 1, sequence.ids[i]].item() for i in indices)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_scores_are_those_of_the_whole_text_alone(architecture):
    scores = model(architecture).score(PROMPTS, CONTINUATIONS)
    for prompt, texts, found in zip(PROMPTS, CONTINUATIONS, scores, strict=True):
        for text, score in zip(texts, found, strict=True):
            expected = alone(architecture, joined(tokenizer(), prompt, text))
            assert score.log_prob == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_all_but_slopes_are_packed(architecture):
    scorer = Scorer(network(architecture))
    scorer.score([[Continuation((0, 5, 6, 7), 2)]])
    # Bloom tells positions by the distance in the row, so its sequences must stand alone.
    assert scorer.packs is (architecture != "bloom")


words = st.lists(st.integers(2, D_VOCAB - 1), min_size=1, max_size=12)


@settings(max_examples=30)
@given(
    prefix=st.lists(st.integers(2, D_VOCAB - 1), max_size=20),
    groups=st.lists(
        st.tuples(words, st.lists(words, min_size=1, max_size=4)), min_size=1, max_size=4
    ),
    row=st.integers(4, 60),
)
def test_a_score_does_not_depend_on_its_neighbours(prefix, groups, row):
    asked = [
        [
            Continuation((0, *prefix, *prompt, *text), 1 + len(prefix) + len(prompt))
            for text in texts
        ]
        for prompt, texts in groups
    ]
    scorer = Scorer(network("llama"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "ROW", row)
        scores = scorer.score(asked)
    for group, found in zip(asked, scores, strict=True):
        for sequence, score in zip(group, found, strict=True):
            assert score.log_prob == pytest.approx(alone("llama", sequence), abs=TOLERANCE)
            assert score.n_tokens == len(sequence.ids) - sequence.start


def test_probabilities_of_all_tokens_sum_to_one():
    every = [Continuation((0, 9, 8, 7, token), 4) for token in range(D_VOCAB)]
    (scores,) = Scorer(network("llama")).score([every])
    assert sum(math.exp(score.log_prob) for score in scores) == pytest.approx(1, abs=1e-5)
    assert sum(score.greedy for score in scores) == 1


def test_a_chain_of_tokens_is_the_product_of_its_steps():
    ids = (0, 9, 8, 7, 6, 5)
    scorer = Scorer(network("llama"))
    ((whole,),) = scorer.score([[Continuation(ids, 2)]])
    steps = scorer.score([[Continuation(ids[: i + 1], i)] for i in range(2, len(ids))])
    assert whole.log_prob == pytest.approx(sum(s.log_prob for (s,) in steps), abs=TOLERANCE)
    assert whole.greedy == all(s.greedy for (s,) in steps)


@pytest.fixture
def fed(monkeypatch):
    """The number of tokens of each pass through the model, from now on."""
    scorer = Scorer(network("llama"))
    assert scorer.packs
    passes: list[int] = []
    forward = type(scorer.network).forward

    def counting(self, *args, **options):
        passes.append(options["input_ids"].numel())
        return forward(self, *args, **options)

    monkeypatch.setattr(type(scorer.network), "forward", counting)
    return scorer, passes


def test_a_header_of_all_prompts_is_computed_once(fed):
    """20 prompts of one header and two tokens of their own, 5 continuations of two tokens each."""
    scorer, passes = fed
    header = tuple(range(10, 110))
    groups = [
        [Continuation((0, *header, 120 + p, 150, 200 + t, 7), 103) for t in range(5)]
        for p in range(20)
    ]
    scorer.score(groups)
    # The last token of a continuation predicts nothing that is asked for.
    assert sum(passes) == 101 + 20 * (2 + 5 * 1)


def test_one_choice_among_many_costs_its_prompt(fed):
    scorer, passes = fed
    scorer.score([[Continuation((0, *range(2, 52), token), 51) for token in range(100, 299)]])
    assert sum(passes) == 51


def test_each_header_is_computed_once(fed):
    """Two headers, 10 questions each; and one prompt that is like none of them."""
    scorer, passes = fed
    headers = [tuple(range(10, 110)), tuple(range(110, 210))]
    groups = [
        [Continuation((0, *header, 220 + q, 150 + t), 102) for t in range(4)]
        for q in range(10)
        for header in headers
    ]
    scorer.score([*groups, [Continuation((0, 5, 6, 7), 3)]])
    assert sum(passes) == 1 + 2 * (100 + 10 * 1) + 2


def test_a_long_stem_is_computed_once(fed):
    scorer, passes = fed
    stem = tuple(2 + i % 290 for i in range(450))
    groups = [[Continuation((0, p, *stem, 7, 200 + t, 9), 453) for t in range(10)] for p in (3, 4)]
    scorer.score(groups)
    assert sum(passes) < 1 + 2 * (452 + 10 * 2) + 2


def test_a_long_text_is_scored_in_parts_and_equals_the_whole(fed):
    scorer, passes = fed
    text = Continuation((0, *(2 + (7 * i) % 290 for i in range(500))), 1)
    ((score,),) = scorer.score([[text]])
    assert max(passes) <= scoring.ROW
    assert score.n_tokens == 500
    # Rounding of 500 tokens.
    assert score.log_prob == pytest.approx(alone("llama", text), abs=1e-2)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_windows_hold_across_the_parts_of_a_long_text(architecture):
    text = Continuation((0, *(2 + (7 * i) % 290 for i in range(500))), 490)
    ((score,),) = Scorer(network(architecture)).score([[text]])
    assert score.log_prob == pytest.approx(alone(architecture, text), abs=TOLERANCE)


def test_what_is_done_to_a_model_has_its_effect():
    """Neither a change in place, nor a hook, nor a copy is answered with what was kept before."""
    changed = LanguageModel("copy", copy.deepcopy(network("llama")), tokenizer())
    asked = (PROMPTS, CONTINUATIONS)
    before = changed.score(*asked)
    twin = copy.deepcopy(changed)
    with torch.no_grad():
        twin.network.model.layers[0].mlp.down_proj.weight.mul_(0.5)
    assert twin.score(*asked) == LanguageModel("fresh", twin.network, tokenizer()).score(*asked)
    assert twin.score(*asked) != before
    hook = changed.network.model.layers[0].register_forward_hook(lambda *_: None)
    assert changed.score(*asked) == before
    hook.remove()
    hook = changed.network.model.layers[0].register_forward_hook(lambda m, i, out: out * 0.5)
    assert changed.score(*asked) != before
    hook.remove()
    assert changed.score(*asked) == before


def test_an_interrupted_call_leaves_nothing_behind(monkeypatch):
    lm = model()
    expected = lm.score(PROMPTS, CONTINUATIONS)
    forward = type(lm.network.lm_head).forward

    def interrupt(self, hidden):
        raise KeyboardInterrupt

    monkeypatch.setattr(type(lm.network.lm_head), "forward", interrupt)
    with pytest.raises(KeyboardInterrupt):
        lm.score(["the dog sat on the log. " * 8], [[" the"]])
    monkeypatch.setattr(type(lm.network.lm_head), "forward", forward)
    assert lm.score(PROMPTS, CONTINUATIONS) == expected


def test_attention_that_shows_its_weights_is_scored_rightly():
    shown = copy.deepcopy(network("llama"))
    shown.set_attn_implementation("eager")
    scores = LanguageModel("eager", shown, tokenizer()).score(PROMPTS, CONTINUATIONS)
    expected = model().score(PROMPTS, CONTINUATIONS)
    for found, wanted in zip(scores, expected, strict=True):
        assert [s.log_prob for s in found] == pytest.approx(
            [s.log_prob for s in wanted], abs=TOLERANCE
        )


@pytest.mark.parametrize(
    ("architecture", "options"),
    [
        ("qwen2", {"use_sliding_window": True, "sliding_window": 7, "max_window_layers": 3}),
        ("llama4_text", {"attention_chunk_size": 7, "num_local_experts": 1}),
    ],
)
def test_windows_that_a_short_text_would_not_show(architecture, options):
    """A window is named that no layer has; and attention in chunks, which no mask here knows."""
    torch.manual_seed(0)
    config = AutoConfig.for_model(architecture, **{**ARCHITECTURES["llama"], **options})
    odd = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    with torch.no_grad():
        for parameter in odd.parameters():
            if parameter.dim() > 1:
                parameter.mul_(4)
    scores = LanguageModel(architecture, odd, tokenizer()).score(PROMPTS, CONTINUATIONS)
    for prompt, texts, found in zip(PROMPTS, CONTINUATIONS, scores, strict=True):
        for text, score in zip(texts, found, strict=True):
            c = joined(tokenizer(), prompt, text)
            with torch.inference_mode():
                log_probs = odd(torch.tensor([c.ids])).logits[0].log_softmax(dim=-1)
            wanted = sum(log_probs[i - 1, c.ids[i]].item() for i in range(c.start, len(c.ids)))
            assert score.log_prob == pytest.approx(wanted, abs=TOLERANCE)


def test_greedy_is_what_temperature_zero_gives():
    start = torch.tensor([[0, 9, 8, 7]])
    whole = (
        network("llama")
        .generate(
            start,
            attention_mask=torch.ones_like(start),
            do_sample=False,
            max_new_tokens=4,
            pad_token_id=1,
        )[0]
        .tolist()
    )
    other = [*whole[:-1], (whole[-1] + 1) % D_VOCAB]
    ((likely, unlikely),) = Scorer(network("llama")).score(
        [[Continuation(tuple(ids), 4) for ids in (whole, other)]]
    )
    assert likely.greedy
    assert not unlikely.greedy


class TestBoundaries:
    def pieces(self, prompt: str, continuation: str) -> tuple[list[str], list[str]]:
        sequence = joined(tokenizer(), prompt, continuation)
        names = tokenizer().convert_ids_to_tokens(list(sequence.ids))
        return names[: sequence.start], names[sequence.start :]

    def test_texts_are_tokenised_together(self):
        assert tokenizer().tokenize("the cat") == ["the", "Ġcat"]
        assert self.pieces("the", " cat") == (["the"], ["Ġcat"])

    def test_a_space_at_the_end_of_the_prompt_goes_to_the_word(self):
        assert self.pieces("the ", "cat") == (["the"], ["Ġcat"])

    def test_a_token_that_holds_both_is_the_continuations(self):
        assert self.pieces("the c", "at sat") == (["the"], ["Ġcat", "Ġsat"])

    def test_an_empty_prompt_begins_a_text(self):
        assert self.pieces("", "the cat") == (["<s>"], ["the", "Ġcat"])
        assert encode(tokenizer(), "") == [0]

    def test_a_text_that_begins_itself_gets_no_second_beginning(self):
        assert self.pieces("<s>the", " cat") == (["<s>", "the"], ["Ġcat"])

    def test_a_token_that_closes_texts_is_left_out(self):
        closing = copy.deepcopy(tokenizer())
        closing.backend_tokenizer.post_processor = TemplateProcessing(
            single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)]
        )
        names = closing.convert_ids_to_tokens
        assert names(encode(closing, "the cat")) == ["<s>", "the", "Ġcat"]
        assert names(encode(closing, "")) == ["<s>"]
        found = joined(closing, "the", " cat")
        assert names(list(found.ids)) == ["<s>", "the", "Ġcat"]
        assert found.start == 2

    def test_an_empty_continuation_is_certain(self):
        ((score,),) = model().score(["the cat"], [[""]])
        assert (score.log_prob, score.n_tokens, score.greedy) == (0.0, 0, True)

    def test_a_character_of_several_tokens_stays_whole(self):
        before, after = self.pieces("the ", "漢 cat")
        assert before == ["the", "Ġ"]
        assert len(after) == 4  # three bytes, and " cat"

    @given(st.text(max_size=12), st.text(min_size=1, max_size=12))
    def test_every_character_of_the_continuation_counts(self, prompt, continuation):
        sequence = joined(tokenizer(), prompt, continuation)
        rest = tokenizer().decode(sequence.ids[sequence.start :])
        whole = tokenizer().decode(tokenizer()(prompt + continuation).input_ids)
        # What cannot be text (half of a surrogate pair) is decoded as a mark of its own.
        assert whole.endswith(rest)
        assert rest.endswith(continuation) or "\ufffd" in rest


def test_what_is_wrong_is_named():
    lm = model()
    with pytest.raises(
        TypeError, match="score: found a text, 'the cat', expected a list of prompts"
    ):
        lm.score("the cat", [[" sat"]])
    with pytest.raises(TypeError, match="score: found a text, ' yes', expected a list of contin"):
        lm.score(["a", "b"], [" yes", " no"])
    with pytest.raises(ValueError, match="score: 2 prompts and 1 lists of continuations"):
        lm.score(["a", "b"], [[" sat"]])
    with pytest.raises(ValueError, match=r"score: \d+ tokens, expected at most the 512 that llama"):
        lm.score(["cat " * 600], [[" sat"]])


def test_nothing_asked_is_nothing_answered():
    assert model().score([], []) == []
    assert model().score(["the cat"], [[]]) == [[]]
