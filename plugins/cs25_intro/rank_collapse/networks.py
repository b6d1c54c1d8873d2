"""Networks of random parameters, and what is left of the differences behind each layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from cs25_intro.rank_collapse.attention import Attention, Hears, attend
from cs25_intro.rank_collapse.layers import MLP, compute, layer_norm
from cs25_intro.rank_collapse.tokens import Tokens, relative_residual

__all__ = ["NETWORKS", "Network", "depth_curve"]


@dataclass(frozen=True)
class Network:
    """Which parts a network has beside attention.

    Args:
        name: what it is called.
        skips: each part adds to what it was given, and does not replace it.
        mlps: an MLP follows each attention.
        hears: whom a token hears.
    """

    name: str
    skips: bool = False
    mlps: bool = False
    hears: Hears = "everyone"


NETWORKS = (
    Network("attention"),
    Network("mlps", mlps=True),
    Network("past", hears="past"),
    Network("skips", skips=True),
    Network("both", skips=True, mlps=True),
)


def depth_curve(
    network: Network,
    tokens: Tokens,
    layers: list[tuple[Attention, MLP]],
    *,
    normed: bool,
    progress: Callable[[], object] = lambda: None,
) -> Float[Tensor, "draw depth"]:
    """Return log10 of the relative residual of the input and behind each layer.

    Args:
        network: which parts there are.
        tokens: the input.
        layers: parameters; those of MLPs are left unused where the network has none.
        normed: each part is given what a layer norm makes of the tokens.
        progress: called after each layer.
    """
    curve = [relative_residual(tokens)]
    for attention, mlp in layers:
        said = attend(layer_norm(tokens) if normed else tokens, attention, network.hears)
        tokens = tokens + said if network.skips else said
        if network.mlps:
            said = compute(layer_norm(tokens) if normed else tokens, mlp)
            tokens = tokens + said if network.skips else said
        curve.append(relative_residual(tokens))
        progress()
    return torch.stack(curve, dim=-1).log10()
