"""The policy network: a small decoder that reads a prompt and writes a response.

It is a language model of texts of seven symbols, two of the prompt and five of the response, so
what it gives a response is the probability of five symbols. There are few enough responses to
know that of all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Float, Int
from torch import Tensor

from cs25.nn import Decoder, TrainingLog, TransformerConfig, train
from cs25_alignment.world.corpus import Corpus
from cs25_alignment.world.language import ASKED, LENGTH, SYMBOLS

__all__ = ["config", "log_probs", "pretrain"]


def config(*, d_model: int = 64, n_layers: int = 2, n_heads: int = 4) -> TransformerConfig:
    """Return the sizes of a policy: the language decides its vocabulary and its context."""
    return TransformerConfig(
        d_vocab=SYMBOLS,
        d_model=d_model,
        n_layers=n_layers,
        n_heads=n_heads,
        n_ctx=ASKED + LENGTH,
    )


@torch.inference_mode()
def log_probs(
    policy: Decoder, prompts: Int[Tensor, "prompt asked"]
) -> Float[Tensor, "prompt response"]:
    """Return the log-probability of every response to each prompt, in nats and double precision.

    Responses that begin alike share the work: the tree of beginnings is walked level by level, and
    the keys and values of a beginning are kept for all that follows it.

    Args:
        policy: of `config`'s sizes.
        prompts: rows of `language.prompts`.
    """
    return torch.stack([_walk(policy, prompt) for prompt in prompts])


def _walk(policy: Decoder, prompt: Int[Tensor, " asked"]) -> Float[Tensor, " response"]:
    cache = policy.new_cache()
    logits = policy(prompt[None], cache=cache)[:, -1].double()
    total = logits.log_softmax(-1).flatten()
    for beginnings in (SYMBOLS**pos for pos in range(LENGTH - 1)):
        rows = torch.arange(beginnings).repeat_interleave(SYMBOLS)
        for block in cache:
            block.own.keep(rows, n_rows=beginnings)
        tokens = torch.arange(SYMBOLS).repeat(beginnings)[:, None]
        logits = policy(tokens, cache=cache)[:, -1].double()
        total = (total[:, None] + logits.log_softmax(-1)).flatten()
    return total  # type: ignore[no-any-return]


def pretrain(
    policy: Decoder,
    corpus: Corpus,
    *,
    n_steps: int,
    batch: int,
    lr: float,
    seed: int,
    progress: Callable[[int], object] | None = None,
) -> TrainingLog:
    """Train a policy in place to predict each next symbol of the corpus.

    Args:
        policy: of `config`'s sizes.
        corpus: what is read.
        n_steps: optimiser steps.
        batch: texts of each step.
        lr: peak learning rate.
        seed: draws the texts.
        progress: called with 1 after each step.
    """

    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        generator = torch.Generator().manual_seed(seed)
        while True:
            text = corpus.draw(batch, generator)
            yield text[:, :-1], text[:, 1:]

    return train(policy, batches(), n_steps=n_steps, lr=lr, progress=progress)
