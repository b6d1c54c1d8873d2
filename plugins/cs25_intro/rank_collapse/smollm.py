"""What is left of the differences between tokens in SmolLM2, with its skips and without them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from cs25.lm import load
from cs25.nn import Block, Decoder, from_llama
from cs25_intro.load_smollm.parts import PARTS, without
from cs25_intro.load_smollm.passages import draw_passages
from cs25_intro.rank_collapse.tokens import relative_residual, split

__all__ = ["hear_the_neighbour", "load_and_read", "stream_curve", "stream_curves"]

(SKIPS,) = (part for part in PARTS if part.name == "residual stream")


def load_and_read(passages: int, *, seed: int) -> tuple[Decoder, Int[Tensor, "text pos"]]:
    """Return SmolLM2 in our own decoder, and texts that it has not seen, cut to one length.

    Args:
        passages: how many texts.
        seed: draws them.
    """
    pretrained = load("smollm2-135m")
    ids = pretrained.tokenizer(draw_passages(passages, seed=seed)[0])["input_ids"]
    shortest = min(map(len, ids))
    return from_llama(pretrained.network), torch.tensor([text[:shortest] for text in ids])


def stream_curves(
    model: Decoder,
    tokens: Int[Tensor, "text pos"],
    *,
    progress: Callable[[], object] = lambda: None,
) -> dict[str, Float[Tensor, "text depth"]]:
    """Return `stream_curve` of the whole model and of the model without its skips."""
    curves = {}
    for name, change in (("whole", nullcontext()), ("no_skips", without(model, SKIPS, {}))):
        with change:
            curves[name] = stream_curve(model, tokens)
        progress()
    return curves


@torch.inference_mode()
def stream_curve(model: Decoder, tokens: Int[Tensor, "text pos"]) -> Float[Tensor, "text depth"]:
    """Return log10 of the relative residual of the embeddings and behind each block.

    The first token is left out. Trained models give it a vector hundreds of times longer than
    the others', to which attention goes that is not needed elsewhere.
    """
    curve = []

    def note(_module: nn.Module, _inputs: tuple[Tensor, ...], stream: Tensor) -> None:
        curve.append(relative_residual(split(stream[:, 1:].double())))

    with ExitStack() as undo:
        for module in (model.embedding, *model.blocks):
            undo.callback(module.register_forward_hook(note).remove)
        model(tokens)
    return torch.stack(curve, dim=-1).log10()


def hear_the_neighbour(model: Decoder) -> None:
    """Make every token hear one other, the one before it, in all heads; the first hears the last."""

    def attend(query: Tensor, key: Tensor, value: Tensor, **options: Any) -> Tensor:
        return value.roll(1, dims=1).repeat_interleave(len(query) // len(value), dim=0)

    for block in model.blocks:
        assert isinstance(block, Block)
        block.attention.attend = attend
