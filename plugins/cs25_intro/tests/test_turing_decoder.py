"""The decoder against torch, its rounding against torch's types, its cache against no cache."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given
from hypothesis import strategies as st

from cs25_intro.turing.decoder import MLP, Arithmetic, Decoder, Head, Layer

EXACT = Arithmetic()


def random_decoder(seed: int, *, d_model: int = 7, d_vocab: int = 5) -> Decoder:
    draw = np.random.default_rng(seed)

    def matrix(n_out: int, n_in: int) -> np.ndarray:
        return draw.normal(scale=0.3, size=(n_out, n_in))

    def mlp() -> MLP:
        return MLP(matrix(6, d_model), matrix(6, d_model), matrix(d_model, 6))

    head = Head(matrix(3, d_model), matrix(3, d_model), matrix(2, d_model), matrix(d_model, 2))
    layers = (Layer(head, mlp()), Layer(None, mlp()))
    return Decoder(matrix(d_vocab, d_model), matrix(d_model, 3), layers, matrix(d_vocab, d_model))


def peer(decoder: Decoder, tokens: np.ndarray, beta: float) -> np.ndarray:
    """The same decoder, with torch's operations."""
    weights = {id(m): torch.from_numpy(m) for m in (decoder.embedding, decoder.position)}
    i = torch.arange(1, len(tokens) + 1, dtype=torch.double)
    positions = torch.stack((torch.ones_like(i), i, 1 / i), dim=-1)
    x = weights[id(decoder.embedding)][tokens]
    x = x + F.linear(positions, weights[id(decoder.position)])
    for layer in decoder.layers:
        if layer.head is not None:
            head = {name: torch.from_numpy(matrix) for name, matrix in vars(layer.head).items()}
            query, key, value = (
                F.linear(x, head[name])[None] for name in ("query", "key", "value")
            )
            gathered = F.scaled_dot_product_attention(query, key, value, is_causal=True, scale=beta)
            x = x + F.linear(gathered[0], head["out"])
        mlp = {name: torch.from_numpy(matrix) for name, matrix in vars(layer.mlp).items()}
        x = x + F.linear(F.linear(x, mlp["gate"]) * F.linear(x, mlp["up"]), mlp["down"])
    return F.linear(x, torch.from_numpy(decoder.unembedding)).numpy()


@pytest.mark.parametrize("beta", [0.5, 1.0, 30.0])
def test_logits_are_those_of_torch(beta: float) -> None:
    decoder = random_decoder(0)
    tokens = np.random.default_rng(1).integers(5, size=12)
    logits = decoder.logits(tokens, decoder.new_memory(), Arithmetic(beta=beta))
    assert logits.shape == (12, 5)
    # Rounding of float64, relative to logits of some hundreds.
    assert np.abs(logits - peer(decoder, tokens, beta)).max() < 1e-10 * np.abs(logits).max()


@pytest.mark.parametrize("arithmetic", [EXACT, Arithmetic(beta=2.0), Arithmetic(bits=9)])
def test_one_token_at_a_time_gives_the_logits_of_all_at_once(arithmetic: Arithmetic) -> None:
    decoder = random_decoder(2)
    tokens = np.random.default_rng(3).integers(5, size=40)
    whole = decoder.logits(tokens, decoder.new_memory(), arithmetic)
    memory = decoder.new_memory()
    cuts = np.split(tokens, [1, 2, 17, 18])
    parts = np.concatenate([decoder.logits(part, memory, arithmetic) for part in cuts])
    assert memory.length == 40
    assert np.allclose(parts, whole, rtol=1e-9)


def test_hard_attention_shares_its_weight_among_the_highest() -> None:
    scores = np.array([[0.0, 2.0, 2.0, -math.inf], [1.0, 1.0, 1.0, 1.5]])
    assert EXACT.weigh(scores).tolist() == [[0, 0.5, 0.5, 0], [0, 0, 0, 1]]


def test_a_softmax_has_known_weights_and_hard_attention_as_its_limit() -> None:
    scores = np.array([[0.0, math.log(3) / 2]])
    assert Arithmetic(beta=2.0).weigh(scores)[0].tolist() == pytest.approx([0.25, 0.75])
    draw = np.random.default_rng(0).normal(size=(50, 20))
    sharp = Arithmetic(beta=1e6).weigh(draw)
    assert np.abs(sharp - EXACT.weigh(draw)).max() < 1e-6
    # What is far below the highest score has no weight, not a tiny one.
    assert Arithmetic(beta=800.0).weigh(np.array([[0.0, 1.0]])).tolist() == [[0, 1]]


NUMBERS = st.floats(-60_000, 60_000).filter(lambda x: abs(x) > 1e-4)  # in float16's normal range


@given(x=NUMBERS)
def test_rounding_is_that_of_torchs_types(x: float) -> None:
    for bits, dtype in ((8, torch.bfloat16), (11, torch.float16), (24, torch.float32)):
        theirs = torch.tensor(x, dtype=torch.double).to(dtype).double().item()
        assert Arithmetic(bits=bits).keep(np.array([x]))[0] == theirs


def test_rounding_keeps_what_it_can_hold() -> None:
    kept = Arithmetic(bits=3).keep(np.array([0.0, 7.0, 9.0, 11.0, -0.1, np.inf]))
    # Three bits: 8, 10, 12 are neighbours; 9 and 11 lie between, and go to the even multiple of 2.
    assert kept.tolist() == [0, 7, 8, 12, -0.09375, np.inf]
    x = np.random.default_rng(0).normal(size=100)
    assert (EXACT.keep(x) == x).all()


def test_weights_are_counted_with_their_zeros() -> None:
    # Embeddings 5 * 7 twice, positions 7 * 3, a head 3 * 7 twice and 2 * 7 twice, MLPs 6 * 7 six times.
    assert random_decoder(0).n_weights == 70 + 21 + 70 + 252
