"""Sinusoidal positions: a fixed vector for each position, made of sines and cosines.

Source: Vaswani et al. 2017 (arXiv 1706.03762), section 3.5.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["sinusoids"]


def sinusoids(n_pos: int, d_model: int) -> Float[Tensor, "pos d_model"]:
    """Return PE(p, 2i) = sin(p / 10000^(2i / d_model)) and PE(p, 2i + 1), the cosine of the same.

    Args:
        n_pos: positions 0 to n_pos - 1.
        d_model: width, even.

    The vector of position p + k is that of p, turned pair by pair by an angle that depends on k
    only: a linear map that can be learned.
    """
    frequency = 10_000.0 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    angle = torch.arange(n_pos, dtype=torch.float64)[:, None] * frequency
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1).float()
