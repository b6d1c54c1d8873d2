"""How n-grams and a transformer that read the same text predict the same held-out characters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int64

from cs25_intro.counting.kneser_ney import KneserNey
from cs25_intro.counting.network import N_BEFORE
from cs25_intro.counting.ngrams import ngrams
from cs25_intro.counting.topics import Split

__all__ = ["Scores", "compare"]


@dataclass(frozen=True)
class Scores:
    """What each held-out character costs, for one amount of text to learn from.

    Args:
        n_training: characters to learn from.
        validation_bits: of n-grams of each order from 1 on, the mean over the validation text.
        counted: bits of each held-out character under n-grams of each order.
        learned: the same under the transformer.
        known: how many of the characters before it stood in the training text in this order, up
            to the longest context of the n-grams.
        best_step: the step after which the transformer did best on the validation text.
    """

    n_training: int
    validation_bits: Float[np.ndarray, " order"]
    counted: Float[np.ndarray, "order judged"]
    learned: Float[np.ndarray, " judged"]
    known: Int64[np.ndarray, " judged"]
    best_step: int

    @property
    def best_order(self) -> int:
        """The order that does best on the validation text: the test has no say in it."""
        return int(self.validation_bits.argmin()) + 1

    @property
    def best_counted(self) -> Float[np.ndarray, " judged"]:
        """Bits of each character under n-grams of the best order."""
        return np.asarray(self.counted[self.best_order - 1])

    @property
    def lead(self) -> Float[np.ndarray, " judged"]:
        """By how many bits the transformer predicts each character better than the best n-gram."""
        return np.asarray(self.best_counted - self.learned)

    @property
    def unseen(self) -> Bool[np.ndarray, " judged"]:
        """Whether the longest context of the n-grams never stood in the training text."""
        return self.known < len(self.counted) - 1


def compare(counts: KneserNey, text: Split, learned: Mapping[str, np.ndarray]) -> Scores:
    """Set n-grams beside a transformer.

    Args:
        counts: of the training text.
        text: the text in three.
        learned: what `cs25_intro.counting.learners.learn_share` returned.
    """
    # The n-gram that ends at the first character that the transformer judges, and those after it.
    grams = ngrams(text.held_out, counts.order)[N_BEFORE - counts.order + 1 :]
    grams = grams[: len(learned["bits"])]
    validation = counts.probs(ngrams(text.validation, counts.order))
    return Scores(
        n_training=len(text.training),
        validation_bits=-np.log2(validation).mean(axis=1),
        counted=-np.log2(counts.probs(grams)),
        learned=learned["bits"],
        known=counts.known(grams),
        best_step=int(learned["check_step"][learned["check_bits"].argmin()]),
    )
