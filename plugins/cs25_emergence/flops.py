"""Floating-point operations of training a transformer: counted, and by the rule of six.

A weight costs a multiplication and an addition for each token on the way forward and twice that on
the way back: 6 N D for N weights and D tokens. Attention between positions has no weights and
comes on top.

Source: Kaplan et al. 2020 (arXiv 2001.08361), section 2.1.
"""

from __future__ import annotations

import torch
from torch.utils.flop_counter import FlopCounterMode

from cs25.nn import Decoder, TransformerConfig, n_params_non_embedding

__all__ = [
    "PETAFLOP_S_DAY",
    "attention_flops_per_token",
    "counted_flops_per_token",
    "rule_of_six",
    "rule_with_attention_per_token",
]

#: Operations of a machine that does 1e15 of them a second, in one day.
PETAFLOP_S_DAY = 1e15 * 24 * 60 * 60


def rule_of_six(n_params: float, n_tokens: float) -> float:
    """Return 6 N D, the operations of training N weights on D tokens.

    >>> f"{rule_of_six(174.6e9, 300e9):.3g}"  # GPT-3: 3.14e23 in its paper's table D.1
    '3.14e+23'
    """
    return 6.0 * n_params * n_tokens


def attention_flops_per_token(config: TransformerConfig) -> int:
    """Return 12 n_layers n_ctx d_model: scores and weighted values, forward and backward.

    In each layer a token meets n_ctx keys and as many values of d_model numbers, at two operations
    each, and the way back costs twice the way forward. A kernel that skips the hidden half of a
    causal mask does up to half of it.
    """
    return 12 * config.n_layers * config.n_ctx * config.d_model


def rule_with_attention_per_token(config: TransformerConfig) -> int:
    """Return 6 N + 12 n_layers n_ctx d_model for N non-embedding parameters."""
    return 6 * n_params_non_embedding(config) + attention_flops_per_token(config)


def counted_flops_per_token(
    config: TransformerConfig, *, backward: bool = True, device: str = "meta"
) -> float:
    """Count the operations of one pass over one full sequence, for each of its tokens.

    PyTorch counts every matrix product as it is dispatched. Norms, activations and the softmax are
    not counted, nor would fused attention be on a CPU: give a ``config`` with explicit attention.

    Args:
        config: the decoder's sizes.
        backward: count forward and backward, as in training; else the forward pass alone.
        device: "meta" carries shapes without numbers, so that a model of any size can be counted
            on any machine; the count is the same as with numbers.
    """
    with torch.device(device):
        model = Decoder(config)
        tokens = torch.zeros(1, config.n_ctx, dtype=torch.long)
    with FlopCounterMode(display=False) as counter:
        loss = model(tokens).logsumexp(dim=-1).sum()
        if backward:
            loss.backward()
    return float(counter.get_total_flops()) / config.n_ctx
