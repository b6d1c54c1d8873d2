"""Strategies of `decoding` against transformers, closed forms and laws."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import Float
from torch import Tensor
from transformers.generation.logits_process import (
    LogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
    TypicalLogitsWarper,
)

from cs25.lm.decoding import filtered
from cs25_intro.decoding.reading import entropy
from cs25_intro.decoding.strategies import (
    Strategy,
    ancestral,
    greedy,
    temperature,
    top_k,
    top_p,
    typical,
)

#: Each with transformers' own.
PEERS: list[tuple[Strategy, LogitsProcessor]] = [
    *((partial(temperature, t=t), TemperatureLogitsWarper(t)) for t in (0.3, 0.7, 1.0, 1.8)),
    *((partial(top_k, k=k), TopKLogitsWarper(k)) for k in (1, 2, 7, 40, 1000)),
    *((partial(top_p, p=p), TopPLogitsWarper(p)) for p in (0.05, 0.45, 0.9, 0.95, 1.0)),
    *((partial(typical, p=p), TypicalLogitsWarper(p)) for p in (0.05, 0.2, 0.5, 0.95)),
]


def some_probs(rows: int = 20, d_vocab: int = 50, *, seed: int = 0) -> Float[Tensor, "row d_vocab"]:
    """Distributions from nearly flat to nearly certain."""
    draw = torch.Generator().manual_seed(seed)
    scale = torch.linspace(0.1, 6, rows)[:, None]
    return (torch.randn(rows, d_vocab, generator=draw) * scale).softmax(dim=-1)


@pytest.mark.parametrize(("strategy", "peer"), PEERS)
def test_distributions_are_those_of_transformers(strategy: Strategy, peer: LogitsProcessor) -> None:
    probs = some_probs()
    theirs = peer(torch.zeros(len(probs), 1, dtype=torch.long), probs.log()).softmax(dim=-1)
    torch.testing.assert_close(strategy(probs), theirs, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(("strategy", "peer"), PEERS)
@pytest.mark.parametrize(
    "probs",
    [
        [0.25, 0.25, 0.25, 0.25],  # all alike
        [0.125, 0.25, 0.125, 0.25, 0.25],  # the likeliest, and the last that is kept
        [0.375, 0.125, 0.125, 0.125, 0.125, 0.125],
        [0.0, 0.5, 0.0, 0.5],  # and what was impossible before
    ],
)
def test_ties_are_cut_as_transformers_cuts_them(
    strategy: Strategy, peer: LogitsProcessor, probs: list[float]
) -> None:
    # Multiples of an eighth: their sums are exact, so that ties are ties in both.
    row = torch.tensor([probs])
    theirs = peer(torch.zeros(1, 1, dtype=torch.long), row.log()).softmax(dim=-1)
    torch.testing.assert_close(strategy(row), theirs, atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("strategy", "options"),
    [
        (partial(top_k, k=5), {"top_k": 5}),
        (partial(top_p, p=0.8), {"top_p": 0.8}),
        (partial(temperature, t=0.6), {"temperature": 0.6}),
    ],
)
def test_distributions_are_those_of_the_course_s_own_generation(
    strategy: Strategy, options: dict[str, float]
) -> None:
    probs = some_probs(seed=1)
    ours = filtered(probs.log(), **options)  # type: ignore[arg-type]
    torch.testing.assert_close(strategy(probs), ours, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(
    "strategy",
    [
        partial(temperature, t=0),
        partial(temperature, t=1e-6),
        partial(top_k, k=1),
        partial(top_p, p=1e-9),
    ],
)
def test_the_limit_is_greedy(strategy: Strategy) -> None:
    probs = some_probs()
    assert torch.equal(strategy(probs), greedy(probs))
    assert torch.equal(greedy(probs).argmax(dim=-1), probs.argmax(dim=-1))
    assert torch.equal(greedy(probs).sum(dim=-1), torch.ones(len(probs)))


@pytest.mark.parametrize(
    "strategy",
    [
        ancestral,
        partial(temperature, t=1.0),
        partial(top_k, k=50),
        partial(top_p, p=1.0),
        partial(typical, p=1.0),
    ],
)
def test_the_other_limit_is_ancestral(strategy: Strategy) -> None:
    probs = some_probs(seed=2)
    torch.testing.assert_close(strategy(probs), probs, atol=1e-6, rtol=1e-5)


def test_temperature_is_a_power() -> None:
    probs = torch.tensor([0.1, 0.2, 0.7])
    squared = probs**2 / (probs**2).sum()
    torch.testing.assert_close(temperature(probs, t=0.5), squared)
    root = probs.sqrt() / probs.sqrt().sum()
    torch.testing.assert_close(temperature(probs, t=2.0), root)


@given(
    logits=st.lists(st.floats(-5, 5), min_size=2, max_size=8, unique=True),
    low=st.floats(0.2, 3),
    factor=st.floats(1.05, 3),
)
@settings(deadline=None, max_examples=60)
def test_entropy_grows_with_temperature(logits: list[float], low: float, factor: float) -> None:
    # d H / d t is the variance of the logits over t^3 under that distribution: never negative.
    probs = torch.tensor(logits, dtype=torch.float64).softmax(dim=-1)
    cold, warm = (entropy(temperature(probs, t=t)).item() for t in (low, low * factor))
    assert cold <= warm + 1e-12
    if max(logits) - min(logits) > 0.1:
        assert cold < warm


def test_entropy_of_a_boltzmann_pair() -> None:
    # Two tokens, energy gap 1: p = 1 / (1 + e^(-1/t)).
    for t in (0.5, 1.0, 2.0):
        p = torch.sigmoid(torch.tensor(1 / t, dtype=torch.float64))
        closed = -(p * p.log() + (1 - p) * (1 - p).log())
        probs = torch.tensor([1.0, 0.0], dtype=torch.float64).softmax(dim=-1)
        torch.testing.assert_close(entropy(temperature(probs, t=t)), closed)


def test_the_nucleus_is_the_smallest_set_that_holds_p() -> None:
    probs = some_probs(seed=3)
    for p in (0.3, 0.6, 0.9):
        for row, kept in zip(probs, top_p(probs, p=p) > 0, strict=True):
            ordered = row.sort(descending=True).values
            n = int((ordered.cumsum(dim=0) < p).sum()) + 1
            assert int(kept.sum()) == n
            assert row[kept].min() >= row[~kept].max()


def test_typical_keeps_the_nearest_to_the_entropy_by_hand() -> None:
    # Entropy of (1/2, 1/4, 1/8, 1/8) is 1.75 bits; surprises 1, 2, 3, 3: distances .75, .25, 1.25.
    probs = torch.tensor([0.5, 0.25, 0.125, 0.125])
    assert typical(probs, p=0.2).tolist() == [0, 1, 0, 0]
    torch.testing.assert_close(typical(probs, p=0.5), torch.tensor([2 / 3, 1 / 3, 0, 0]))
    assert typical(probs, p=0.8).tolist() == probs.tolist()  # the two last are equally near


@pytest.mark.parametrize(("strategy", "_"), PEERS)
def test_strategies_return_distributions(strategy: Strategy, _: LogitsProcessor) -> None:
    probs = some_probs(seed=4).double()
    found = strategy(probs.view(4, 5, 50))
    assert found.shape == (4, 5, 50)
    assert found.min() >= 0
    torch.testing.assert_close(found.sum(dim=-1), torch.ones(4, 5, dtype=torch.float64))
