"""One block: the residual stream plus attention, plus an MLP.

With the norm first, x ← x + attention(norm(x)); x ← x + mlp(norm(x)). With the norm last, as in
2017, x ← norm(x + attention(x)); x ← norm(x + mlp(x)).

Source: Vaswani et al. 2017 (arXiv 1706.03762), section 3.1; Xiong et al. 2020 (arXiv 2002.04745)
for the place of the norm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn

from cs25.nn.attention import Attention, KVCache, Mask
from cs25.nn.config import TransformerConfig
from cs25.nn.mlp import mlp
from cs25.nn.norm import norm
from cs25.nn.rotary import Rotation

__all__ = ["Block", "BlockCache"]


@dataclass(frozen=True)
class BlockCache:
    """What one block remembers while decoding."""

    own: KVCache
    memory: KVCache


class Block(nn.Module):
    """A transformer block.

    Args:
        config: the sizes.
        causal: positions see earlier ones only (decoder) or all (encoder).
        cross: also look at a memory, between attention and MLP.
    """

    def __init__(
        self, config: TransformerConfig, *, causal: bool = True, cross: bool = False
    ) -> None:
        super().__init__()
        self.norm_first = config.norm_first
        self.attention_norm = norm(config)
        self.attention = Attention(config, causal=causal)
        self.cross_norm = norm(config) if cross else None
        self.cross = Attention(config, cross=True) if cross else None
        self.mlp_norm = norm(config)
        self.mlp = mlp(config)

    def forward(
        self,
        x: Float[Tensor, "batch pos d_model"],
        *,
        rotation: Rotation | None = None,
        mask: Mask | None = None,
        memory: Float[Tensor, "batch memory d_model"] | None = None,
        memory_mask: Mask | None = None,
        cache: BlockCache | None = None,
    ) -> Float[Tensor, "batch pos d_model"]:
        """Add to the residual stream what attention and MLP have to say.

        Args:
            x: the residual stream.
            rotation: angles of the positions, where they are rotary.
            mask: which keys may be seen, beside the causal rule.
            memory: what cross-attention looks at.
            memory_mask: which of its positions may be seen.
            cache: where keys and values of earlier positions are.
        """

        def communicate(x: Tensor) -> Tensor:
            own = None if cache is None else cache.own
            return self.attention(x, rotation=rotation, mask=mask, cache=own)  # type: ignore[no-any-return]

        def read(x: Tensor) -> Tensor:
            assert self.cross is not None
            held = None if cache is None else cache.memory
            return self.cross(x, memory=memory, mask=memory_mask, cache=held)  # type: ignore[no-any-return]

        x = self._add(x, communicate, self.attention_norm)
        if self.cross_norm is not None:
            x = self._add(x, read, self.cross_norm)
        return self._add(x, self.mlp, self.mlp_norm)

    def _add(self, x: Tensor, part: Callable[[Tensor], Tensor], norm: nn.Module) -> Tensor:
        if self.norm_first:
            return x + part(norm(x))
        return norm(x + part(x))  # type: ignore[no-any-return]
