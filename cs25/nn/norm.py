"""What keeps the residual stream at one scale before each part reads it."""

from __future__ import annotations

from torch import nn

from cs25.nn.config import TransformerConfig

__all__ = ["norm"]


def norm(config: TransformerConfig) -> nn.LayerNorm | nn.RMSNorm:
    """Return the norm that a configuration asks for, without biases.

    Source: Ba et al. 2016 (arXiv 1607.06450); Zhang & Sennrich 2019 (arXiv 1910.07467) for the
    root mean square.
    """
    if config.norm == "rms":
        return nn.RMSNorm(config.d_model, eps=config.norm_eps)
    return nn.LayerNorm(config.d_model, eps=config.norm_eps, bias=False)
