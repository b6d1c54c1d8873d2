"""Sizes and costs of a transformer, counted from its configuration.

With N non-embedding parameters, training on D tokens costs about 6 N D floating-point operations:
2 for each weight forward, 4 backward.

Source: Kaplan et al. 2020 (arXiv 2001.08361), section 2.1 and table 1.
"""

from __future__ import annotations

from torch import nn

from cs25.nn.config import TransformerConfig

__all__ = ["n_params", "n_params_non_embedding", "training_flops"]


def n_params(model: nn.Module) -> int:
    """Count every weight once, tied ones too."""
    return sum(parameter.numel() for parameter in model.parameters())


def n_params_non_embedding(config: TransformerConfig) -> int:
    """Count the weights of the decoder's blocks and norms: no embedding, no unembedding.

    With GPT's parts a block has 4 d_model² in attention and 2 mlp_ratio d_model² in the MLP, which
    is 12 d_model² at the usual ratio of 4, and d_model in each of its two norms; one norm follows
    the blocks. A gate is a third matrix of the MLP; shared keys and values make attention's smaller.

    >>> n_params_non_embedding(TransformerConfig(d_vocab=10, d_model=64, n_layers=2))
    98624
    """
    norms = 2 * config.n_layers + (1 if config.norm_first else 0)
    return config.n_layers * _matrices(config) + norms * config.d_model


def training_flops(config: TransformerConfig, *, n_tokens: int, n_pos: int) -> int:
    """Count the floating-point operations of the matrix products of a training run.

    C = (6 N + 12 n_layers n_pos d_model + 6 d_model d_vocab) n_tokens, with N the weights of the
    blocks' matrices. The second term is attention, scores and weighted values, over all ``n_pos``
    keys (a causal kernel that skips the hidden half does up to half of it); the third is the
    unembedding.

    Args:
        config: the sizes of a decoder.
        n_tokens: tokens seen, D.
        n_pos: length of the sequences.
    """
    matrices = config.n_layers * _matrices(config)
    attention = 12 * config.n_layers * n_pos * config.d_model
    unembedding = 6 * config.d_model * config.d_vocab
    return (6 * matrices + attention + unembedding) * n_tokens


def _matrices(config: TransformerConfig) -> int:
    """Count the weights of one block's matrices."""
    attention = config.d_model * (sum(config.heads) * config.d_head + config.d_model)
    in_mlp = 3 if config.mlp == "swiglu" else 2
    return attention + in_mlp * config.d_model * config.d_mlp
