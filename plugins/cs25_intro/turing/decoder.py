"""A decoder: a transformer that writes, one token after another, with whatever weights it is given.

It has a residual stream, causal attention with a cache of keys and values, bilinear MLPs, and no
norms. Hard attention, unbounded positions and exact numbers are what the theory assumes; each of
them is an option here, so that it can be dropped.

Source: Vaswani et al. 2017 (arXiv 1706.03762), section 3.2; Pérez et al. 2021 (JMLR 22(75)),
section 2, for hard attention; Shazeer 2020 (arXiv 2002.05202), equation 5, for the MLP.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.special import softmax

__all__ = ["MLP", "Arithmetic", "Decoder", "Head", "Layer", "Memory"]

Matrix = Float[np.ndarray, "d_out d_in"]
Stream = Float[np.ndarray, "pos d_model"]

#: Significant bits of float64.
DOUBLE = 53


@dataclass(frozen=True)
class Arithmetic:
    """How sharply a decoder attends, and how finely it computes.

    Args:
        beta: inverse temperature of the softmax over scores; infinite for hard attention.
        bits: significant bits of every number that is kept. bfloat16 has 8, float16 11, float32
            24, float64 53. Exponents are not bounded.
    """

    beta: float = math.inf
    bits: int = DOUBLE

    def weigh(self, scores: Float[np.ndarray, "query key"]) -> Float[np.ndarray, "query key"]:
        """Return the weights of all keys for each query.

        Hard attention is the limit of a softmax: the highest score has all the weight, and those
        that share it have equal parts of it.
        """
        weights: np.ndarray
        if math.isinf(self.beta):
            highest = scores == scores.max(axis=-1, keepdims=True)
            weights = highest / highest.sum(axis=-1, keepdims=True)
        else:
            sharpened = self.beta * scores
            # Subnormal weights, below e^-708, would slow the products down a hundredfold.
            sharpened[sharpened < sharpened.max(axis=-1, keepdims=True) - 700] = -math.inf
            weights = softmax(sharpened, axis=-1)
        return weights

    def keep(self, x: np.ndarray) -> np.ndarray:
        """Round to the nearest number that has so many bits; ties go to the even one."""
        if self.bits == DOUBLE:
            return x
        mantissa, exponent = np.frexp(x)
        rounded: np.ndarray = np.ldexp(np.rint(np.ldexp(mantissa, self.bits)), exponent - self.bits)
        return rounded


@dataclass(frozen=True)
class Head:
    """One head of attention: four matrices; scores are not divided by anything."""

    query: Matrix
    key: Matrix
    value: Matrix
    out: Matrix


@dataclass(frozen=True)
class MLP:
    """A gated MLP without an activation: down((gate x) * (up x)), so that it can multiply."""

    gate: Matrix
    up: Matrix
    down: Matrix


@dataclass(frozen=True)
class Layer:
    """Attention, then an MLP; each adds to the residual stream."""

    head: Head | None
    mlp: MLP


class Memory:
    """Keys and values of all positions so far, layer by layer."""

    def __init__(self, n_layers: int) -> None:
        self.length = 0
        self._kept = [np.empty((0, 1)) for _ in range(2 * n_layers)]

    def add(self, layer: int, key: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Keep those of new positions and return all there are."""
        return self._grow(2 * layer, key), self._grow(2 * layer + 1, value)

    def _grow(self, place: int, new: np.ndarray) -> np.ndarray:
        end = self.length + len(new)
        if len(self._kept[place]) < end:
            # Twice the room that is needed: growing by concatenation would copy at every step.
            larger = np.empty((2 * end, new.shape[1]))
            larger[: self.length] = self._kept[place][: self.length]
            self._kept[place] = larger
        self._kept[place][self.length : end] = new
        return self._kept[place][:end]


@dataclass(frozen=True)
class Decoder:
    """The weights of a decoder, and what it does with them.

    Args:
        embedding: a vector for each token.
        position: turns (1, i, 1/i), with i the number of the position, from 1, into a vector.
        layers: in series.
        unembedding: turns the residual stream into logits.
    """

    embedding: Float[np.ndarray, "d_vocab d_model"]
    position: Float[np.ndarray, "d_model 3"]
    layers: tuple[Layer, ...]
    unembedding: Float[np.ndarray, "d_vocab d_model"]

    @property
    def n_weights(self) -> int:
        """How many numbers its matrices have, zeros included."""
        parts = [part for layer in self.layers for part in (layer.head, layer.mlp) if part]
        matrices = [matrix for part in parts for matrix in vars(part).values()]
        return sum(m.size for m in (self.embedding, self.position, self.unembedding, *matrices))

    def new_memory(self) -> Memory:
        """Return an empty memory."""
        return Memory(len(self.layers))

    def logits(
        self, tokens: Int[np.ndarray, " pos"], memory: Memory, arithmetic: Arithmetic
    ) -> Float[np.ndarray, "pos d_vocab"]:
        """Return the logits of the next token at each of some new positions.

        Args:
            tokens: the new ones.
            memory: of the positions before; the new ones are added.
            arithmetic: exact or not.
        """
        keep = arithmetic.keep
        i = np.arange(memory.length + 1, memory.length + len(tokens) + 1, dtype=float)
        positions = keep(np.stack((np.ones_like(i), i, 1 / i), axis=-1))
        x = keep(self.embedding[tokens] + positions @ self.position.T)
        for number, layer in enumerate(self.layers):
            if layer.head is not None:
                x = keep(x + self._attend(number, layer.head, x, memory, arithmetic))
            hidden = keep(keep(x @ layer.mlp.gate.T) * keep(x @ layer.mlp.up.T))
            x = keep(x + keep(hidden @ layer.mlp.down.T))
        memory.length += len(tokens)
        return keep(x @ self.unembedding.T)

    def _attend(
        self, number: int, head: Head, x: Stream, memory: Memory, arithmetic: Arithmetic
    ) -> Stream:
        keep = arithmetic.keep
        query = keep(x @ head.query.T)
        key, value = memory.add(number, keep(x @ head.key.T), keep(x @ head.value.T))
        scores = keep(query @ key.T)
        n_new, n_all = scores.shape
        if n_new > 1:
            scores[np.triu(np.ones((n_new, n_all), bool), 1 + n_all - n_new)] = -np.inf
        gathered = keep(keep(arithmetic.weigh(scores)) @ value)
        return keep(gathered @ head.out.T)
