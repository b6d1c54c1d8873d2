"""The sizes of a transformer, under the field's own names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cs25.errors import ParameterError

__all__ = ["TransformerConfig"]


@dataclass(frozen=True)
class TransformerConfig:
    """The shape of a decoder or encoder.

    Args:
        d_vocab: number of tokens.
        d_model: width of the residual stream.
        n_layers: number of blocks.
        n_heads: attention heads of each block; a divisor of ``d_model``.
        n_ctx: the longest sequence.
        mlp_ratio: hidden units of the MLP for each unit of ``d_model``.
        positions: "learned" adds one vector for each position, "rotary" turns queries and keys by
            an angle that grows with it, "none" tells nothing of it.
        tied: the unembedding is the embedding transposed.
        attention: "explicit" is two matrix products around a softmax, which one can read and
            count, and which is the faster on a CPU up to a context of some 500; "fused" is
            torch's one operation, which needs less memory for long contexts
            (`torch.utils.flop_counter` counts nothing for it on a CPU).

    >>> TransformerConfig(d_vocab=10, d_model=64, n_heads=4).d_head
    16
    """

    d_vocab: int
    d_model: int = 64
    n_layers: int = 2
    n_heads: int = 4
    n_ctx: int = 64
    mlp_ratio: int = 4
    positions: Literal["learned", "rotary", "none"] = "learned"
    tied: bool = False
    attention: Literal["explicit", "fused"] = "explicit"

    def __post_init__(self) -> None:
        for name in ("d_vocab", "d_model", "n_layers", "n_heads", "n_ctx", "mlp_ratio"):
            if getattr(self, name) < 1:
                raise ParameterError(
                    parameter=name, found=getattr(self, name), expected="at least 1"
                )
        if self.d_model % self.n_heads:
            raise ParameterError(
                parameter="n_heads",
                found=self.n_heads,
                expected=f"a divisor of d_model ({self.d_model})",
            )
        if self.positions == "rotary" and self.d_head % 2:
            raise ParameterError(
                parameter="n_heads",
                found=self.n_heads,
                expected=f"an even d_model / n_heads for rotary positions (it is {self.d_head})",
            )

    @property
    def d_head(self) -> int:
        """Width of one attention head."""
        return self.d_model // self.n_heads

    @property
    def d_mlp(self) -> int:
        """Hidden units of one MLP."""
        return self.d_model * self.mlp_ratio
