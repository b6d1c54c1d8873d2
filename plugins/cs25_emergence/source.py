"""A language whose entropy rate is known exactly, so that a fitted irreducible loss has a right answer.

An order-2 Markov source over V words. Each context (the last two words) puts all words in an order
of its own, and the next word is the one at rank k with probability r_k = 2^-k. Every context has
the same distribution over ranks, so the entropy rate is H(r) = 2 bits, whatever the orders are and
however often each context comes up. An order is drawn by popularity, word j being worth 1/j
(Plackett-Luce): common words come first more often, and words and contexts are heavy-tailed as in
Zipf's law. What there is to learn is the order of each context, and a few contexts matter much
while thousands matter little.

Source: Plackett 1975 for the ranking; Hutter 2021 (arXiv 2102.04074) for heavy-tailed contexts as
an origin of power laws in the loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

__all__ = ["RankedSource", "draw_source", "shuffle_words"]

_STATIONARY_TOLERANCE = 1e-13  # total variation left between two iterations


@dataclass(frozen=True, eq=False)
class RankedSource:
    """An order-2 Markov source in which contexts differ only by the order they put words in.

    Args:
        rank_probs: r, the probability of each rank; shape (rank,).
        ranking: the word at each rank of each context; shape (context, rank). The context of
            words a, b is a * d_vocab + b.
    """

    rank_probs: Float[np.ndarray, " rank"]
    ranking: Int[np.ndarray, "context rank"]

    @property
    def d_vocab(self) -> int:
        """Number of words."""
        return len(self.rank_probs)

    @property
    def entropy_rate_nats(self) -> float:
        """H(r): what the best possible predictor loses for each word."""
        return float(-(self.rank_probs * np.log(self.rank_probs)).sum())

    @cached_property
    def next_probs(self) -> Float[np.ndarray, "context word"]:
        """Probability of each next word."""
        probs = np.empty(self.ranking.shape)
        np.put_along_axis(probs, self.ranking, self.rank_probs[None], axis=1)
        return probs

    @cached_property
    def context_probs(self) -> Float[np.ndarray, " context"]:
        """How often each context comes up in the long run, by power iteration."""
        n = self.d_vocab
        step = self.next_probs.reshape(n, n, n)
        now, moved = np.full((n, n), 1 / n**2), 1.0
        while moved > _STATIONARY_TOLERANCE:
            then = np.einsum("ab,abc->bc", now, step)
            then /= then.sum()
            now, moved = then, float(np.abs(then - now).sum()) / 2
        return now.reshape(-1)

    @property
    def word_entropy_nats(self) -> float:
        """Entropy of a single word: the loss of the best predictor that sees no context."""
        probs = self.context_probs.reshape(self.d_vocab, -1).sum(axis=0)
        return float(-(probs * np.log(probs)).sum())

    def sample(
        self, n_sequences: int, n_words: int, rng: np.random.Generator
    ) -> Int[np.ndarray, "sequence pos"]:
        """Draw sequences of at least two words from the stationary source."""
        words = np.empty((n_sequences, n_words), dtype=np.int64)
        first = _draw(self.context_probs, n_sequences, rng)
        words[:, 0], words[:, 1] = np.divmod(first, self.d_vocab)
        ranks = _draw(self.rank_probs, (n_sequences, n_words - 2), rng)
        for pos in range(2, n_words):
            context = words[:, pos - 2] * self.d_vocab + words[:, pos - 1]
            words[:, pos] = self.ranking[context, ranks[:, pos - 2]]
        return words

    def next_probs_after(
        self, words: Int[np.ndarray, "sequence pos"]
    ) -> Float[np.ndarray, "sequence pos_minus_1 word"]:
        """Return the true distribution of the next word at every position but the first."""
        probs: np.ndarray = self.next_probs[words[:, :-1] * self.d_vocab + words[:, 1:]]
        return probs


def draw_source(
    rng: np.random.Generator,
    *,
    d_vocab: int = 64,
    popularity_exponent: float = 1.0,
) -> RankedSource:
    """Draw the order of every context.

    Args:
        rng: draws it.
        d_vocab: number of words V; there are V² contexts.
        popularity_exponent: z of the words' popularity j^-z; 0 makes all words alike.
    """
    rank = np.arange(1, d_vocab + 1)
    rank_probs = 0.5**rank
    rank_probs[-1] *= 2  # what is left over; the entropy is 2 - 2^(2-V) bits
    # Sorting by log popularity plus Gumbel noise draws from the Plackett-Luce distribution.
    score = rng.gumbel(size=(d_vocab**2, d_vocab)) - popularity_exponent * np.log(rank)
    return RankedSource(rank_probs, np.argsort(-score, axis=1))


def shuffle_words(
    words: Int[np.ndarray, "sequence pos"], rng: np.random.Generator
) -> Int[np.ndarray, "sequence pos"]:
    """Put all words of a text in random order: the same words as often, and no context.

    Shuffled within sequences, they would still tell which words a sequence is rich in.
    """
    return rng.permutation(words.reshape(-1)).reshape(words.shape)


def _draw(
    probs: Float[np.ndarray, " outcome"], shape: int | tuple[int, ...], rng: np.random.Generator
) -> Int[np.ndarray, ...]:
    """Draw outcomes by inverting the distribution function."""
    below = np.cumsum(probs)
    # The last edge may lie a rounding error below 1, where a draw would find no outcome.
    return np.searchsorted(below[:-1], rng.random(shape), side="right")
