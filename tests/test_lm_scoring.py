"""Scoring: the numbers of a plain forward pass, whatever shares the computation."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from lm_networks import ARCHITECTURES, D_VOCAB, model, network, tokenizer

from cs25.lm import scoring
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


def test_what_is_shared_is_computed_once(monkeypatch):
    """Of 20 prompts with one header and 5 continuations each, no token goes in twice."""
    header = tuple(range(10, 110))
    groups = [
        [Continuation((0, *header, 120 + p, 150, 200 + t, 7), 103) for t in range(5)]
        for p in range(20)
    ]
    scorer = Scorer(network("llama"))
    scorer.score([[Continuation((0, 5), 1)]])  # asks once whether the model can be packed
    fed = []
    forward = type(scorer.network).forward

    def counting(self, *args, **options):
        fed.append(options["input_ids"].numel())
        return forward(self, *args, **options)

    monkeypatch.setattr(type(scorer.network), "forward", counting)
    scorer.score(groups)
    # The header with the token that begins the text; then a stem of one for each prompt, the token
    # that predicts the first scored one for each branch, and that one to predict the last.
    assert sum(fed) == 101 + 20 * (1 + 5 * 2)
    fed.clear()
    scorer.score(groups[:3])
    assert sum(fed) == 3 * (1 + 5 * 2), "the header is in the cache still"


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
    with pytest.raises(TypeError, match="score: found a text, expected a list of prompts"):
        lm.score("the cat", [[" sat"]])
    with pytest.raises(ValueError, match="score: 2 prompts and 1 lists of continuations"):
        lm.score(["a", "b"], [[" sat"]])
    with pytest.raises(ValueError, match=r"score: \d+ tokens, expected at most the 512 that llama"):
        lm.score(["cat " * 600], [[" sat"]])


def test_nothing_asked_is_nothing_answered():
    assert model().score([], []) == []
    assert model().score(["the cat"], [[]]) == [[]]
