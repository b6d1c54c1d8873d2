"""Beam search: several beginnings at once, in search of the likeliest text.

Greedy decoding takes the likeliest token and cannot go back, even if every way on from there is an
unlikely one. A beam of width B keeps the B likeliest beginnings: each is continued by every token,
and the B likeliest of all these stay. B = 1 is greedy decoding; where B is as large as the number
of all beginnings, nothing is ever dropped, and the text that is found is the likeliest.

All texts are of one length here, so none is ahead for being short, and no length penalty is needed.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from cs25_intro.decoding.writer import Writer
from cs25_intro.decoding.writing import Texts

__all__ = ["beam_search"]


def beam_search(
    writer: Writer,
    *,
    width: int,
    n_new: int,
    progress: Callable[[int], object] = lambda n_tokens: None,
) -> Texts:
    """Continue every prompt by the likeliest text that the beam finds.

    Args:
        writer: a row for each prompt.
        width: beginnings that are kept of each prompt.
        n_new: tokens to add.
        progress: called with how many tokens were written.

    Returns:
        Texts with the rows ``prompt``.
    """
    n_prompts, d_vocab = writer.log_probs.shape
    first_row = torch.arange(n_prompts)[:, None] * width
    writer.keep(torch.arange(n_prompts).repeat_interleave(width))
    tokens = torch.empty(n_prompts, width, 0, dtype=torch.long)
    steps = writer.log_probs.new_empty(n_prompts, width, 0)
    # All beginnings are still the same one: only the first may go on.
    total = writer.log_probs.new_full((n_prompts, width), -torch.inf)
    total[:, 0] = 0.0
    for i in range(n_new):
        log_probs = torch.unflatten(writer.log_probs, 0, (n_prompts, width))
        grown = (total[..., None] + log_probs).flatten(1)
        total, best = grown.topk(width)
        parent, token = best // d_vocab, best % d_vocab
        step = log_probs.flatten(1).gather(1, best)
        tokens = torch.cat([_of(parent, tokens), token[..., None]], dim=-1)
        steps = torch.cat([_of(parent, steps), step[..., None]], dim=-1)
        if i < n_new - 1:
            writer.keep((first_row + parent).flatten())
            writer.add(token.flatten())
        progress(width * n_prompts)
    return Texts(tokens[:, 0], steps[:, 0])  # the likeliest comes first


def _of(parent: Tensor, held: Tensor) -> Tensor:
    return held.gather(1, parent[..., None].expand(-1, -1, held.shape[-1]))
