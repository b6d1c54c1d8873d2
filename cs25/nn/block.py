"""One pre-norm block: the residual stream plus attention, plus an MLP.

x ← x + attention(norm(x)); x ← x + mlp(norm(x)).

Source: Xiong et al. 2020 (arXiv 2002.04745) for the place of the norm.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from jaxtyping import Float
from torch import Tensor, nn

from cs25.nn.attention import Attention, KVCache, Mask
from cs25.nn.config import TransformerConfig

__all__ = ["MLP", "Block", "BlockCache"]


@dataclass(frozen=True)
class BlockCache:
    """What one block remembers while decoding."""

    own: KVCache
    memory: KVCache


class MLP(nn.Module):
    """Two matrix products around a GELU, at every position alike."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.up = nn.Linear(config.d_model, config.d_mlp, bias=False)
        self.down = nn.Linear(config.d_mlp, config.d_model, bias=False)

    def forward(self, x: Float[Tensor, "batch pos d_model"]) -> Float[Tensor, "batch pos d_model"]:
        return self.down(F.gelu(self.up(x)))  # type: ignore[no-any-return]


class Block(nn.Module):
    """A pre-norm transformer block.

    Args:
        config: the sizes.
        causal: positions see earlier ones only (decoder) or all (encoder).
        cross: also look at a memory, between attention and MLP.
    """

    def __init__(
        self, config: TransformerConfig, *, causal: bool = True, cross: bool = False
    ) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(config.d_model, bias=False)
        self.attention = Attention(config, causal=causal)
        self.cross_norm = nn.LayerNorm(config.d_model, bias=False) if cross else None
        self.cross = Attention(config, cross=True) if cross else None
        self.mlp_norm = nn.LayerNorm(config.d_model, bias=False)
        self.mlp = MLP(config)

    def forward(
        self,
        x: Float[Tensor, "batch pos d_model"],
        *,
        mask: Mask | None = None,
        memory: Float[Tensor, "batch memory d_model"] | None = None,
        memory_mask: Mask | None = None,
        cache: BlockCache | None = None,
    ) -> Float[Tensor, "batch pos d_model"]:
        """Add to the residual stream what attention and MLP have to say."""
        x = x + self.attention(
            self.attention_norm(x), mask=mask, cache=None if cache is None else cache.own
        )
        if self.cross is not None and self.cross_norm is not None:
            x = x + self.cross(
                self.cross_norm(x),
                memory=memory,
                mask=memory_mask,
                cache=None if cache is None else cache.memory,
            )
        return x + self.mlp(self.mlp_norm(x))  # type: ignore[no-any-return]
