"""Tokens and positions as vectors of the residual stream."""

from __future__ import annotations

import math

from jaxtyping import Float, Int
from torch import Tensor, nn

from cs25.nn.config import TransformerConfig
from cs25.nn.sinusoidal import sinusoids

__all__ = ["Embedding"]


class Embedding(nn.Module):
    """A vector for each token, plus one for each position where positions are learned or fixed.

    Fixed positions have coordinates between -1 and 1; tokens are brought to that scale by
    sqrt(d_model), as in section 3.4 of Vaswani et al. 2017.
    """

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.n_ctx = config.n_ctx
        self.token = nn.Embedding(config.d_vocab, config.d_model)
        learned, fixed = (config.positions == kind for kind in ("learned", "sinusoidal"))
        self.position = nn.Embedding(config.n_ctx, config.d_model) if learned else None
        sines = sinusoids(config.n_ctx, config.d_model) if fixed else None
        self.register_buffer("sinusoids", sines, persistent=False)
        self.scale = math.sqrt(config.d_model) if fixed else None

    def forward(
        self, tokens: Int[Tensor, "batch pos"], *, start: int = 0
    ) -> Float[Tensor, "batch pos d_model"]:
        """Embed tokens that stand at positions ``start``, ``start + 1``, ...

        Raises:
            ValueError: the sequence is longer than ``n_ctx``.
        """
        end = start + tokens.shape[1]
        if end > self.n_ctx:
            raise ValueError(f"embedding: {end} positions, expected at most n_ctx ({self.n_ctx})")
        x: Tensor = self.token(tokens)
        if self.scale is not None:
            return x * self.scale + self.sinusoids[start:end]  # type: ignore[index]
        # A slice, not a look-up: its gradient is a sum, not a scatter.
        return x if self.position is None else x + self.position.weight[start:end]
