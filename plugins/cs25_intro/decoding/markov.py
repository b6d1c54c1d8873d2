"""Markov chains: sources so small that every text can be listed, with its exact probability.

What a strategy draws can be held against the distribution that it ought to draw from, and what a
search finds against the best that there is.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from cs25_intro.decoding.strategies import Strategy

__all__ = ["MarkovChains", "MarkovWriter", "all_texts", "draw_chains"]


@dataclass(frozen=True)
class MarkovChains:
    """Sources in which each token depends on the one before, and on nothing else.

    Args:
        first: probability of each token to begin a text.
        after: probability of each token to come after each.
    """

    first: Float[Tensor, "chain d_vocab"]
    after: Float[Tensor, "chain before d_vocab"]

    def under(self, strategy: Strategy) -> MarkovChains:
        """Return the chains that a strategy makes of these."""
        return MarkovChains(strategy(self.first), strategy(self.after))

    def log_probs(self, texts: Int[Tensor, "text pos"]) -> Float[Tensor, "chain text"]:
        """Return the exact log-probability of each text, in nats."""
        begin = self.first.log()[:, texts[:, 0]]
        steps = self.after.log()[:, texts[:, :-1], texts[:, 1:]]
        return begin + steps.sum(dim=-1)


def draw_chains(n: int, *, d_vocab: int, generator: torch.Generator) -> MarkovChains:
    """Draw chains: all distributions are equally likely (Dirichlet with parameters 1).

    Args:
        n: how many.
        d_vocab: tokens.
        generator: draws them.
    """
    waits = torch.empty(n, 1 + d_vocab, d_vocab, dtype=torch.float64)
    waits.exponential_(generator=generator)  # shares of exponential waiting times are such a draw
    probs = waits / waits.sum(dim=-1, keepdim=True)
    return MarkovChains(probs[:, 0], probs[:, 1:])


def all_texts(*, d_vocab: int, length: int) -> Int[Tensor, "text pos"]:
    """Return every text of a length, in alphabetic order.

    >>> all_texts(d_vocab=2, length=2).tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    """
    return torch.cartesian_prod(*[torch.arange(d_vocab)] * length).view(-1, length)


class MarkovWriter:
    """Texts that chains write, one row for each chain to begin with.

    Args:
        chains: the sources.
    """

    def __init__(self, chains: MarkovChains) -> None:
        self.after = chains.after.log()
        self.chain = torch.arange(len(chains.first))
        self._log_probs = chains.first.log()

    @property
    def log_probs(self) -> Float[Tensor, "row d_vocab"]:
        """How likely each token is to come next, in nats."""
        return self._log_probs

    def add(self, tokens: Int[Tensor, " row"]) -> None:
        """Write one more token in each row."""
        self._log_probs = self.after[self.chain, tokens]

    def keep(self, rows: Int[Tensor, " kept"]) -> None:
        """Go on with these rows only, in this order."""
        self.chain, self._log_probs = self.chain[rows], self._log_probs[rows]
