"""Heads: what they look at, and networks without one of them."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn

from cs25.nn import Decoder, TransformerConfig
from cs25_intro.induction.exam import (
    Exam,
    in_context_score,
    losses,
    name_losses,
    prefix_matches,
    previous_names,
    told,
)
from cs25_intro.induction.heads import ablate_head, followers, share_on, watch
from cs25_intro.induction.language import (
    D_VOCAB,
    N_NAMES,
    N_SEEN,
    N_WORDS,
    Sentences,
    grammar,
    speak,
)
from cs25_intro.induction.network import attention_only, layers

CONFIG = TransformerConfig(
    d_vocab=D_VOCAB, d_model=8, n_layers=2, n_heads=2, n_ctx=44, positions="none"
)
GLANCES = 8


@pytest.fixture
def model() -> Decoder:
    return attention_only(CONFIG, seed=1).requires_grad_(False)


@pytest.fixture
def sentences() -> Sentences:
    draw = torch.Generator().manual_seed(0)
    return speak(5, grammar(draw), n_ctx=44, glances=GLANCES, draw=draw)


class Oracle(nn.Module):
    """Answers with the name that followed in an earlier glance, and loves word 0."""

    def forward(self, tokens: Tensor) -> Tensor:
        logits = torch.zeros(*tokens.shape, D_VOCAB)
        logits[..., 0] = 100.0
        for sentence, row in enumerate(tokens.tolist()):
            for i, token in enumerate(row):
                for j in range(i):
                    if row[j] == token and row[j + 1] >= N_WORDS:
                        logits[sentence, i, row[j + 1]] = 50.0
        return logits


def test_an_attention_only_network_adds_what_its_heads_say_and_nothing_else(
    model: Decoder, sentences: Sentences
) -> None:
    x = model.embedding(sentences.tokens)
    for block in layers(model):
        x = x + block.attention(block.attention_norm(x))
    assert torch.equal(model.unembedding(model.norm(x)), model(sentences.tokens))
    assert not any("mlp" in name for name, _ in model.named_parameters())


def test_weights_are_the_softmax_of_scores_of_earlier_positions(
    model: Decoder, sentences: Sentences
) -> None:
    before, (first, second) = watch(model, sentences.tokens)
    block = layers(model)[0]
    x = block.attention_norm(model.embedding(sentences.tokens))
    query, key, _ = (x @ block.attention.query_key_value.weight.T).split(8, dim=-1)
    scores = query[2, 7, 4:] @ key[2, :8, 4:].T / math.sqrt(4)  # head 1 of 2, 4 wide
    assert torch.allclose(first[2, 1, 7, :8], scores.softmax(dim=0), atol=1e-6)
    for weights in (first, second):
        assert torch.allclose(weights.sum(dim=-1), torch.ones(5, 2, 44))
        assert not weights.triu(1).any()
    assert torch.equal(model(sentences.tokens), before)


def test_followers_stand_behind_the_same_token() -> None:
    tokens = torch.tensor([[7, 3, 7, 5, 3, 7, 7]])
    found = followers(tokens)[0].nonzero().tolist()
    row = tokens[0].tolist()
    expected = [
        [query, key]
        for query in range(7)
        for key in range(1, query + 1)
        if row[key - 1] == row[query]
    ]
    assert found == expected
    assert [5, 3] in found  # 7 now, 7 before 5


def test_a_prefix_match_is_the_neighbour_that_a_glance_before_named(sentences: Sentences) -> None:
    found = prefix_matches(sentences)
    for sentence, (tokens, names) in enumerate(zip(*map(Tensor.tolist, sentences), strict=True)):
        expected = [
            [asked, told_at]
            for i, glance in enumerate(names)
            for asked in glance[:-1]
            for before in names[:i]
            for j, told_at in enumerate(before)
            if j > 0 and tokens[told_at - 1] == tokens[asked]
        ]
        assert sorted(expected) == found[sentence].nonzero().tolist()
        pairs = {(tokens[told_at - 1], tokens[told_at]) for _, told_at in expected}
        assert all(tokens[asked + 1] == dict(pairs)[tokens[asked]] for asked, _ in expected)


def test_what_was_told_is_what_has_a_match(sentences: Sentences) -> None:
    known = told(sentences)
    said = sentences.tokens.gather(1, sentences.names.flatten(1)).view_as(sentences.names)
    for glances, marks in zip(said.tolist(), known.tolist(), strict=True):
        seen: set[tuple[int, int]] = set()
        for glance, of_glance in zip(glances, marks, strict=True):
            pairs = list(pairwise(glance))
            assert of_glance == [pair in seen for pair in pairs]
            seen |= set(pairs)
    assert not known[:, 0].any()
    assert known[:, -1].any()


def test_the_token_before_is_asked_for_within_glances(sentences: Sentences) -> None:
    found = previous_names(sentences)[1].nonzero().tolist()
    names = sorted(sentences.names[1, :, 1:].flatten().tolist())
    assert found == [[i, i - 1] for i in names]


def test_shares_of_attention_are_one_on_the_spot_and_known_for_an_average(
    sentences: Sentences,
) -> None:
    places = prefix_matches(sentences)
    on_the_spot = places / places.sum(dim=-1, keepdim=True).clamp(min=1)
    average = torch.ones(44, 44).tril() / torch.arange(1, 45)[:, None]
    both = torch.stack([on_the_spot, average.expand(5, 44, 44)], dim=1)
    asked = places.any(dim=-1)
    expected = (places.sum(dim=-1) / torch.arange(1, 45))[asked].mean()
    assert torch.allclose(share_on(both, places), torch.stack([torch.tensor(1.0), expected]))


def test_a_head_that_is_knocked_out_says_its_average_everywhere(
    model: Decoder, sentences: Sentences
) -> None:
    attention = layers(model)[1].attention
    heard: list[Tensor] = []
    said: list[Tensor] = []
    attention.out.register_forward_pre_hook(lambda _m, args: heard.append(args[0]))
    attention.out.register_forward_hook(lambda _m, args, output: said.append(output))
    before = model(sentences.tokens)
    with ablate_head(model, 1, 0):
        model(sentences.tokens)
    whole = heard[0]
    expected = torch.cat([whole[..., :4].mean(dim=(0, 1)).expand(5, 44, 4), whole[..., 4:]], -1)
    assert torch.allclose(said[1], expected @ attention.out.weight.T, atol=1e-6)
    assert not torch.allclose(said[1], said[0], atol=1e-3)
    assert torch.equal(model(sentences.tokens), before)


def test_names_are_scored_among_names(sentences: Sentences) -> None:
    loss, known = name_losses(Oracle()(sentences.tokens), sentences), told(sentences)
    assert loss.shape == known.shape == (5, GLANCES, N_SEEN - 1)
    # Nothing is known of the first glance, and all that was told, whatever the logits of words.
    assert torch.allclose(loss[:, 0], torch.tensor(math.log(N_NAMES)))
    assert float(loss[known].max()) < 1e-6
    assert in_context_score(loss, known) == pytest.approx(math.log(N_NAMES), rel=1e-6)


def test_losses_are_those_of_the_next_token(sentences: Sentences) -> None:
    model = Oracle()
    logits = model(sentences.tokens)
    loss = losses(logits, sentences)
    log_probs = logits.log_softmax(dim=-1)
    assert loss[4, 9] == pytest.approx(-float(log_probs[4, 9, sentences.tokens[4, 10]]), abs=1e-4)
    assert loss.shape == (5, 43)
    assert int(sentences.tokens.max()) < N_WORDS + N_NAMES


def test_an_exam_marks_words_names_and_heads(model: Decoder, sentences: Sentences) -> None:
    exam = Exam(sentences)
    marks = exam.mark(model)
    logits, weights = watch(model, sentences.tokens)
    log_probs = logits.log_softmax(dim=-1)
    after_a_word = [
        -float(log_probs[sentence, i - 1, row[i]])
        for sentence, row in enumerate(sentences.tokens.tolist())
        for i in range(1, 44)
        if row[i - 1] < N_WORDS and row[i] < N_WORDS
    ]
    assert marks.word_loss == pytest.approx(sum(after_a_word) / len(after_a_word), rel=1e-5)
    assert marks.loss == pytest.approx(float(losses(logits, sentences).mean()))
    score = in_context_score(name_losses(logits, sentences), told(sentences))
    assert marks.in_context_score == exam.in_context_score(model) == pytest.approx(score)
    for of_heads, places in (
        (marks.prefix_matching, prefix_matches(sentences)),
        (marks.previous_token, previous_names(sentences)),
    ):
        assert of_heads == [share_on(layer, places).tolist() for layer in weights]
