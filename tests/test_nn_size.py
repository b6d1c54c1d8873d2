"""Parameter and operation counts in closed form, against the model itself."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from cs25.nn import (
    Decoder,
    TransformerConfig,
    n_params,
    n_params_non_embedding,
    next_token_loss,
    training_flops,
)

SHAPES = pytest.mark.parametrize(
    "config",
    [
        TransformerConfig(d_vocab=10, d_model=8, n_layers=1, n_heads=1, n_ctx=16),
        TransformerConfig(d_vocab=50, d_model=48, n_layers=3, n_heads=4, n_ctx=32, mlp_ratio=2),
        TransformerConfig(
            d_vocab=20,
            d_model=24,
            n_heads=6,
            n_kv_heads=2,
            n_ctx=16,
            mlp="swiglu",
            mlp_ratio=8 / 3,
            norm="rms",
        ),
        TransformerConfig(d_vocab=20, d_model=24, n_ctx=16, norm_first=False),
    ],
)


@SHAPES
def test_non_embedding_count_is_what_is_left_without_embeddings(config):
    model = Decoder(config)
    outside = config.d_vocab * config.d_model * 2 + config.n_ctx * config.d_model
    assert n_params_non_embedding(config) == n_params(model) - outside


def test_non_embedding_count_is_the_closed_form_of_kaplan():
    # Kaplan et al. 2020, table 1: N = 12 n_layers d_model**2, with norms left out.
    config = TransformerConfig(d_vocab=10, d_model=512, n_layers=8)
    assert n_params_non_embedding(config) == pytest.approx(12 * 8 * 512**2, rel=1e-3)


def test_tied_weights_are_counted_once():
    shape = {"d_vocab": 10, "d_model": 8, "n_layers": 1, "n_heads": 1}
    free, tied = (Decoder(TransformerConfig(**shape, tied=tied)) for tied in (False, True))
    assert n_params(free) - n_params(tied) == 10 * 8


@SHAPES
def test_training_flops_are_those_torch_counts(config):
    model = Decoder(config)
    tokens = torch.randint(10, (4, 13), generator=torch.Generator().manual_seed(0))
    with FlopCounterMode(display=False) as counter:
        next_token_loss(model(tokens[:, :-1]), tokens[:, 1:]).backward()
    assert counter.get_total_flops() == training_flops(config, n_tokens=4 * 12, n_pos=12)
