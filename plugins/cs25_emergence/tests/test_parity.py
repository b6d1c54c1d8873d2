"""Sparse parity: nothing to be had from part of the bits, and a network that learns it."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
import torch

from cs25_emergence.parity import parity, train_width

SMALL = {"n_bits": 8, "k": 2, "batch": 64, "replicas": 4, "questions": 200, "seed": 0}


@pytest.mark.parametrize("k", [2, 3, 4])
def test_parity_is_uncorrelated_with_every_other_product_of_bits(k: int) -> None:
    bits = torch.tensor(list(product([-1.0, 1.0], repeat=6)))
    label = parity(bits, k)
    for size in range(7):
        for subset in combinations(range(6), size):
            correlation = (label * bits[:, subset].prod(dim=1)).mean().item()
            assert correlation == (1.0 if subset == tuple(range(k)) else 0.0)


def test_wide_networks_learn_parity_and_a_single_unit_does_not() -> None:
    def accuracy(width: int, shuffled: bool = False) -> np.ndarray:
        outputs = train_width(
            width=width, steps=400, shuffled=shuffled, progress=lambda n: None, **SMALL
        )
        return (outputs["log_probs"].argmax(axis=-1) == outputs["right"]).mean(axis=1)

    assert accuracy(32).min() > 0.99
    # One threshold cannot tell even from odd: of two bits it gets three patterns in four.
    assert accuracy(1).max() < 0.85
    # Chance; 200 questions put four standard errors at 0.14.
    assert accuracy(32, shuffled=True) == pytest.approx(0.5, abs=0.15)


def test_replicas_are_different_networks_and_probabilities_sum_to_one() -> None:
    outputs = train_width(width=4, steps=5, shuffled=False, progress=lambda n: None, **SMALL)
    assert outputs["n_params"] == 8 * 4 + 4 + 4 + 1
    assert np.exp(outputs["log_probs"]).sum(axis=-1) == pytest.approx(1.0, abs=1e-5)
    assert len(np.unique(outputs["log_probs"][:, 0, 0])) == SMALL["replicas"]
