"""An exam: how well a network predicts words and names of sentences it never learned from."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from jaxtyping import Bool, Float
from torch import Tensor

from cs25.nn import Decoder
from cs25_intro.induction.heads import Places, followers, share_on, watch
from cs25_intro.induction.language import N_WORDS, Sentences

__all__ = [
    "Exam",
    "Marks",
    "in_context_score",
    "losses",
    "name_losses",
    "prefix_matches",
    "previous_names",
    "told",
]

Logits = Float[Tensor, "sentence pos d_vocab"]

#: Of the names of each glance but its first.
NameLosses = Float[Tensor, "sentence glance name"]


class Marks(NamedTuple):
    """What one exam found.

    Args:
        in_context_score: in nats.
        loss: over all tokens, in nats.
        word_loss: over words behind a word, in nats.
        prefix_matching: share of its attention that each head spends on prefix matches, by layer.
        previous_token: the same for the name before, by layer.
    """

    in_context_score: float
    loss: float
    word_loss: float
    prefix_matching: list[list[float]]
    previous_token: list[list[float]]


class Exam:
    """An exam that can be taken again and again.

    Args:
        sentences: what it is about.
    """

    def __init__(self, sentences: Sentences) -> None:
        self.sentences = sentences
        self._told = told(sentences)
        self._matches = prefix_matches(sentences)
        self._previous = previous_names(sentences)
        words = sentences.tokens < N_WORDS
        self._words = words[:, :-1] & words[:, 1:]

    def mark(self, model: Decoder) -> Marks:
        """Examine a network."""
        logits, weights = watch(model, self.sentences.tokens)
        loss = losses(logits, self.sentences)
        return Marks(
            in_context_score=in_context_score(name_losses(logits, self.sentences), self._told),
            loss=float(loss.mean()),
            word_loss=float(loss[self._words].mean()),
            prefix_matching=[share_on(layer, self._matches).tolist() for layer in weights],
            previous_token=[share_on(layer, self._previous).tolist() for layer in weights],
        )

    @torch.inference_mode()
    def in_context_score(self, model: Decoder) -> float:
        """Return the in-context score alone, in nats."""
        logits = model(self.sentences.tokens)
        return in_context_score(name_losses(logits, self.sentences), self._told)


def losses(logits: Logits, sentences: Sentences) -> Float[Tensor, "sentence next"]:
    """Return the loss of each token but the first, in nats."""
    return F.cross_entropy(logits[:, :-1].mT, sentences.tokens[:, 1:], reduction="none")


def name_losses(logits: Logits, sentences: Sentences) -> NameLosses:
    """Return the loss of each name of a glance but the first, among names, in nats.

    Nothing tells with whom a glance begins, so its first name is left out. And a network that knows
    that a name comes would seem to know something of *which*: so words are left out, too.
    """
    asked, answer = sentences.names[..., :-1].flatten(1), sentences.names[..., 1:].flatten(1)
    among = logits[..., N_WORDS:]
    at = asked[..., None].expand(-1, -1, among.shape[-1])
    name = sentences.tokens.gather(1, answer) - N_WORDS
    loss = F.cross_entropy(among.gather(1, at).mT, name, reduction="none")
    return torch.unflatten(loss, 1, (sentences.names.shape[1], -1))


def told(sentences: Sentences) -> Bool[Tensor, "sentence glance name"]:
    """Return which of these names the sentence has told: an earlier glance had the same pair."""
    asked = sentences.names[..., :-1]
    found = prefix_matches(sentences).any(dim=-1).gather(1, asked.flatten(1))
    return found.view_as(asked)


def in_context_score(loss: NameLosses, known: Bool[Tensor, "sentence glance name"]) -> float:
    """Return how much better names of the last glance are predicted than those of the first.

    Args:
        loss: of names, in nats.
        known: which were told. Of the last glance only these count; nearly all names have been said
            by then, so that to know *which* were is of no help.
    """
    return float(loss[:, 0].mean() - loss[:, -1][known[:, -1]].mean())


def prefix_matches(sentences: Sentences) -> Places:
    """Return where a prefix match is: for names, who followed the same name in earlier glances.

    The last name of a glance is left out, since a word follows it.
    """
    tokens, names = sentences
    asked, answer = (
        torch.zeros_like(tokens, dtype=torch.bool).scatter(1, part.flatten(1), value=True)
        for part in (names[..., :-1], names[..., 1:])
    )
    return followers(tokens) & asked[:, :, None] & answer[:, None, :]


def previous_names(sentences: Sentences) -> Places:
    """Return, for each name of a glance but the first, the name before it."""
    n_sentences, n_pos = sentences.tokens.shape
    asked = torch.zeros_like(sentences.tokens, dtype=torch.bool)
    asked.scatter_(1, sentences.names[..., 1:].flatten(1), value=True)
    before = torch.eye(n_pos, dtype=torch.bool).roll(-1, dims=1).tril()
    return before.expand(n_sentences, n_pos, n_pos) & asked[:, :, None]
