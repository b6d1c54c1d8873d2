"""Writing: one token after another, drawn from what a strategy makes of the model's distribution."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from cs25.nn import sample
from cs25_intro.decoding.strategies import Strategy
from cs25_intro.decoding.writer import Writer

__all__ = ["Texts", "write"]


@dataclass(frozen=True)
class Texts:
    """What was written.

    Args:
        tokens: the new ones only.
        log_probs: of each of them under the model as it is, whatever the strategy, in nats.
    """

    tokens: Int[Tensor, "*row new"]
    log_probs: Float[Tensor, "*row new"]


def write(
    writer: Writer,
    strategies: Sequence[Strategy],
    *,
    n_new: int,
    generator: torch.Generator,
    progress: Callable[[int], object] = lambda n_tokens: None,
) -> Texts:
    """Continue every prompt with every strategy, all side by side.

    Args:
        writer: a row for each prompt.
        strategies: each gets a row of every prompt.
        n_new: tokens to add.
        generator: draws the tokens.
        progress: called with how many tokens were written.

    Returns:
        Texts with the rows ``strategy prompt``.
    """
    shape = len(strategies), len(writer.log_probs)
    writer.keep(torch.arange(shape[1]).repeat(shape[0]))
    tokens, log_probs = [], []
    for i in range(n_new):
        probs = torch.unflatten(writer.log_probs.exp(), 0, shape)
        changed = [strategy(own) for strategy, own in zip(strategies, probs, strict=True)]
        token = sample(torch.cat(changed).log(), generator=generator)
        tokens.append(token)
        log_probs.append(writer.log_probs.gather(1, token[:, None])[:, 0])
        if i < n_new - 1:
            writer.add(token)
        progress(len(token))
    return Texts(
        torch.unflatten(torch.stack(tokens, dim=1), 0, shape),
        torch.unflatten(torch.stack(log_probs, dim=1), 0, shape),
    )
