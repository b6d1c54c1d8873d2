"""The corpus: which numbers are taught and which are held out, and batches of both directions.

A number is held out in both directions at once: neither its words nor its digits are ever read or
written while training. Some *lengths* are held out, too: no number with so many words is taught.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from cs25.nn import IGNORE
from cs25_intro.translate.number_words import LARGEST, n_words, to_words
from cs25_intro.translate.vocabulary import PAD, START, Sentence, encode

__all__ = ["DIRECTIONS", "LONGEST", "Corpus", "Direction", "batches", "pair", "split", "tensors"]

Direction = Literal["to_digits", "to_words"]
DIRECTIONS: tuple[Direction, ...] = ("to_digits", "to_words")

#: Words of the longest numbers, such as 777 777.
LONGEST = 9

#: Share of the numbers of a taught length that is held out.
_HELD_OUT = 0.1

Numbers = Int[np.ndarray, " number"]


@dataclass(frozen=True)
class Corpus:
    """Numbers by how many words they have, in random order.

    Args:
        taught: for the lengths that training may use, and the 28 numbers of one word: they are
            the dictionary.
        held_out: for all lengths from two words on.
    """

    taught: Mapping[int, Numbers]
    held_out: Mapping[int, Numbers]


def split(lengths: Collection[int], *, seed: int) -> Corpus:
    """Divide the numbers.

    Args:
        lengths: how many words a taught number may have, from 2 to `LONGEST`.
        seed: draws the held-out numbers.
    """
    rng = np.random.default_rng(seed)
    numbers = np.arange(LARGEST + 1)
    length_of = n_words(numbers)
    taught, held_out = {}, {}
    for length in range(1, LONGEST + 1):
        shuffled = rng.permutation(numbers[length_of == length])
        share = 0.0 if length == 1 else _HELD_OUT if length in lengths else 1.0
        n_held_out = round(share * len(shuffled))
        if share < 1:
            taught[length] = shuffled[n_held_out:]
        if share > 0:
            held_out[length] = shuffled[:n_held_out]
    return Corpus(taught, held_out)


def pair(number: int, direction: Direction) -> tuple[Sentence, Sentence]:
    """Return a source and its one right translation.

    >>> pair(1002, "to_digits")
    (('one', 'thousand', 'two'), ('1', '0', '0', '2'))
    """
    spoken, written = to_words(number), tuple(str(number))
    return (spoken, written) if direction == "to_digits" else (written, spoken)


def batches(
    taught: Mapping[int, Numbers], *, batch: int, seed: int, shuffled: bool = False
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Yield what `tensors` returns, half of each batch in each direction.

    Every length is equally likely: of all numbers, 97 in 100 have six words or more.

    Args:
        taught: numbers by length.
        batch: pairs in a batch, even.
        seed: draws the numbers.
        shuffled: give each source the translation of another.
    """
    rng = np.random.default_rng(seed)
    lengths = list(taught)
    while True:
        pairs: list[tuple[Sentence, Sentence]] = []
        for direction in DIRECTIONS:
            drawn = [rng.choice(taught[length]) for length in rng.choice(lengths, batch // 2)]
            half = [pair(int(number), direction) for number in drawn]
            if shuffled:
                sources, targets = zip(*half, strict=True)
                half = list(zip(sources, targets[1:] + targets[:1], strict=True))
            pairs += half
        yield tensors(pairs)


def tensors(pairs: Sequence[tuple[Sentence, Sentence]]) -> tuple[Tensor, Tensor, Tensor]:
    """Return sources, targets so far and the next target tokens, a pair in each row.

    The next tokens after the stop are `IGNORE`.
    """
    sources, targets = zip(*pairs, strict=True)
    written = encode(targets)
    so_far = torch.cat([torch.full((len(pairs), 1), START), written[:, :-1]], dim=1)
    return encode(sources), so_far, written.masked_fill(written == PAD, IGNORE)
