"""One vocabulary for both languages: ten digits, thirty words, and what begins, ends and fills.

The 2017 paper, too, gives source and target one vocabulary (section 5.1).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Int
from torch import Tensor

from cs25_intro.translate.number_words import WORDS

__all__ = ["PAD", "START", "STOP", "TOKENS", "Sentence", "decode", "encode"]

#: The tokens of one sentence, without what begins, ends and fills.
Sentence = tuple[str, ...]

#: Every token; its place is its number.
TOKENS = ("<pad>", "<start>", "<stop>", *"0123456789", *WORDS)

PAD, START, STOP = range(3)

_NUMBER_OF = {token: number for number, token in enumerate(TOKENS)}


def encode(sentences: Sequence[Sentence]) -> Int[Tensor, "sentence pos"]:
    """Return the tokens' numbers, each sentence with its stop, filled up to one length."""
    longest = max(map(len, sentences)) + 1
    return torch.tensor(
        [
            [*map(_NUMBER_OF.__getitem__, sentence), STOP] + [PAD] * (longest - 1 - len(sentence))
            for sentence in sentences
        ]
    )


def decode(tokens: Int[Tensor, " pos"]) -> Sentence:
    """Return the sentence before the first stop, or all of it where there is none.

    >>> decode(encode([("forty", "two"), ("7",)])[1])
    ('7',)
    """
    numbers = tokens.tolist()
    end = numbers.index(STOP) if STOP in numbers else len(numbers)
    return tuple(TOKENS[number] for number in numbers[:end])
