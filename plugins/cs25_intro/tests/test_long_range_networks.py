"""The four networks: their sizes, their formulas, their initial weights."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from cs25.nn import n_params
from cs25_intro.long_range.networks import (
    ARCHITECTURES,
    RECURRENT,
    Architecture,
    Recurrent,
    build,
)
from cs25_intro.long_range.tasks import D_VOCAB, N_KEYS


def test_all_have_as_many_parameters_within_one_percent() -> None:
    wanted = n_params(build("transformer", seed=0))
    # Embedding and unembedding, and two blocks of 12 d², with five norms.
    assert wanted == 2 * D_VOCAB * 32 + 2 * 12 * 32**2 + 5 * 32
    for cell in RECURRENT:
        assert n_params(build(cell, seed=0)) == pytest.approx(wanted, rel=0.01)


def test_the_simple_network_is_a_tanh_of_input_and_state() -> None:
    model = Recurrent("rnn", d_vocab=5, d_model=7, seed=1)
    tokens = torch.tensor([[3, 0, 4]])
    cell, state = model.cell, torch.zeros(7)
    for position, token in enumerate(tokens[0]):
        state = torch.tanh(
            cell.weight_ih_l0 @ model.embedding.weight[token] + cell.weight_hh_l0 @ state
        )
        torch.testing.assert_close(
            model(tokens)[0, position], model.unembedding.weight @ state, atol=1e-6, rtol=1e-5
        )


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_later_tokens_change_no_earlier_logits_and_earlier_ones_do(
    architecture: Architecture,
) -> None:
    model = build(architecture, seed=0)
    tokens = torch.randint(D_VOCAB, (2, 10), generator=torch.Generator().manual_seed(0))
    other = tokens.clone()
    other[:, 5] = (other[:, 5] + 1) % D_VOCAB
    change = (model(tokens) - model(other)).abs().amax(dim=(0, 2))
    assert change[:5].max() < 1e-5
    assert change[5:].min() > 1e-4


@pytest.mark.parametrize("cell", RECURRENT)
def test_recurrent_matrices_neither_shrink_nor_stretch(cell: Architecture) -> None:
    model = build(cell, seed=2)
    assert isinstance(model, Recurrent)
    width = model.cell.hidden_size
    for gate in torch.split(model.cell.weight_hh_l0, width):
        torch.testing.assert_close(gate @ gate.T, torch.eye(width), atol=1e-5, rtol=0)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_gates_begin_open_to_the_past(cell: str) -> None:
    """Without input and weights, what is left of the state is what the gate lets through."""
    model = Recurrent(cell, d_vocab=5, d_model=6)
    nn.init.zeros_(model.cell.weight_hh_l0)
    nn.init.zeros_(model.cell.weight_ih_l0)
    state = torch.ones(1, 1, 6)
    _, after = model.cell(torch.zeros(1, 1, 6), (state, state) if cell == "lstm" else state)
    kept = after[1] if cell == "lstm" else after
    sigmoid_of_one = 1 / (1 + math.exp(-1))
    torch.testing.assert_close(kept, torch.full_like(kept, sigmoid_of_one))


def test_torchs_own_weights_are_left_as_they_are() -> None:
    model = Recurrent("gru", d_vocab=5, d_model=6, initial="torch")
    assert model.cell.bias_ih_l0.abs().max() <= 1 / math.sqrt(6)
    assert model.cell.bias_ih_l0.abs().min() > 0


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_weights_come_from_the_seed_and_nothing_else_is_drawn(architecture: Architecture) -> None:
    before = torch.get_rng_state()
    first, again, other = (build(architecture, seed=seed) for seed in (0, 0, 1))
    assert torch.equal(before, torch.get_rng_state())
    tokens = torch.arange(N_KEYS)[None] % D_VOCAB
    assert torch.equal(first(tokens), again(tokens))
    assert not torch.equal(first(tokens), other(tokens))
