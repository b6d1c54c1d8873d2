"""Counting: n-grams and transformers read the same text, and predict the same other text.

Source: Chen and Goodman 1999 (Computer Speech & Language 13) for the n-grams; Bengio et al. 2003
(JMLR 3) for the contest of counts with a network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import numpy as np
from annotated_types import Interval, MinLen

from cs25 import Measure, Result, Table
from cs25.nn import n_params, training_flops
from cs25_intro.counting import kneser_ney, network, tables
from cs25_intro.counting.comparison import mean_over
from cs25_intro.counting.kneser_ney import KneserNey
from cs25_intro.counting.learners import documents, networks, rebuilt, text_of
from cs25_intro.counting.ngrams import LONGEST
from cs25_intro.counting.scores import Scores, compare
from cs25_intro.counting.topics import decode, encode, origin, passage_share

__all__ = ["counting"]

#: Characters that each model writes.
N_WRITTEN = 100


def counting(
    *,
    order: Annotated[int, Interval(ge=2, le=LONGEST)] = 9,
    amounts: Annotated[int, Interval(ge=1, le=4)] = 3,
    n_heads: Annotated[int, Interval(ge=1, le=16)] = 4,
    n_layers: Annotated[int, Interval(ge=1, le=12)] = 3,
    steps: Annotated[int, Interval(ge=20, le=100_000)] = 2600,
    prompt: Annotated[str, MinLen(1)] = "The object ",
    control: Literal["none", "shuffled"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Count n-grams in a text and train a transformer on it, and let both predict another text.

    Args:
        order: the longest n-gram, in characters; all shorter ones are tried, too.
        amounts: of text to learn from, each a quarter of the next.
        n_heads: heads of the transformer, which is 24 times as wide.
        n_layers: its blocks.
        steps: optimiser steps on the whole text; with each quarter of it, half as many.
        prompt: what all models continue in the table.
        control: "shuffled" puts all characters in random order: there is no context left.
        seed: draws what is held out, the initial weights, the batches, and what is written.
    """
    shape = {"n_heads": n_heads, "n_layers": n_layers}
    shuffle = control == "shuffled"
    shares = [0.25**i for i in reversed(range(amounts))]
    planned = [max(10, round(steps * share**0.5)) for share in shares]
    learned = networks(shares=shares, steps=planned, shuffle=shuffle, seed=seed, **shape)
    scores = []
    for i, share in enumerate(shares):
        text = text_of(share=share, shuffle=shuffle, seed=seed)
        counts = KneserNey(text.training, order)
        scores.append(compare(counts, text, _numbered(learned, i)))

    model = rebuilt(_numbered(learned, len(shares) - 1), **shape)
    begun = encode("\n" * LONGEST + prompt)
    written = [
        (f"{n}-gram", kneser_ney.write(counts, begun, N_WRITTEN, order=n, seed=seed))
        for n in range(1, order + 1)
    ]
    written.append(("transformer", network.write(model, begun, N_WRITTEN, seed=seed)))
    measures = _measures(scores) | {
        "n_params": Measure(n_params(model), "parameters"),
        "training_flops": Measure(
            sum(
                training_flops(
                    model.config, n_tokens=n * network.TOKENS_A_STEP, n_pos=network.N_CTX
                )
                for n in planned
            ),
            "FLOP",
        ),
        "repeated_share": Measure(passage_share(text.held_out, text.training), "share"),
    }
    return Result(
        measures,
        tables=(
            tables.orders(scores),
            tables.amounts(scores, planned),
            tables.contexts(scores[-1]),
            Table(
                "written",
                ("model", "continues"),
                tuple((name, " ".join(decode(new).split())) for name, new in written),
            ),
        ),
        text=f"Text: {origin(documents())}.",
    )


def _measures(scores: Sequence[Scores]) -> dict[str, Measure]:
    """Return means over the held-out text, after all of the training text."""
    whole, least = scores[-1], scores[0]
    found = {
        "lead": mean_over(whole.lead),
        "ngram_bits": mean_over(whole.best_counted),
        "transformer_bits": mean_over(whole.learned),
        "unigram_bits": mean_over(whole.counted[0]),
        "lead_unseen": mean_over(whole.lead, whole.unseen),
        "lead_seen": mean_over(whole.lead, ~whole.unseen),
    }
    if len(scores) > 1:
        found["lead_scarce"] = mean_over(least.lead)
        found["lead_growth"] = mean_over(whole.lead - least.lead)
    measures = {name: measure for name, measure in found.items() if measure is not None}
    return measures | {
        "best_order": Measure(whole.best_order, "characters"),
        "unseen_share": Measure(float(whole.unseen.mean()), "share"),
        "training_characters": Measure(whole.n_training, "characters"),
    }


def _numbered(arrays: Mapping[str, np.ndarray], i: int) -> dict[str, np.ndarray]:
    """Return what one of several transformers returned, under its own names."""
    start = f"{i}."
    return {
        name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)
    }
