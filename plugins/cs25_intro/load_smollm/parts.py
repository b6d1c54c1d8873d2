"""The parts of a Llama, and what it is to take one away from a model that was trained with it.

Each part is switched off in all layers at once, by hooks or by another attention; nothing is
trained again. Where a part makes a number out of the data, its average takes the place of the
number (mean ablation): what is lost is then the dependence on the data, and not the scale.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from jaxtyping import Int
from torch import Tensor, nn

from cs25.nn import Block, Decoder, GatedMLP, explicit_attention

__all__ = ["PARTS", "Averages", "Part", "averages", "without"]

#: For each gated MLP its mean gates (d_mlp,), for each norm the mean factor it applies ().
Averages = Mapping[nn.Module, Tensor]

SwitchOff = Callable[[Decoder, Averages, ExitStack], None]


@dataclass(frozen=True)
class Part:
    """One idea of the architecture.

    Args:
        name: what it is called.
        instead: what the model does without it, in a few words.
        switch_off: does it to a model; what it registers is undone when the stack is closed.
    """

    name: str
    instead: str
    switch_off: SwitchOff


@contextmanager
def without(model: Decoder, part: Part, averages: Averages) -> Iterator[Decoder]:
    """Switch a part off inside the block."""
    with ExitStack() as undo:
        part.switch_off(model, averages, undo)
        yield model


@torch.inference_mode()
def averages(model: Decoder, tokens: Int[Tensor, "text pos"]) -> Averages:
    """Run the whole model and return the averages, over all positions, that stand in for parts.

    Args:
        model: a decoder with gated MLPs and norms by the root mean square.
        tokens: texts of one length.
    """
    found: dict[nn.Module, Tensor] = {}

    def of_gate(mlp: Any, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        gate, _ = mlp.gate_up(*inputs).chunk(2, dim=-1)
        found[mlp] = F.silu(gate).mean(dim=(0, 1))

    def of_norm(norm: Any, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        found[norm] = (inputs[0].square().mean(dim=-1) + norm.eps).rsqrt().mean()

    with ExitStack() as undo:
        for module in model.modules():
            if isinstance(module, GatedMLP):
                _hook(module, of_gate, undo)
            elif isinstance(module, nn.RMSNorm):
                _hook(module, of_norm, undo)
        model(tokens)
    return found


def _no_attention(model: Decoder, averages: Averages, undo: ExitStack) -> None:
    for block in _blocks(model):
        _hook(block.attention, _silent, undo)


def _no_mlp(model: Decoder, averages: Averages, undo: ExitStack) -> None:
    for block in _blocks(model):
        _hook(block.mlp, _silent, undo)


def _silent(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
    return output.new_zeros(()).expand_as(output)


def _fixed_weights(model: Decoder, averages: Averages, undo: ExitStack) -> None:
    """Let every position take the plain average of what it may see."""

    def averaged(query: Tensor, key: Tensor, value: Tensor, **options: Any) -> Tensor:
        return explicit_attention(query * 0, key, value, **options)

    _attend_by(averaged, model, undo)


def _no_scaling(model: Decoder, averages: Averages, undo: ExitStack) -> None:
    """Take scores as they are, not over sqrt(d_head)."""

    def unscaled(query: Tensor, key: Tensor, value: Tensor, **options: Any) -> Tensor:
        return explicit_attention(query * math.sqrt(query.shape[-1]), key, value, **options)

    _attend_by(unscaled, model, undo)


def _one_head(model: Decoder, averages: Averages, undo: ExitStack) -> None:
    """Let all heads of queries share one head of keys and values, the average of those there are."""
    n_kv_heads = model.config.heads[1]

    def pooled(query: Tensor, key: Tensor, value: Tensor, **options: Any) -> Tensor:
        one = (torch.unflatten(x, 0, (-1, n_kv_heads)).mean(dim=1) for x in (key, value))
        return explicit_attention(query, *one, **options)

    _attend_by(pooled, model, undo)


def _attend_by(attend: Callable[..., Tensor], model: Decoder, undo: ExitStack) -> None:
    for block in _blocks(model):
        undo.callback(setattr, block.attention, "attend", block.attention.attend)
        block.attention.attend = attend


def _no_rotation(model: Decoder, averages: Averages, undo: ExitStack) -> None:
    undo.callback(setattr, model, "config", model.config)
    model.config = replace(model.config, positions="none")


def _no_gate(model: Decoder, averages: Averages, undo: ExitStack) -> None:

    def average_gate(mlp: Any, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        _, up = mlp.gate_up(*inputs).chunk(2, dim=-1)
        return mlp.down(averages[mlp] * up)  # type: ignore[no-any-return]

    for block in _blocks(model):
        _hook(block.mlp, average_gate, undo)


def _no_norm(model: Decoder, averages: Averages, undo: ExitStack) -> None:

    def average_factor(norm: Any, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        return inputs[0] * averages[norm] * norm.weight  # type: ignore[no-any-return]

    for module in model.modules():
        if isinstance(module, nn.RMSNorm):
            _hook(module, average_factor, undo)


def _no_residual(model: Decoder, averages: Averages, undo: ExitStack) -> None:
    """Pass on what attention and MLP say, in place of adding it to the stream."""
    for block in _blocks(model):
        _replace_stream(block.attention_norm, block.attention, undo)
        _replace_stream(block.mlp_norm, block.mlp, undo)


def _replace_stream(norm: nn.Module, part: nn.Module, undo: ExitStack) -> None:
    streams: list[Tensor] = []  # what goes into the norm is the stream itself

    def remember(norm: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        streams.append(inputs[0])

    def cancel(part: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        return output - streams.pop()  # and the block adds it again

    _hook(norm, remember, undo)
    _hook(part, cancel, undo)


def _half_depth(model: Decoder, averages: Averages, undo: ExitStack) -> None:
    undo.callback(setattr, model, "blocks", model.blocks)
    model.blocks = model.blocks[: (len(model.blocks) + 1) // 2]


def _blocks(model: Decoder) -> list[Block]:
    return [block for block in model.blocks if isinstance(block, Block)]


def _hook(module: nn.Module, hook: Callable[..., Any], undo: ExitStack) -> None:
    undo.callback(module.register_forward_hook(hook).remove)


#: The lecture's communication phase, its compute phase, and what holds them together.
PARTS = (
    Part("attention", "positions do not communicate", _no_attention),
    Part("data-dependent weights", "attention takes the plain average", _fixed_weights),
    Part("scaled scores", "scores are not divided by sqrt(d_head)", _no_scaling),
    Part("heads of keys and values", "all queries share one average head", _one_head),
    Part("rotary positions", "the causal mask alone tells of order", _no_rotation),
    Part("MLP", "positions do not compute", _no_mlp),
    Part("gate of SwiGLU", "each gate stays at its average", _no_gate),
    Part("RMSNorm", "all vectors are divided by the same number", _no_norm),
    Part("residual stream", "parts replace what they should add to", _no_residual),
    Part("depth", "only the first half of the layers", _half_depth),
)
