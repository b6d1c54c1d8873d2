"""Rotary positions: a query and a key meet at an angle that depends on their distance only."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["rotate"]

_BASE = 10_000.0  # Su et al. 2021, section 3.3


def rotate(
    x: Float[Tensor, "*batch pos d_head"], *, start: int = 0
) -> Float[Tensor, "*batch pos d_head"]:
    """Turn each pair of coordinates of position p by p times that pair's frequency.

    Args:
        x: queries or keys; ``d_head`` is even, and coordinate i is paired with i + d_head / 2.
        start: position of the first vector along ``pos``.

    Source: Su et al. 2021 (arXiv 2104.09864), equations 14 and 15.
    """
    n_pos, d_head = x.shape[-2:]
    half = d_head // 2
    frequency = _BASE ** (-torch.arange(half, dtype=torch.float32, device=x.device) / half)
    positions = torch.arange(start, start + n_pos, dtype=torch.float32, device=x.device)
    angle = positions[:, None] * frequency
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    first, second = x[..., :half], x[..., half:]
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)
