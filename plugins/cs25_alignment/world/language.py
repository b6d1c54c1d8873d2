"""A language that can be written down in full: 56 prompts, and 32,768 responses to each.

A prompt is an ordered pair of different symbols, read as "say the first, and later the second". A
response has five symbols. A response's number is what its symbols are as digits in base 8, the
first of them the most significant, so a table over all responses has a fixed order.
"""

from __future__ import annotations

import itertools

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

__all__ = ["ASKED", "LENGTH", "RESPONSES", "SYMBOLS", "number", "prompts", "responses", "split"]

#: Symbols of the language, 0 to 7.
SYMBOLS = 8

#: Symbols of a prompt.
ASKED = 2

#: Symbols of a response.
LENGTH = 5

#: Responses that there are.
RESPONSES = SYMBOLS**LENGTH


def prompts() -> Int[Tensor, "prompt asked"]:
    """Return all prompts, shape (56, 2).

    >>> prompts()[:3].tolist()
    [[0, 1], [0, 2], [0, 3]]
    """
    return torch.tensor(list(itertools.permutations(range(SYMBOLS), ASKED)))


def responses() -> Int[Tensor, "response pos"]:
    """Return all responses in the order of their numbers, shape (32768, 5).

    >>> responses()[8].tolist()
    [0, 0, 0, 1, 0]
    """
    return torch.cartesian_prod(*[torch.arange(SYMBOLS)] * LENGTH)


def number(symbols: Int[Tensor, "*batch pos"]) -> Int[Tensor, "*batch"]:
    """Return the numbers of responses, 0 to 32767.

    >>> int(number(torch.tensor([0, 0, 0, 1, 0])))
    8
    """
    return (symbols * SYMBOLS ** torch.arange(LENGTH - 1, -1, -1)).sum(-1)


def split(seed: int, *, held_out: int = 14) -> tuple[Int[Tensor, " train"], Int[Tensor, " test"]]:
    """Part the prompts at random into those to learn from and those held out.

    Args:
        seed: draws the parts.
        held_out: prompts that nothing is trained on, 1 to 55.

    Returns:
        Rows of `prompts`, in increasing order.
    """
    n_prompts = len(prompts())
    if not 1 <= held_out < n_prompts:
        raise ValueError(f"split: held_out is {held_out}, expected 1 to {n_prompts - 1}")
    order = torch.from_numpy(np.random.default_rng([seed, 0]).permutation(n_prompts))
    return order[held_out:].sort().values, order[:held_out].sort().values
