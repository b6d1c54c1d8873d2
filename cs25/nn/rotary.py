"""Rotary positions: a query and a key meet at an angle that depends on their distance only.

Source: Su et al. 2021 (arXiv 2104.09864), equations 14 and 15.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from cs25.nn.config import TransformerConfig

__all__ = ["Rotation", "rotate", "rotation", "rotation_of"]

_BASE = 10_000.0  # Su et al. 2021, section 3.3


class Rotation(NamedTuple):
    """The angle of each pair of coordinates at each position, as its cosine and sine."""

    cos: Float[Tensor, "pos half"]
    sin: Float[Tensor, "pos half"]


def rotation(
    n_pos: int,
    d_head: int,
    *,
    start: int = 0,
    base: float = _BASE,
    device: torch.device | None = None,
) -> Rotation:
    """Return by how much each position turns: p times each pair's frequency base^(-2i / d_head).

    Every layer turns by the same angles, so a model asks for them once.

    Args:
        n_pos: how many positions.
        d_head: width of the vectors to turn, even.
        start: the first position.
        base: the slowest frequency is about one over it.
        device: where the angles are needed.
    """
    half = d_head // 2
    frequency = base ** (-torch.arange(half, dtype=torch.float32, device=device) / half)
    positions = torch.arange(start, start + n_pos, dtype=torch.float32, device=device)
    angle = positions[:, None] * frequency
    return Rotation(angle.cos(), angle.sin())


def rotate(
    x: Float[Tensor, "*batch pos d_head"], by: Rotation
) -> Float[Tensor, "*batch pos d_head"]:
    """Turn each pair of coordinates of each position.

    Args:
        x: queries or keys; coordinate i is paired with i + d_head / 2.
        by: the angles.
    """
    cos, sin = by.cos.to(x.dtype), by.sin.to(x.dtype)
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


def rotation_of(
    config: TransformerConfig, tokens: Int[Tensor, "batch pos"], *, start: int = 0
) -> Rotation | None:
    """Return the angles for tokens from position ``start`` on; None if positions are not rotary."""
    if config.positions != "rotary":
        return None
    return rotation(
        tokens.shape[1],
        config.d_head,
        start=start,
        base=config.rotary_base,
        device=tokens.device,
    )
