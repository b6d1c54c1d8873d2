"""Which input reaches which output of an encoder-decoder: its wiring, read off derivatives.

A mask says what was meant; the Jacobian says what the model does. A block that is exactly zero
belongs to two positions of which the one does not hear the other, in no way at all.

Source: Vaswani et al. 2017 (arXiv 1706.03762), section 3.2.3, for the three graphs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from annotated_types import Interval

from cs25 import Measure, Result, Table
from cs25.nn import EncoderDecoder, TransformerConfig
from cs25_intro.wiring.decoding import cached_logits, future_change
from cs25_intro.wiring.graphs import (
    Graph,
    everyone,
    head_names,
    in_series,
    the_past,
    wrong_edges,
)
from cs25_intro.wiring.miswired import miswire
from cs25_intro.wiring.norms import Norm, measure

__all__ = ["wiring"]

D_HEAD = 8

#: Tokens of the vocabulary.
D_VOCAB = 11


def wiring(
    *,
    source: Annotated[int, Interval(ge=2, le=16)] = 8,
    target: Annotated[int, Interval(ge=2, le=16)] = 7,
    layers: Annotated[int, Interval(ge=1, le=4)] = 3,
    # A single head has none beside it: that it hears none would be true of any model.
    heads: Annotated[int, Interval(ge=2, le=4)] = 3,
    positions: Literal["learned", "sinusoidal", "rotary", "none"] = "learned",
    attention: Literal["explicit", "fused"] = "explicit",
    control: Literal["none", "miswired"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Differentiate every output of a random encoder-decoder by every input, and head by head.

    Args:
        source: tokens that the encoder reads.
        target: tokens that the decoder has written.
        layers: of the encoder, and of the decoder.
        heads: of each attention; each is 8 wide.
        positions: how the model is told where a token stands.
        attention: two matrix products around a softmax, or torch's one operation.
        control: "miswired" has an encoder that hears the past only, a decoder that hears
            everything, cross-attention whose output is cut off, and heads that hear one beside
            them.
        seed: seeds weights and tokens.
    """
    config = TransformerConfig(
        d_vocab=D_VOCAB,
        d_model=heads * D_HEAD,
        n_layers=layers,
        n_heads=heads,
        n_ctx=max(source, target),
        positions=positions,
        attention=attention,
    )
    model = EncoderDecoder(config, config, seed=2 * seed).requires_grad_(False)
    if control == "miswired":
        miswire(model)
    draw = torch.Generator().manual_seed(seed)
    read, written = (torch.randint(D_VOCAB, (1, n), generator=draw) for n in (source, target))
    change = future_change(model, read, written, draw=draw)
    cache_gap = (cached_logits(model, read, written) - model(read, written)).abs().max()

    norms = measure(model, read, written)
    graphs = {
        "encoder": everyone(source, source),
        "decoder": the_past(target),
        "cross": everyone(target, source),
    }
    wrong = {
        name: [wrong_edges(norm > 0, graph) for norm in (norms.whole[name], *norms.layers[name])]
        for name, graph in graphs.items()
    }
    series = in_series(layers, heads)
    wrong["heads"] = [wrong_edges(norms.heads > 0, series)]
    return Result(
        {
            **{f"wrong_{name}": _exact(sum(counts)) for name, counts in wrong.items()},
            "edges": _exact(
                series.numel() + (1 + layers) * sum(g.numel() for g in graphs.values())
            ),
            "future_change": Measure(change, "logits"),
            "cache_gap": Measure(round(float(cache_gap), 4), "logits"),
        },
        tables=(
            *(
                _table(name, norms.whole[name], graph, *(range(1, n + 1) for n in graph.shape))
                for name, graph in graphs.items()
            ),
            _table("heads", norms.heads, series, *[head_names(layers, heads)] * 2),
            Table(
                "layers",
                ("graph", "layer", "wrong"),
                tuple(
                    (name, layer or "all", count)
                    for name in graphs
                    for layer, count in enumerate(wrong[name])
                ),
            ),
        ),
    )


def _exact(count: int) -> Measure:
    """Return a count of all edges there are: nothing was sampled."""
    return Measure(count, "edges", count, count)


def _table(
    name: str,
    norm: Norm,
    expected: Graph,
    hears: Sequence[int | str],
    heard: Sequence[int | str],
) -> Table:
    rows = (
        (one, other, norm[i, j].item(), expected[i, j].item())
        for i, one in enumerate(hears)
        for j, other in enumerate(heard)
    )
    return Table(name, ("hears", "heard", "norm", "expected"), tuple(rows))
