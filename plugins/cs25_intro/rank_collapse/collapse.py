"""Rank collapse: what attention alone does to the differences between tokens.

Source: Dong et al. 2021 (arXiv 2103.03404).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Literal

import torch
from annotated_types import Interval
from jaxtyping import Float
from torch import Tensor
from tqdm.auto import tqdm

from cs25 import Measure, Result, Table
from cs25_intro.load_smollm.passages import N_ASIDE, N_PASSAGES
from cs25_intro.rank_collapse.attention import Attention, Hears, draw_attention, scores
from cs25_intro.rank_collapse.layers import draw_mlp, layer_norm
from cs25_intro.rank_collapse.networks import NETWORKS, depth_curve
from cs25_intro.rank_collapse.one_layer import SIZES, one_layer
from cs25_intro.rank_collapse.rates import exponent, order_of_convergence
from cs25_intro.rank_collapse.smollm import hear_the_neighbour, load_and_read, stream_curves
from cs25_intro.rank_collapse.tokens import FLOOR, Tokens, frobenius_norm, split

__all__ = ["rank_collapse"]

#: Logarithms to the base of ten, one row for each draw or text.
Logs = Float[Tensor, "draw place"]


def rank_collapse(
    *,
    tokens: Annotated[int, Interval(ge=4, le=128)] = 32,
    heads: Annotated[int, Interval(ge=1, le=8)] = 4,
    d_head: Annotated[int, Interval(ge=4, le=32)] = 16,
    layers: Annotated[int, Interval(ge=3, le=16)] = 8,
    draws: Annotated[int, Interval(ge=2, le=50)] = 20,
    sharpness: Annotated[float, Interval(ge=0.1, le=20.0)] = 1.0,
    norm: Literal["layer", "none"] = "layer",
    passages: Annotated[int, Interval(ge=2, le=N_PASSAGES - N_ASIDE)] = 4,
    control: Literal["none", "neighbour"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Measure what is left of the differences between tokens, with and without skips and MLPs.

    Args:
        tokens: of each sequence.
        heads: of each attention.
        d_head: width of a head; a token has a vector heads times as wide.
        layers: of each network.
        draws: sequences, each with random parameters of its own.
        sharpness: standard deviation of the scores between independent tokens. Well below 1
            attention is nearly a plain average, far above it picks one token.
        norm: "layer" has a layer norm before each part of the networks, "none" has none.
        passages: texts that SmolLM2 reads, with its skip connections and without.
        control: "neighbour" lets nobody average: a token hears one other, always the same.
        seed: draws parameters, sequences and texts.
    """
    draw = torch.Generator().manual_seed(seed)
    width = heads * d_head
    parameters = [
        (
            draw_attention(draws, d_model=width, n_heads=heads, sharpness=sharpness, draw=draw),
            draw_mlp(draws, d_model=width, draw=draw),
        )
        for _ in range(layers)
    ]
    common, apart, independent = (
        torch.randn(draws, n, width, generator=draw, dtype=torch.float64)
        for n in (1, tokens, tokens)
    )
    alike, unlike = Tokens(common[:, 0], split(apart).residual), split(independent)
    averages = control == "none"
    networks = NETWORKS if averages else [replace(n, hears="neighbour") for n in NETWORKS]
    ways: dict[str, Hears] = {n.name: n.hears for n in networks if n.name in ("attention", "past")}

    with tqdm(total=3 * len(SIZES) + len(networks) * layers + 3, desc="collapsing") as bar:
        step = partial(one_layer, alike, parameters[0][0], progress=bar.update)
        by_size = {name: step(hears) for name, hears in ways.items()}
        by_frobenius = step(ways["attention"], norm=frobenius_norm)
        by_depth = {
            network.name: depth_curve(
                network, unlike, parameters, normed=norm == "layer", progress=bar.update
            )
            for network in networks
        }
        model, texts = load_and_read(passages, seed=seed)
        bar.update()
        if not averages:
            hear_the_neighbour(model)
        streams = stream_curves(model, texts, progress=bar.update)

    return Result(
        {
            "slope": _slope(*by_size["attention"]),
            "slope_frobenius": _slope(*by_frobenius),
            "slope_past": _slope(*by_size["past"]),
            "order": _order(by_depth["attention"]),
            "order_past": _order(by_depth["past"]),
            "gap": Measure.mean_of(
                (by_depth["skips"] - by_depth["attention"])[:, -1].tolist(), "powers of ten"
            ),
            **{f"left_{name}": _last(curve) for name, curve in by_depth.items()},
            **{f"smollm_{name}": _last(curve) for name, curve in streams.items()},
            "score_sd": _score_sd(unlike, parameters[0][0], normed=norm == "layer"),
        },
        tables=(
            _table(
                "one_layer",
                ("hears", "given"),
                {
                    (name, x): y
                    for name, (given, gathered) in by_size.items()
                    for x, y in zip(given.mean(dim=0).tolist(), gathered.T, strict=True)
                },
            ),
            _table("depth", ("network", "layer"), _by_layer(by_depth)),
            _table("smollm", ("network", "layer"), _by_layer(streams)),
        ),
    )


def _slope(given: Logs, gathered: Logs) -> Measure:
    return Measure.mean_of(exponent(x, y) for x, y in zip(given, gathered, strict=True))


def _order(curves: Logs) -> Measure:
    floor = math.log10(FLOOR) + 1e-6  # torch's logarithm may round otherwise
    return Measure.mean_of(order_of_convergence(curve, above=floor) for curve in curves)


def _last(curves: Logs) -> Measure:
    return Measure.mean_of(curves[:, -1].tolist())


def _score_sd(tokens: Tokens, layer: Attention, *, normed: bool) -> Measure:
    """Return the standard deviation of what a query of the first layer gives to all keys."""
    shared, own = scores(layer_norm(tokens) if normed else tokens, layer)
    return Measure.mean_of((shared + own).std(dim=-1).mean(dim=(1, 2)).tolist())


def _by_layer(curves: Mapping[str, Logs]) -> dict[tuple[str, float], Float[Tensor, " draw"]]:
    return {
        (name, layer): values
        for name, curve in curves.items()
        for layer, values in enumerate(curve.T)
    }


def _table(
    name: str,
    columns: tuple[str, str],
    rows: Mapping[tuple[str, float], Float[Tensor, " draw"]],
) -> Table:
    """Return means over draws with their intervals."""
    means = [(*key, Measure.mean_of(values.tolist())) for key, values in rows.items()]
    return Table(
        name,
        (*columns, "left", "low", "high"),
        tuple((who, where, m.value, m.low, m.high) for who, where, m in means),
    )
