"""The tables of `counting`: by order, by amount of text, by how much of the context is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cs25 import Table
from cs25_intro.counting.comparison import PerCharacter, mean_over
from cs25_intro.counting.scores import Scores

__all__ = ["amounts", "contexts", "orders"]


def orders(scores: Sequence[Scores]) -> Table:
    """Return a row for each amount of text and each n."""
    rows = tuple(
        (score.n_training, n, on_validation, *_interval(bits), float((score.known >= n - 1).mean()))
        for score in scores
        for n, (on_validation, bits) in enumerate(
            zip(score.validation_bits, score.counted, strict=True), start=1
        )
    )
    columns = (
        "training_characters", "n", "validation_bits", "bits", "bits_low", "bits_high", "seen_share"
    )  # fmt: skip
    return Table("orders", columns, rows)


def amounts(scores: Sequence[Scores], steps: Sequence[int]) -> Table:
    """Return a row for each amount of text: the best n-gram beside the transformer."""
    rows = tuple(
        (
            score.n_training, score.best_order, *_interval(score.best_counted),
            n, score.best_step, *_interval(score.learned), *_interval(score.lead),
        )
        for score, n in zip(scores, steps, strict=True)
    )  # fmt: skip
    columns = (
        "training_characters", "best_order", "ngram_bits", "ngram_low", "ngram_high",
        "steps", "best_step", "transformer_bits", "transformer_low", "transformer_high",
        "lead", "lead_low", "lead_high",
    )  # fmt: skip
    return Table("amounts", columns, rows)


def contexts(score: Scores) -> Table:
    """Return a row for each length of the longest context that the training text has, too."""
    rows = []
    for length in range(len(score.counted)):
        chosen = score.known == length
        if chosen.any():
            both = (float(bits[chosen].mean()) for bits in (score.best_counted, score.learned))
            rows.append((length, float(chosen.mean()), *both, *_interval(score.lead, chosen)))
    columns = ("known", "share", "ngram_bits", "transformer_bits", "lead", "lead_low", "lead_high")
    return Table("contexts", columns, tuple(rows))


def _interval(
    values: PerCharacter, chosen: np.ndarray | None = None
) -> tuple[float, float | None, float | None]:
    """Return a mean and its interval, which is missing where there is too little text for one."""
    measure = mean_over(values, chosen)
    if measure is None:
        return float(values.mean() if chosen is None else values[chosen].mean()), None, None
    return measure.value, measure.low, measure.high
