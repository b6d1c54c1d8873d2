"""A decoder that only attends: layers of attention on a residual stream, and no MLP.

Source: Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits", for the model.
"""

from __future__ import annotations

from torch import Tensor, nn

from cs25.nn import Block, Decoder, TransformerConfig

__all__ = ["attention_only", "layers"]


class _Silent(nn.Module):
    """An MLP that says nothing."""

    def forward(self, x: Tensor) -> Tensor:
        return x.new_zeros(())


def attention_only(config: TransformerConfig, *, seed: int) -> Decoder:
    """Return a decoder without MLPs.

    Args:
        config: its sizes; those of the MLP do not matter.
        seed: draws the initial weights.
    """
    model = Decoder(config, seed=seed)
    for block in layers(model):
        block.add_module("mlp", _Silent())
        block.add_module("mlp_norm", nn.Identity())
    return model


def layers(model: Decoder) -> list[Block]:
    """Return a decoder's blocks."""
    return [block for block in model.blocks if isinstance(block, Block)]
