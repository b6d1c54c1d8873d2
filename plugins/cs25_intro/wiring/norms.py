"""How strongly each part of an encoder-decoder hears each other: norms of blocks of Jacobians."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor
from tqdm.auto import tqdm

from cs25.nn import Attention, EncoderDecoder
from cs25_intro.wiring.jacobian import between_heads, between_positions, jacobians
from cs25_intro.wiring.layers import attentions
from cs25_intro.wiring.taps import Tap, tap_heads, tap_input, tap_memory, tap_output

__all__ = ["Norm", "Norms", "measure"]

#: A row is what hears, a column what is heard; graphs differ in size.
Norm = Float[Tensor, "_ _"]


@dataclass(frozen=True)
class Norms:
    """Norms of Jacobians.

    Args:
        whole: from end to end, by graph: the encoder's output by its input ("encoder"), the logits
            by the decoder's input ("decoder") and by the encoder's output ("cross").
        layers: the same for the attention of each layer alone.
        heads: what each head gathers, by the queries, keys and values of every head; in
            `in_series`'s order.
    """

    whole: dict[str, Norm]
    layers: dict[str, list[Norm]]
    heads: Norm


class _Layer:
    """Taps of one attention: what goes in, what comes out, and both for its heads."""

    def __init__(self, attention: Attention) -> None:
        self.heard = tap_memory(attention) if attention.cross else tap_input(attention)
        self.written = tap_output(attention)
        self.heads = tap_heads(attention)
        # The heads' vectors side by side are what the output matrix is given.
        self.gathered = tap_input(attention.out)


def measure(
    model: EncoderDecoder, read: Int[Tensor, "1 source"], written: Int[Tensor, "1 target"]
) -> Norms:
    """Run the model once, with taps wherever a signal passes, and go back from each of them.

    Args:
        model: its weights need no gradient; the taps stay in it.
        read: tokens for the encoder.
        written: tokens for the decoder.
    """
    source, target = tap_output(model.encoder.embedding), tap_output(model.decoder.embedding)
    memory, logits = tap_output(model.encoder), tap_output(model.decoder)
    encoder = [_Layer(attention) for attention in attentions(model.encoder, "attention")]
    own = [_Layer(attention) for attention in attentions(model.decoder, "attention")]
    cross = [_Layer(attention) for attention in attentions(model.decoder, "cross")]
    model(read, written)

    stacks = {"encoder": encoder, "decoder": own, "cross": cross}
    in_order = [*encoder, *(layer for pair in zip(own, cross, strict=True) for layer in pair)]
    d_head = model.encoder.config.d_head
    gathered = [layer.gathered for layer in in_order]
    nudged_heads = [layer.heads for layer in in_order]
    signals = [memory, logits, *gathered, *(layer.written for layer in in_order)]
    with tqdm(total=sum(tap.signal.numel() for tap in signals), desc="going back") as bar:

        def blocks(signal: Tap, *nudged: Tap) -> list[Tensor]:
            nudges = [tap.nudge for tap in nudged]
            return jacobians(signal.signal, nudges, progress=bar.update)

        (by_source,) = blocks(memory, source)
        by_target, by_memory = blocks(logits, target, memory)
        layers = {
            name: [between_positions(*blocks(layer.written, layer.heard)) for layer in stack]
            for name, stack in stacks.items()
        }
        heads = [
            [between_heads(block, d_head=d_head) for block in blocks(signal, *nudged_heads)]
            for signal in gathered
        ]
    whole = {"encoder": by_source, "decoder": by_target, "cross": by_memory}
    return Norms(
        {name: between_positions(block) for name, block in whole.items()},
        layers,
        torch.cat([torch.cat(row, dim=1) for row in heads]),
    )
