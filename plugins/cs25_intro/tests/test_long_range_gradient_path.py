"""The gradient's path, against a closed form and against torch's Jacobian."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from cs25_intro.long_range.gradient_path import decay_per_position, jacobian_norms
from cs25_intro.long_range.networks import ARCHITECTURES, Architecture, Recurrent, build
from cs25_intro.long_range.tasks import D_VOCAB


@pytest.mark.parametrize("factor", [0.5, 0.9])
def test_a_network_at_rest_multiplies_the_gradient_at_every_position(factor: float) -> None:
    """At state 0 tanh has slope 1: d steps of factor times a rotation shrink by factor**d."""
    model = Recurrent("rnn", d_vocab=6, d_model=6)
    with torch.no_grad():
        model.embedding.weight.zero_()
        model.cell.weight_hh_l0.mul_(factor)
        torch.nn.init.eye_(model.unembedding.weight)
    norms = jacobian_norms(model, torch.zeros(3, 21, dtype=torch.long))
    first = model.cell.weight_ih_l0.norm().item()
    expected = [first * factor**distance for distance in range(21)]
    assert norms.tolist() == pytest.approx(expected, rel=1e-4)
    assert decay_per_position(norms.numpy()) == pytest.approx(math.log(factor), abs=1e-5)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_norms_are_those_of_torchs_jacobian(architecture: Architecture) -> None:
    model = build(architecture, seed=0)
    tokens = torch.randint(D_VOCAB, (2, 5), generator=torch.Generator().manual_seed(0))
    norms = jacobian_norms(model, tokens)

    embedded = model.embedding(tokens).detach()

    def last_logits(x: torch.Tensor) -> torch.Tensor:
        handle = model.embedding.register_forward_hook(lambda *_: x)
        try:
            return model(tokens)[:, -1]
        finally:
            handle.remove()

    jacobian = torch.autograd.functional.jacobian(last_logits, embedded)  # b logit b' pos d
    for distance in range(5):
        squares = [jacobian[b, :, b, 4 - distance].square().sum().item() for b in range(2)]
        assert norms[distance].item() == pytest.approx(math.sqrt(np.mean(squares)), rel=1e-4)


def test_it_shrinks_geometrically_through_states_and_not_through_attention() -> None:
    tokens = torch.randint(D_VOCAB, (8, 33), generator=torch.Generator().manual_seed(1))
    slopes = {
        name: decay_per_position(jacobian_norms(build(name, seed=1), tokens).numpy())
        for name in ARCHITECTURES
    }
    assert slopes["rnn"] < -0.1
    assert abs(slopes["transformer"]) < 0.03


def test_what_has_vanished_altogether_does_not_bend_the_line() -> None:
    norms = np.array([1.0, 1e-10, 1e-20, 1e-30, 0.0, 0.0])
    assert decay_per_position(norms) == pytest.approx(-10 * math.log(10))
