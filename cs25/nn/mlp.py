"""The compute phase of a block: the same small network at every position, each for itself."""

from __future__ import annotations

import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from jaxtyping import Float
from torch import Tensor, nn

from cs25.nn.config import TransformerConfig

__all__ = ["MLP", "GatedMLP", "mlp"]


class MLP(nn.Module):
    """Two matrix products around a GELU, at every position alike."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.up = nn.Linear(config.d_model, config.d_mlp, bias=False)
        self.down = nn.Linear(config.d_mlp, config.d_model, bias=False)

    def forward(self, x: Float[Tensor, "batch pos d_model"]) -> Float[Tensor, "batch pos d_model"]:
        return self.down(F.gelu(self.up(x)))  # type: ignore[no-any-return]


class GatedMLP(nn.Module):
    """SwiGLU: every hidden unit is multiplied by a gate, SiLU(gate(x)) up(x).

    The weights of gate and up lie in one matrix, in this order: one product instead of two.

    Source: Shazeer 2020 (arXiv 2002.05202), equation 6.
    """

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.gate_up = nn.Linear(config.d_model, 2 * config.d_mlp, bias=False)
        self.down = nn.Linear(config.d_mlp, config.d_model, bias=False)

    def forward(self, x: Float[Tensor, "batch pos d_model"]) -> Float[Tensor, "batch pos d_model"]:
        gate, up = self.gate_up(x).chunk(2, dim=-1)
        return self.down(F.silu(gate) * up)  # type: ignore[no-any-return]


def mlp(config: TransformerConfig) -> MLP | GatedMLP:
    """Return the MLP that a configuration asks for."""
    return GatedMLP(config) if config.mlp == "swiglu" else MLP(config)
