"""Initial weights that keep the residual stream at unit scale, from the narrowest width on."""

from __future__ import annotations

import math

import torch
from torch import nn

__all__ = ["initialise"]

# What each block writes into the residual stream; every name ends a path of a parameter.
_WRITES = ("attention.out.weight", "cross.out.weight", "mlp.down.weight")


def initialise(model: nn.Module, *, n_layers: int) -> None:
    """Draw every matrix anew: normal with standard deviation 1 / sqrt(inputs).

    Args:
        model: its matrices are overwritten; norms keep their ones.
        n_layers: blocks that write into the residual stream. What they write is scaled by
            1 / sqrt(2 n_layers), so that its variance does not grow with depth (GPT-2's rule).

    A fixed 0.02, as GPT-2 has it, is 1 / sqrt(d_model) at width 2500; at width 8 it would start
    the model almost twenty times too small.
    """
    for name, parameter in model.named_parameters():
        if parameter.ndim < 2:
            continue
        std = 1 / math.sqrt(parameter.shape[1])
        if name.endswith(_WRITES):
            std /= math.sqrt(2 * n_layers)
        with torch.no_grad():
            parameter.normal_(std=std)
