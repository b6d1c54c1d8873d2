"""The language of `induction`: words that a table knows, and names that only the sentence knows."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from cs25_intro.induction.language import (
    CHANCES,
    N_NAMES,
    N_SEEN,
    N_WORDS,
    Sentences,
    Successors,
    batches,
    grammar,
    shortest,
    speak,
)

N_CTX, GLANCES = 48, 8


@pytest.fixture(scope="module")
def successors() -> Successors:
    return grammar(torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def sentences(successors: Successors) -> Sentences:
    draw = torch.Generator().manual_seed(1)
    return speak(4000, successors, n_ctx=N_CTX, glances=GLANCES, draw=draw)


def test_every_word_has_successors_of_its_own(successors: Successors) -> None:
    assert successors.shape == (N_WORDS, len(CHANCES))
    assert all(len(set(row.tolist())) == len(CHANCES) for row in successors)
    assert len({tuple(row.tolist()) for row in successors}) == N_WORDS


def test_words_follow_words_as_the_table_says(sentences: Sentences, successors: Successors) -> None:
    tokens = sentences.tokens
    words = tokens < N_WORDS
    pairs = words[:, :-1] & words[:, 1:]
    first, second = tokens[:, :-1][pairs], tokens[:, 1:][pairs]
    rank = (successors[first] == second[:, None]).double()
    assert bool((rank.sum(dim=1) == 1).all())  # every pair is one of the table's
    # Shares of n = 20,000 draws have a standard deviation of at most 0.5 / 140.
    assert len(first) > 20_000
    assert torch.allclose(rank.mean(dim=0), torch.tensor(CHANCES).double(), atol=0.018)


def test_glances_go_around_one_ring_of_each_sentence(sentences: Sentences) -> None:
    said = sentences.tokens.gather(1, sentences.names.flatten(1)).view_as(sentences.names)
    said = said - N_WORDS
    assert bool(((said >= 0) & (said < N_NAMES)).all())
    assert int((sentences.tokens >= N_WORDS).sum()) == said.numel()  # and nowhere else
    assert bool((sentences.names.diff(dim=-1) == 1).all())
    # A word stands between glances.
    assert int((sentences.names[:, 1:, 0] - sentences.names[:, :-1, -1]).min()) == 2
    follows = torch.zeros(N_NAMES, N_NAMES)
    for sentence in said[:500].tolist():
        behind = {}
        for glance in sentence:
            for one, other in pairwise(glance):
                assert behind.setdefault(one, other) == other
                follows[one, other] += 1
        assert len(set(behind.values())) == len(behind)
    # In every sentence another ring: all 132 pairs are about equally common. Of a sentence's 24
    # pairs some 11 differ, so a pair's count is one of 500 draws with p = 11 / 132, twice each.
    off = follows[~torch.eye(N_NAMES, dtype=torch.bool)] / follows.sum() * 132
    assert off.mean() == pytest.approx(1)
    assert float((off - 1).abs().max()) < 0.75


def test_neither_place_nor_seat_of_a_glance_is_a_good_bet(sentences: Sentences) -> None:
    starts = sentences.names[..., 0]
    assert int(starts.min()) == 0
    assert int(starts.max()) == N_CTX - N_SEEN
    said = sentences.tokens.gather(1, starts) - N_WORDS
    share = torch.bincount(said.flatten(), minlength=N_NAMES) / said.numel()
    # 32,000 draws with p = 1/12 have a standard deviation of 0.0016.
    assert torch.allclose(share, torch.full_like(share, 1 / N_NAMES), atol=0.008)


def test_the_shortest_sentence_has_one_word_between_glances(successors: Successors) -> None:
    draw = torch.Generator().manual_seed(3)
    n_ctx = shortest(3)
    assert n_ctx == 14
    tight = speak(2, successors, n_ctx=n_ctx, glances=3, draw=draw)
    assert tight.names[0].tolist() == [[0, 1, 2, 3], [5, 6, 7, 8], [10, 11, 12, 13]]


def test_batches_are_tokens_and_what_follows_them(successors: Successors) -> None:
    def first(n: int) -> list[torch.Tensor]:
        draw = torch.Generator().manual_seed(2)
        supply = batches(4, successors, n_ctx=N_CTX, glances=GLANCES, draw=draw)
        return [tokens for _ in range(n) for tokens in next(supply)]

    tokens, following, other, _ = first(2)
    assert tokens.shape == following.shape == (4, N_CTX - 1)
    assert torch.equal(tokens[:, 1:], following[:, :-1])
    assert not torch.equal(tokens, other)
    assert torch.equal(first(1)[0], tokens)
