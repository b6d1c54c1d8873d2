"""Continuations: every prompt goes on under every strategy, and by beam search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from jaxtyping import Int
from torch import Tensor

from cs25.nn import Decoder
from cs25_intro.decoding.beam_search import beam_search
from cs25_intro.decoding.strategies import Strategy
from cs25_intro.decoding.writer import TransformerWriter
from cs25_intro.decoding.writing import Texts, write

__all__ = ["continue_all"]

#: Texts written side by side. A step reads all weights, however many texts share it.
ROWS = 96


def continue_all(
    model: Decoder,
    prompts: Int[Tensor, "prompt pos"],
    strategies: Mapping[str, Strategy],
    *,
    beam_width: int | None,
    n_new: int,
    never: Sequence[int] = (),
    generator: torch.Generator,
    progress: Callable[[int], object] = lambda n_tokens: None,
) -> dict[str, Texts]:
    """Return what each strategy writes, and "beam", with a row for each prompt.

    Args:
        model: a decoder.
        prompts: all of one length.
        strategies: by their names.
        beam_width: None for no beam search.
        n_new: tokens to add.
        never: tokens that are not written.
        generator: draws the tokens.
        progress: called with how many tokens were written.
    """
    parts: dict[str, list[Texts]] = {}
    for some in torch.split(prompts, max(1, ROWS // len(strategies))):
        writer = TransformerWriter(model, some, n_new=n_new, never=never)
        drawn = write(
            writer, [*strategies.values()], n_new=n_new, generator=generator, progress=progress
        )
        for i, name in enumerate(strategies):
            parts.setdefault(name, []).append(Texts(drawn.tokens[i], drawn.log_probs[i]))
    if beam_width is not None:
        for some in torch.split(prompts, max(1, ROWS // beam_width)):
            writer = TransformerWriter(model, some, n_new=n_new, never=never)
            found = beam_search(writer, width=beam_width, n_new=n_new, progress=progress)
            parts.setdefault("beam", []).append(found)
    return {name: _joined(texts) for name, texts in parts.items()}


def _joined(parts: Sequence[Texts]) -> Texts:
    return Texts(
        torch.cat([part.tokens for part in parts]), torch.cat([part.log_probs for part in parts])
    )
