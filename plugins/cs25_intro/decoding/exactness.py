"""Exact answers: samples against the distribution they should have, and searches against the best.

Source: Pearson 1900 for chi-squared.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from cs25_intro.decoding.beam_search import beam_search
from cs25_intro.decoding.markov import MarkovChains, MarkovWriter, all_texts
from cs25_intro.decoding.strategies import Strategy
from cs25_intro.decoding.writing import write

__all__ = ["chi_squared", "counts", "found_best", "total_variation"]

#: Texts that are expected more rarely are counted together: below, chi-squared is off.
LEAST = 5


def counts(
    chain: MarkovChains, strategy: Strategy, *, length: int, n: int, generator: torch.Generator
) -> Int[Tensor, " text"]:
    """Write n texts and count how often each came out, in the order of `all_texts`.

    Args:
        chain: one source.
        strategy: how it is decoded.
        length: tokens of a text.
        n: how many texts.
        generator: draws them.
    """
    writer = MarkovWriter(chain)
    writer.keep(torch.zeros(n, dtype=torch.long))
    tokens = write(writer, [strategy], n_new=length, generator=generator).tokens[0]
    d_vocab = chain.first.shape[-1]
    places = d_vocab ** torch.arange(length - 1, -1, -1)
    return (tokens * places).sum(dim=1).bincount(minlength=d_vocab**length)


def chi_squared(observed: Int[Tensor, " text"], probs: Float[Tensor, " text"]) -> tuple[float, int]:
    """Return Pearson's chi-squared and its degrees of freedom.

    It is the sum of (observed - expected)² / expected. For draws from ``probs`` its mean is the
    number of degrees of freedom.

    >>> chi_squared(torch.tensor([40, 60]), torch.tensor([0.5, 0.5]))
    (4.0, 1)
    """
    expected = probs * observed.sum()
    often = expected >= LEAST
    cells = torch.stack([observed.to(expected.dtype), expected])
    cells = torch.cat([cells[:, often], cells[:, ~often].sum(dim=1, keepdim=True)], dim=1)
    # What is impossible and never happened is no cell.
    seen, wanted = cells[:, cells.amax(dim=0) > 0]
    return float(((seen - wanted) ** 2 / wanted).sum()), len(wanted) - 1


def total_variation(observed: Int[Tensor, " text"], probs: Float[Tensor, " text"]) -> float:
    """Return the share of the texts that would have to be others: half the sum of differences."""
    return float((observed / observed.sum() - probs).abs().sum() / 2)


def found_best(chains: MarkovChains, *, length: int, widths: Sequence[int]) -> list[float]:
    """Return the share of chains whose likeliest text a beam of each width finds.

    Args:
        chains: the sources.
        length: tokens of a text.
        widths: of the beam.
    """
    best = chains.log_probs(all_texts(d_vocab=chains.first.shape[-1], length=length)).amax(dim=1)
    shares = []
    for width in widths:
        found = beam_search(MarkovWriter(chains), width=width, n_new=length)
        # Sums of the same numbers in another order differ in the last digits.
        shares.append((found.log_probs.sum(dim=1) >= best - 1e-9).double().mean().item())
    return shares
