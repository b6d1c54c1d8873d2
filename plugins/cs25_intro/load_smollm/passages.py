"""Text that the model cannot have read: written for this demo, after the model was published."""

from __future__ import annotations

from importlib.resources import files

import torch
from jaxtyping import Int
from torch import Tensor

__all__ = ["N_ASIDE", "N_PASSAGES", "draw_passages", "padded"]

#: How many there are.
N_PASSAGES = 24

#: How many are kept aside, in each draw, for the averages that take the place of parts.
N_ASIDE = 4


def draw_passages(n: int, *, seed: int) -> tuple[list[str], list[str]]:
    """Return passages of 80 to 100 words to be read, and others for averages.

    Args:
        n: how many to read, from 1 to `N_PASSAGES` - `N_ASIDE`.
        seed: draws them.
    """
    passages = (files(__package__) / "passages.txt").read_text(encoding="utf-8").split("\n\n")
    order = torch.randperm(len(passages), generator=torch.Generator().manual_seed(seed))
    drawn = [passages[i].strip() for i in order.tolist()]
    return drawn[N_ASIDE : N_ASIDE + n], drawn[:N_ASIDE]


def padded(
    texts: list[list[int]], *, fill: int, ignore: int
) -> tuple[Int[Tensor, "text pos"], Int[Tensor, "text pos"]]:
    """Return token ids side by side, and the token to predict at each position.

    Args:
        texts: token ids of each text.
        fill: id that stands after the end of a shorter text: a causal model never sees it.
        ignore: target there.
    """
    longest = max(map(len, texts))
    tokens = torch.tensor([ids + [fill] * (longest - len(ids)) for ids in texts])
    targets = torch.tensor([ids + [ignore] * (longest - len(ids)) for ids in texts])
    return tokens[:, :-1], targets[:, 1:]
