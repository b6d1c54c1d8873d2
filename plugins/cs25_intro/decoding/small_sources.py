"""Small sources: all strategies tried where the exact answer is known."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import torch

from cs25 import Measure, Table
from cs25_intro.decoding import strategies
from cs25_intro.decoding.exactness import chi_squared, counts, found_best, total_variation
from cs25_intro.decoding.markov import MarkovChains, all_texts, draw_chains
from cs25_intro.decoding.reading import entropy
from cs25_intro.decoding.strategies import Strategy

__all__ = ["small_sources"]

#: Tokens of a source, and of each of its texts: 4096 texts in all.
D_VOCAB, LENGTH = 8, 4

#: Sources on which searches are tried.
N_CHAINS = 200

#: Texts that each strategy writes.
N_SAMPLES = 20_000

#: Of eight tokens more would hardly cut anything.
MOST_K = 3

WIDTHS = (1, 2, 4, 8, 16)


def small_sources(
    named: Mapping[str, Strategy], *, top_k: int, beam_width: int, seed: int
) -> tuple[dict[str, Measure], tuple[Table, Table]]:
    """Hold what strategies write against exact distributions, and searches against the best text.

    Args:
        named: the strategies.
        top_k: of the strategy "top-k", which gets at most `MOST_K` here.
        beam_width: one of the widths that are tried.
        seed: draws the sources and the texts.
    """
    generator = torch.Generator().manual_seed(seed)
    chains = draw_chains(N_CHAINS, d_vocab=D_VOCAB, generator=generator)
    one = MarkovChains(chains.first[:1], chains.after[:1])
    listed = all_texts(d_vocab=D_VOCAB, length=LENGTH)
    tried: dict[str, Strategy] = {**named, "top-k": partial(strategies.top_k, k=min(top_k, MOST_K))}
    rows, ratios = [], []
    for name, strategy in tried.items():
        probs = one.under(strategy).log_probs(listed)[0].exp()
        observed = counts(one, strategy, length=LENGTH, n=N_SAMPLES, generator=generator)
        deviation, freedom = chi_squared(observed, probs)
        if freedom:
            ratios.append(deviation / freedom)
        rows.append(
            (
                name, int((probs > 0).sum()), entropy(probs).item(), deviation, freedom,
                total_variation(observed, probs),
            )
        )  # fmt: skip
    widths = sorted({*WIDTHS, beam_width})
    shares = found_best(chains, length=LENGTH, widths=widths)
    found = dict(zip(widths, shares, strict=True))
    columns = (
        "strategy", "possible_texts", "entropy_nats", "chi_squared", "degrees_of_freedom",
        "total_variation",
    )  # fmt: skip
    return (
        {
            "chi_squared": Measure(sum(ratios) / len(ratios), "per degree of freedom"),
            "greedy_finds": Measure(found[1], "share"),
            "beam_finds": Measure(found[beam_width], "share"),
        },
        (
            Table("small_source", columns, tuple(rows)),
            Table("search", ("beam_width", "finds_best"), tuple(found.items())),
        ),
    )
