"""A language with two things to learn: which word follows which, and who sits beside whom.

A sentence is a walk over words that is broken off, again and again, for a glance at a table. Each
word has a few successors, the same in all sentences: one table of numbers holds them, and a single
token tells which row to read. At the table sit all people there are, in a ring whose order is the
sentence's own; a glance names a few neighbours, one after another, from a seat drawn at random. So
nothing can be known of a ring beforehand. Which names were said, how often, where and how long ago
tells next to nothing: that nobody is named twice in a glance. Only who followed whom, in some
glance before, tells who comes next.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor

__all__ = [
    "CHANCES",
    "D_VOCAB",
    "N_NAMES",
    "N_SEEN",
    "N_WORDS",
    "Sentences",
    "Successors",
    "batches",
    "grammar",
    "shortest",
    "speak",
]

N_WORDS, N_NAMES = 32, 12
D_VOCAB = N_WORDS + N_NAMES  # words are 0 to N_WORDS - 1, names come behind them

#: Names of a glance.
N_SEEN = 4

#: How likely the first, second, ... successor of a word is.
CHANCES = (0.6, 0.2, 0.1, 0.1)

#: For each word its successors, likeliest first.
Successors = Int[Tensor, "word rank"]

#: Batches of training that are made at once: a step along all sentences costs what one costs.
_AT_ONCE = 64


class Sentences(NamedTuple):
    """Some sentences, and where the glances are.

    Args:
        tokens: words and names.
        names: position of each name of each glance.
    """

    tokens: Int[Tensor, "sentence pos"]
    names: Int[Tensor, "sentence glance name"]


def grammar(draw: torch.Generator) -> Successors:
    """Draw each word's successors."""
    order = torch.rand(N_WORDS, N_WORDS, generator=draw).argsort(dim=1)
    return order[:, : len(CHANCES)]


def shortest(glances: int) -> int:
    """Return the length of a sentence that has no more than a word between glances."""
    return glances * (N_SEEN + 1) - 1


def speak(
    n_sentences: int, successors: Successors, *, n_ctx: int, glances: int, draw: torch.Generator
) -> Sentences:
    """Draw sentences.

    Args:
        n_sentences: how many.
        successors: of each word.
        n_ctx: their length, at least `shortest`.
        glances: of each sentence.
        draw: draws all of it.
    """
    tokens = _walk(n_sentences, successors, n_ctx, draw)
    ring = torch.rand(n_sentences, N_NAMES, generator=draw).argsort(dim=1)
    first = torch.randint(N_NAMES, (n_sentences, glances, 1), generator=draw)
    seats = (first + torch.arange(N_SEEN)) % N_NAMES
    said = N_WORDS + ring.gather(1, seats.flatten(1))
    # A word stands between glances; those that are left lie anywhere before, between and behind.
    n_left = n_ctx - shortest(glances)
    before = torch.randint(n_left + 1, (n_sentences, glances), generator=draw).sort(dim=1).values
    start = before + torch.arange(glances) * (N_SEEN + 1)
    names = start[..., None] + torch.arange(N_SEEN)
    return Sentences(tokens.scatter(1, names.flatten(1), said), names)


def batches(
    n_sentences: int, successors: Successors, *, n_ctx: int, glances: int, draw: torch.Generator
) -> Iterator[tuple[Int[Tensor, "sentence pos"], Int[Tensor, "sentence pos"]]]:
    """Draw new sentences for ever: tokens, and the ones that follow them."""
    while True:
        many = speak(
            _AT_ONCE * n_sentences, successors, n_ctx=n_ctx, glances=glances, draw=draw
        ).tokens
        for tokens in torch.split(many, n_sentences):
            yield tokens[:, :-1], tokens[:, 1:]


def _walk(
    n_sentences: int, successors: Successors, n_ctx: int, draw: torch.Generator
) -> Int[Tensor, "sentence pos"]:
    ranks = torch.multinomial(
        torch.tensor(CHANCES), n_ctx * n_sentences, replacement=True, generator=draw
    )
    word = torch.randint(N_WORDS, (n_sentences,), generator=draw)
    words = []
    for rank in ranks.view(n_ctx, n_sentences):
        words.append(word)
        word = successors[word, rank]
    return torch.stack(words, dim=1)
