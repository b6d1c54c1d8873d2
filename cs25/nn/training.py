"""The training loop: forward, backward, clip, step, with nothing else in the way.

>>> from cs25.nn import Decoder, TransformerConfig, train
>>> def counting(seed: int):
...     draw = torch.Generator().manual_seed(seed)
...     while True:
...         first = torch.randint(10, (32, 1), generator=draw)
...         tokens = (first + torch.arange(9)) % 10
...         yield tokens[:, :-1], tokens[:, 1:]
>>> model = Decoder(TransformerConfig(d_vocab=10, d_model=16, n_layers=1, n_heads=2))
>>> log = train(model, counting(seed=0), n_steps=60, lr=1e-2)
>>> bool(log.loss[-1] < 0.1 < log.loss[0])
True
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from jaxtyping import Float, Int
from torch import Tensor, nn

from cs25.nn.allocator import keep_freed_memory
from cs25.nn.matmul import fast_matmul
from cs25.nn.optimiser import FlatAdamW
from cs25.nn.prefetch import prefetch, spare_depth
from cs25.nn.schedule import lr_factor

__all__ = ["IGNORE", "Batch", "TrainingLog", "next_token_loss", "train"]

#: A target that is not learned from.
IGNORE = -100

#: What goes into the model, one tensor for each argument, and last the targets.
Batch = Sequence[Tensor]


@dataclass(frozen=True)
class TrainingLog:
    """What happened in one training run.

    Args:
        loss: of each step's batch before that step, in nats; shape (step,).
        lr: learning rate of each step; shape (step,).
        duration_s: wall time of the loop.
    """

    loss: Float[np.ndarray, " step"]
    lr: Float[np.ndarray, " step"]
    duration_s: float


def next_token_loss(
    logits: Float[Tensor, "batch pos d_vocab"], targets: Int[Tensor, "batch pos"]
) -> Float[Tensor, ""]:
    """Return the mean cross-entropy over targets that are not `IGNORE`, in nats."""
    return F.cross_entropy(logits.flatten(0, -2), targets.flatten(), ignore_index=IGNORE)


def train(
    model: nn.Module,
    batches: Iterable[Batch],
    *,
    n_steps: int,
    lr: float = 3e-3,
    warmup: float = 0.1,
    final: float = 0.0,
    schedule: Callable[[int], float] | None = None,
    weight_decay: float = 0.1,
    betas: tuple[float, float] = (0.9, 0.95),
    clip: float = 1.0,
    precision: Literal["float32", "bfloat16"] = "float32",
    loss: Callable[[Tensor, Tensor], Tensor] = next_token_loss,
    prefetch_depth: int | None = None,
    progress: Callable[[int], object] | None = None,
    on_step: Callable[[int], object] | None = None,
) -> TrainingLog:
    """Train a model in place.

    Args:
        model: called with all but the last tensor of a batch.
        batches: may be made in another thread, so draw from a generator of your own; more than
            ``n_steps`` of them do no harm.
        n_steps: optimiser steps, at least 1.
        lr: peak learning rate.
        warmup: share of the run that warms up, 0 to 1.
        final: learning rate after the last step, as a share of the peak.
        schedule: the share of the peak at a step, from 0 on, in place of `lr_factor`'s warm-up
            and decay.
        weight_decay: of matrices; biases and norms have none.
        betas: of AdamW.
        clip: largest norm of the gradient; infinity for none.
        precision: "bfloat16" runs matrix products at half precision where the processor can.
        loss: of the model's output and the targets.
        prefetch_depth: batches made ahead; 0 makes them in this thread. By default 2 where a core
            is free for it and 0 where torch's own threads fill them all.
        progress: called with 1 after each step, as `tqdm.update` and a fleet's progress are.
        on_step: called after each step with the number of steps done.

    Raises:
        ValueError: there are fewer batches than steps.
        FloatingPointError: the loss is not finite.
    """
    keep_freed_memory()
    if schedule is None:
        schedule = partial(lr_factor, n_steps=n_steps, warmup=warmup, final=final)
    depth = spare_depth() if prefetch_depth is None else prefetch_depth
    optimiser = FlatAdamW(model, betas=betas, weight_decay=weight_decay)
    losses, lrs = torch.empty(n_steps), np.empty(n_steps)
    model.train()
    start = time.perf_counter()
    with fast_matmul(), closing(prefetch(batches, depth=depth)) as supply:
        for step in range(n_steps):
            batch = next(supply, None)
            if batch is None:
                raise ValueError(f"train: {step} batches, expected one for each of {n_steps} steps")
            *inputs, targets = batch
            with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
                step_loss = loss(model(*inputs), targets)
            lrs[step] = lr * schedule(step)
            optimiser.step(step_loss, lr=lrs[step], clip=clip)
            losses[step] = step_loss.detach()
            if progress is not None:
                progress(1)
            if on_step is not None:
                on_step(step + 1)
    duration_s = time.perf_counter() - start
    model.eval()
    _check_finite(losses)
    return TrainingLog(losses.numpy(), lrs, duration_s)


def _check_finite(losses: Tensor) -> None:
    bad = (~losses.isfinite()).nonzero()
    if len(bad):
        step = int(bad[0])
        raise FloatingPointError(
            f"train: the loss of step {step} is {float(losses[step])}, expected a finite number"
        )
