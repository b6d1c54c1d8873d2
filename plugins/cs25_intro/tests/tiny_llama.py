"""A Llama that is small enough for tests, in the place of SmolLM2."""

from __future__ import annotations

from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM


def tiny_llama(*, n_layers: int, n_ctx: int, **changes: Any) -> LlamaForCausalLM:
    """Return a Llama of a few thousand random weights, the same ones each time.

    Args:
        n_layers: its blocks.
        n_ctx: tokens that it can read.
        changes: other fields of its configuration.
    """
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=30, hidden_size=24, intermediate_size=64, num_hidden_layers=n_layers,
        num_attention_heads=6, num_key_value_heads=2, max_position_embeddings=n_ctx, **changes,
    )  # fmt: skip
    return LlamaForCausalLM(config).eval()


def sharp_llama(*, n_ctx: int) -> LlamaForCausalLM:
    """Return one whose weights are large, so that its distributions are sharp, and never end."""
    network = tiny_llama(n_layers=2, n_ctx=n_ctx)
    for parameter in network.parameters():
        parameter.data *= 4
    network.generation_config.eos_token_id = None
    return network.requires_grad_(False)
