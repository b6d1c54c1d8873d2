"""The count of operations against closed forms and published numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cs25.nn import TransformerConfig, n_params_non_embedding, training_flops
from cs25_emergence.flops import (
    PETAFLOP_S_DAY,
    attention_flops_per_token,
    counted_flops_per_token,
    rule_of_six,
    rule_with_attention_per_token,
)

CONFIG = TransformerConfig(
    d_vocab=29, d_model=24, n_layers=3, n_heads=2, n_ctx=10, attention="explicit"
)


def test_a_petaflop_s_day_is_8_64e19_operations() -> None:
    assert pytest.approx(8.64e19) == PETAFLOP_S_DAY


def test_gpt_3_took_3640_petaflop_s_days() -> None:
    # Brown et al. 2020 (arXiv 2005.14165), table D.1: 174,600 million parameters, 300 billion
    # tokens, 3.14e23 operations, 3.64e3 petaflop/s-days.
    flops = rule_of_six(174_600e6, 300e9)
    assert flops == pytest.approx(3.14e23, rel=2e-3)
    assert flops / PETAFLOP_S_DAY == pytest.approx(3.64e3, rel=1e-3)


def test_attention_by_hand() -> None:
    # Scores and weighted values: 2 products x 2 operations x 10 keys x 24 numbers, three times
    # that with the way back, in 3 layers.
    assert attention_flops_per_token(CONFIG) == 2 * 2 * 10 * 24 * 3 * 3


def test_count_is_the_sum_of_all_matrix_products() -> None:
    # Blocks, attention and unembedding, derived from the shapes alone.
    expected = training_flops(CONFIG, n_tokens=1, n_pos=CONFIG.n_ctx)
    assert counted_flops_per_token(CONFIG) == expected


def test_count_without_numbers_is_the_count_with_them() -> None:
    assert counted_flops_per_token(CONFIG, device="meta") == counted_flops_per_token(
        CONFIG, device="cpu"
    )


def test_the_way_forward_is_a_third() -> None:
    forward = counted_flops_per_token(CONFIG, backward=False)
    assert 3 * forward == counted_flops_per_token(CONFIG)


def test_doubling_the_sequence_adds_only_attention() -> None:
    # A token meets 10 more keys: 12 n_layers d_model for each.
    long = replace(CONFIG, n_ctx=2 * CONFIG.n_ctx)
    added = counted_flops_per_token(long) - counted_flops_per_token(CONFIG)
    assert added == 12 * 3 * 24 * 10


def test_rule_with_attention_adds_its_two_terms() -> None:
    assert rule_with_attention_per_token(CONFIG) == (
        6 * n_params_non_embedding(CONFIG) + attention_flops_per_token(CONFIG)
    )
