"""Words as points: where a language model and an encoder of sentences put them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from cs25.lm import LanguageModel, TextEncoder
from cs25_intro.semantic_space.lexicon import Lexicon

__all__ = ["SPACES", "Space", "SpaceName", "centred", "spaces_of"]

#: Rows of the language model's table of embeddings; activations at the encoder's end.
SpaceName = Literal["tokens", "texts"]
SPACES: tuple[SpaceName, ...] = ("tokens", "texts")


@dataclass(frozen=True, eq=False)
class Space:
    """Words and their points.

    Args:
        words: spellings, each once.
        vectors: of length one; their mean, before they were scaled, is the origin.
        places: the row of each word.
    """

    words: tuple[str, ...]
    vectors: Float[np.ndarray, "word dim"]
    places: Mapping[str, int]

    def rows(self, words: Sequence[str]) -> Int[np.ndarray, " n"]:
        """Return the rows of some words."""
        return np.array([self.places[word] for word in words])


def centred(vectors: Float[np.ndarray, "word dim"]) -> Float[np.ndarray, "word dim"]:
    """Return vectors less their mean, each scaled to length one.

    What all words share says nothing about any of them, but it makes every cosine large.

    >>> centred(np.array([[1.0, 5.0], [1.0, 1.0]]))
    array([[ 0.,  1.],
           [ 0., -1.]])
    """
    from_mean = vectors - vectors.mean(axis=0)
    return np.asarray(from_mean / np.linalg.norm(from_mean, axis=1, keepdims=True))


def spaces_of(
    words: Sequence[str],
    lexicon: Lexicon,
    model: LanguageModel,
    encoder: TextEncoder,
    *,
    shuffled: bool,
    draw: np.random.Generator,
) -> dict[SpaceName, Space]:
    """Return the points of words in both spaces.

    Args:
        words: spellings of the lexicon, each once.
        lexicon: knows their tokens.
        model: its input embeddings are used, which no context has touched.
        encoder: reads each word as a text of its own.
        shuffled: deal the points out among the words at random.
        draw: deals them.
    """
    table = model.network.get_input_embeddings().weight
    tokens = table[[lexicon.tokens[word] for word in words]].float().numpy()
    places = {word: row for row, word in enumerate(words)}
    spaces: dict[SpaceName, Space] = {}
    for name, vectors in zip(SPACES, (tokens, encoder.embed(words)), strict=True):
        points = centred(vectors.astype(np.float64))
        if shuffled:
            points = points[draw.permutation(len(words))]
        spaces[name] = Space(tuple(words), points, places)
    return spaces
