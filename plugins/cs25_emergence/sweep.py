"""A sweep of small language models over size and over data, each scored against the known source.

Every run has a warm-up and a decay that end with it: a schedule planned for a longer run would
leave short runs worse than they need be (Hoffmann et al. 2022, arXiv 2203.15556, section 2).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from cs25.nn import (
    IGNORE,
    Decoder,
    Job,
    TransformerConfig,
    n_params_non_embedding,
    run_fleet,
    train,
    training_flops,
)
from cs25_emergence.source import RankedSource, draw_source, shuffle_words

__all__ = ["N_CTX", "Run", "Score", "data_sweep", "language", "size_sweep", "train_sweep"]

D_VOCAB = 48
N_CTX = 16
BATCH = 128  # sequences, in the longest run
N_TEST = 4096  # sequences

_STEPS_AT_ONCE = 100

D_HEAD = 8
SMALLEST = 12  # narrower, the loss depends on the draw of the initial weights more than on size

#: Peak learning rate at width 1 and `BATCH`, falling with the root of the width. Tuned on seed 0
#: with 64 words, by trying 0.006 to 0.1: about 0.04 was best at widths 8 to 16, 0.02 to 0.035 at
#: 32 and 0.01 to 0.016 at 80; twice as much or as little cost a few per cent of the loss above
#: the entropy rate.
PEAK_LR = 0.13

# Streams of random numbers that share nothing.
_SOURCE, _TRAINING, _TEST = range(3)


@dataclass(frozen=True)
class Run:
    """One model and how long it trains.

    Args:
        d_model: its width.
        batch: sequences in one step.
        n_steps: optimiser steps.
    """

    d_model: int
    batch: int
    n_steps: int

    @property
    def config(self) -> TransformerConfig:
        """One block is enough to join two words; heads are 8 wide, or 6 in the smallest model."""
        return TransformerConfig(
            d_vocab=D_VOCAB,
            d_model=self.d_model,
            n_layers=1,
            n_heads=max(2, self.d_model // D_HEAD),
            n_ctx=N_CTX,
            positions="rotary",
        )

    @property
    def n_params(self) -> int:
        """Non-embedding parameters, N."""
        return n_params_non_embedding(self.config)

    @property
    def n_tokens(self) -> int:
        """Words learned from, D. All are fresh: nothing is seen twice."""
        return self.n_steps * self.batch * (N_CTX - 1)

    @property
    def lr(self) -> float:
        """Peak learning rate: less for wide models and for small, noisy batches."""
        return PEAK_LR * math.sqrt(self.batch / BATCH / self.d_model)

    @property
    def flops(self) -> int:
        """Floating-point operations of its training."""
        return training_flops(self.config, n_tokens=self.n_steps * self.batch * N_CTX, n_pos=N_CTX)


@dataclass(frozen=True)
class Score:
    """How well one trained model predicts unseen text.

    Args:
        loss: cross-entropy, nats a word.
        standard_error: of the loss, over test sequences.
    """

    loss: float
    standard_error: float


def size_sweep(n_sizes: int, *, largest: int, n_steps: int) -> list[Run]:
    """Return models from width 12 to ``largest``, as evenly spaced in the logarithm as heads allow.

    Args:
        n_sizes: at least 2.
        largest: a multiple of 8, at least 8 ``n_sizes``; other widths are rounded to one.
        n_steps: optimiser steps of each.
    """
    widths = [SMALLEST]
    for width in np.geomspace(SMALLEST, largest, n_sizes)[1:]:
        next_width = (widths[-1] // D_HEAD + 1) * D_HEAD
        widths.append(max(next_width, D_HEAD * round(width / D_HEAD)))
    return [Run(width, BATCH, n_steps) for width in widths]


def data_sweep(longest: Run, n_runs: int, *, share: float) -> list[Run]:
    """Return one model trained on ``share`` of the data up to all of it, evenly spaced in the log.

    Less data is taken in smaller batches as well as in fewer steps, by the root of the share each:
    with large batches a short run would lack steps rather than data.
    """
    shares = np.geomspace(share, 1, n_runs) ** 0.5
    return [
        Run(longest.d_model, round(longest.batch * s), round(longest.n_steps * s)) for s in shares
    ]


def train_sweep(runs: list[Run], *, shuffled: bool, seed: int) -> list[Score]:
    """Train and score every run, as many at once as there are threads.

    Args:
        runs: what to train.
        shuffled: the words of the training text are in random order.
        seed: draws the source, the texts and the initial weights.
    """
    jobs = [
        Job(
            "cs25_emergence.sweep:train_run",
            {"run": asdict(run), "shuffled": shuffled, "seed": seed},
            n_steps=run.n_steps,
            # A step has a fixed cost, worth about 6,000 parameters at the usual batch.
            cost_per_step=BATCH * 6e3 + run.batch * (run.n_params + 2 * D_VOCAB * run.d_model),
        )
        for run in runs
    ]
    scores = run_fleet(jobs, desc="language models")
    return [Score(**{name: float(value) for name, value in score.items()}) for score in scores]


def train_run(
    *, run: dict[str, int], shuffled: bool, seed: int, progress: Callable[[int], object]
) -> dict[str, np.ndarray]:
    """Train one model and return its `Score` as arrays: a job of a fleet."""
    plan = Run(**run)
    source = language(seed)
    model = Decoder(plan.config, seed=seed)
    batches = _batches(source, plan, shuffled=shuffled, seed=seed)
    train(
        model, batches, n_steps=plan.n_steps, lr=plan.lr, progress=progress,
        prefetch_depth=0,  # a batch is a slice: a thread would only get in the way
    )  # fmt: skip
    losses = exact_loss(model, source, source.sample(N_TEST, N_CTX + 1, _rng(seed, _TEST)))
    return {
        "loss": np.asarray(losses.mean()),
        "standard_error": np.asarray(losses.std(ddof=1) / N_TEST**0.5),
    }


def exact_loss(
    model: Decoder, source: RankedSource, words: Int[np.ndarray, "sequence pos"]
) -> Float[np.ndarray, " sequence"]:
    """Return the expected cross-entropy of a model on each sequence, in nats a word.

        L = mean over contexts of -sum_w p(w) log q(w) = H(p) + mean KL(p || q)

    The sum over the next word is exact, since the source's distribution p is known; only the
    contexts are sampled. That leaves a fraction of the sampling noise of -log q(next word).
    """
    model.eval()
    with torch.no_grad():
        logits = model(torch.from_numpy(words[:, :-1]))[:, 1:]
        log_q = torch.log_softmax(logits, dim=-1).numpy()
    p = source.next_probs_after(words[:, :-1])
    return np.asarray(-np.einsum("spw,spw->s", p, log_q) / log_q.shape[1])


@cache
def language(seed: int) -> RankedSource:
    return draw_source(_rng(seed, _SOURCE), d_vocab=D_VOCAB)


def _batches(
    source: RankedSource, run: Run, *, shuffled: bool, seed: int
) -> Iterator[tuple[Tensor, Tensor]]:
    rng = _rng(seed, _TRAINING, run.d_model, run.n_tokens)
    while True:
        # Many steps at once: a word at a time costs the same for one sequence and for thousands.
        words = source.sample(_STEPS_AT_ONCE * run.batch, N_CTX + 1, rng)
        if shuffled:
            words = shuffle_words(words, rng)
        tokens = torch.from_numpy(words)
        inputs, targets = tokens[:, :-1].contiguous(), tokens[:, 1:].clone()
        targets[:, 0] = IGNORE  # one word is not yet a context
        yield from zip(torch.split(inputs, run.batch), torch.split(targets, run.batch), strict=True)


def _rng(seed: int, *stream: int) -> np.random.Generator:
    return np.random.default_rng([seed, *stream])
