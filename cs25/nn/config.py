"""The sizes of a transformer, under the field's own names, and which of the common parts it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cs25.errors import ParameterError

__all__ = ["TransformerConfig"]


@dataclass(frozen=True)
class TransformerConfig:
    """The shape of a decoder or encoder.

    The defaults are GPT's. ``positions="sinusoidal", norm_first=False`` are those of 2017;
    ``positions="rotary", norm="rms", mlp="swiglu"`` with few ``n_kv_heads`` are Llama's.

    Args:
        d_vocab: number of tokens.
        d_model: width of the residual stream.
        n_layers: number of blocks.
        n_heads: attention heads of each block; a divisor of ``d_model``.
        n_kv_heads: heads of keys and values, a divisor of ``n_heads``; each is shared by
            n_heads / n_kv_heads heads of queries. As many as ``n_heads`` if None.
        n_ctx: the longest sequence.
        mlp: "gelu" is two matrix products around a GELU; "swiglu" has a third, a gate.
        mlp_ratio: hidden units of the MLP for each unit of ``d_model``.
        norm: "layer" subtracts the mean and divides by the standard deviation, "rms" divides by
            the root mean square.
        norm_eps: what is added to the variance or mean square.
        norm_first: norms stand before attention and MLP, and after the last block; else after
            each addition to the residual stream.
        positions: "learned" adds one vector for each position, "sinusoidal" adds a fixed one,
            "rotary" turns queries and keys by an angle that grows with it, "none" tells nothing
            of it.
        rotary_base: the slowest rotary frequency is about one over it.
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
    n_kv_heads: int | None = None
    n_ctx: int = 64
    mlp: Literal["gelu", "swiglu"] = "gelu"
    mlp_ratio: float = 4
    norm: Literal["layer", "rms"] = "layer"
    norm_eps: float = 1e-5
    norm_first: bool = True
    positions: Literal["learned", "sinusoidal", "rotary", "none"] = "learned"
    rotary_base: float = 10_000.0
    tied: bool = False
    attention: Literal["explicit", "fused"] = "explicit"

    def __post_init__(self) -> None:
        for name in ("d_vocab", "d_model", "n_layers", "n_heads", "n_ctx", "mlp_ratio"):
            if getattr(self, name) < 1:
                raise ParameterError(
                    parameter=name, found=getattr(self, name), expected="at least 1"
                )
        for parameter, whole in (("n_heads", "d_model"), ("n_kv_heads", "n_heads")):
            part, size = getattr(self, parameter), getattr(self, whole)
            if part is not None and (part < 1 or size % part):
                raise ParameterError(
                    parameter=parameter, found=part, expected=f"a divisor of {whole} ({size})"
                )
        if self.positions == "rotary" and self.d_head % 2:
            raise ParameterError(
                parameter="n_heads",
                found=self.n_heads,
                expected=f"an even d_model / n_heads for rotary positions (it is {self.d_head})",
            )
        if self.positions == "sinusoidal" and self.d_model % 2:
            raise ParameterError(
                parameter="d_model",
                found=self.d_model,
                expected="an even number for sinusoidal positions",
            )

    @property
    def d_head(self) -> int:
        """Width of one attention head."""
        return self.d_model // self.n_heads

    @property
    def d_mlp(self) -> int:
        """Hidden units of one MLP."""
        return round(self.d_model * self.mlp_ratio)

    @property
    def heads(self) -> tuple[int, int, int]:
        """How many heads of queries, keys and values there are."""
        n_kv_heads = self.n_kv_heads or self.n_heads
        return self.n_heads, n_kv_heads, n_kv_heads
