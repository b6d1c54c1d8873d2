"""One layer of attention: what comes out of it, by how much the tokens differ that go in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from cs25_intro.rank_collapse.attention import Attention, Hears, attend
from cs25_intro.rank_collapse.tokens import Norm, Tokens, composite_norm, relative_residual

__all__ = ["SIZES", "one_layer"]

#: Residuals of inputs, over the size of their common part.
SIZES = tuple(10 ** (-2.5 + i / 4) for i in range(9))


def one_layer(
    tokens: Tokens,
    layer: Attention,
    hears: Hears,
    *,
    norm: Norm = composite_norm,
    progress: Callable[[], object] = lambda: None,
) -> tuple[Float[Tensor, "draw size"], Float[Tensor, "draw size"]]:
    """Return log10 of the relative residual of inputs, and of what attention makes of them.

    Args:
        tokens: their residual is scaled to each of `SIZES`, and their mean stays as it is.
        layer: the parameters.
        hears: whom a token hears.
        norm: the size of a matrix.
        progress: called after each size.
    """
    common = replace(tokens, residual=torch.zeros_like(tokens.residual)).joined()
    unit = tokens.residual * (norm(common) / norm(tokens.residual))[:, None, None]
    given, gathered = [], []
    for size in SIZES:
        scaled = replace(tokens, residual=size * unit)
        given.append(relative_residual(scaled, norm))
        gathered.append(relative_residual(attend(scaled, layer, hears), norm))
        progress()
    return torch.stack(given, dim=-1).log10(), torch.stack(gathered, dim=-1).log10()
