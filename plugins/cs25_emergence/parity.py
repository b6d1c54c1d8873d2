"""Sparse parity: is the number of minus signs among k of n bits even? Nothing less will do.

A parity is uncorrelated with every proper subset of its bits, so there is no part of it to learn
first: what a metric could give credit for is not there either.

Source: Barak et al. 2022 (arXiv 2207.08799).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from jaxtyping import Float
from torch import Tensor

from cs25 import cached
from cs25.nn import Job, lr_factor, run_fleet

__all__ = ["parity", "parity_family", "train_width"]


def parity(bits: Float[Tensor, "*batch bit"], k: int) -> Float[Tensor, "*batch"]:
    """Return the product of the first k bits, each -1 or 1.

    Which k they are makes no difference to a network whose weights are drawn alike for all bits.
    """
    return bits[..., :k].prod(dim=-1)


@cached
def parity_family(
    *,
    widths: Sequence[int],
    n_bits: int,
    k: int,
    steps: int,
    batch: int,
    replicas: int,
    questions: int,
    shuffled: bool,
    seed: int,
) -> dict[str, np.ndarray]:
    """Train networks of growing width on one sparse parity.

    Args:
        widths: hidden units of each network.
        n_bits: bits of a question.
        k: bits that count.
        steps: optimiser steps for each network.
        batch: fresh questions in a batch.
        replicas: networks of each width, with weights and data of their own.
        questions: new questions for each.
        shuffled: the labels are coin flips.
        seed: seeds weights and data.

    Returns:
        ``n_params`` (width,); ``right`` (width, replica, question): 1 where the parity is even;
        ``log_probs`` (width, replica, question, 2): of odd and even, in nats.
    """
    shared = {
        "n_bits": n_bits,
        "k": k,
        "steps": steps,
        "batch": batch,
        "replicas": replicas,
        "questions": questions,
        "shuffled": shuffled,
    }
    jobs = [
        Job(
            "cs25_emergence.parity:train_width",
            {"width": width, "seed": 1000 * seed + i, **shared},
            n_steps=steps,
            cost_per_step=100 + width,  # in units; a step's overhead is about 100 of them
        )
        for i, width in enumerate(widths)
    ]
    outputs = run_fleet(jobs, desc="training on sparse parity")
    return {name: np.stack([output[name] for output in outputs]) for name in outputs[0]}


def train_width(
    *,
    width: int,
    n_bits: int,
    k: int,
    steps: int,
    batch: int,
    replicas: int,
    questions: int,
    shuffled: bool,
    seed: int,
    progress: Callable[[int], None],
) -> dict[str, np.ndarray]:
    """Train the replicas of one width at once, and return what they answer.

    logit = v . relu(W x + b) + c, with every tensor carrying the replicas as its first axis.
    """
    draw = torch.Generator().manual_seed(seed)
    weights = [
        torch.randn(replicas, n_bits, width, generator=draw) / n_bits**0.5,
        torch.randn(replicas, 1, width, generator=draw) / n_bits**0.5,
        torch.randn(replicas, width, 1, generator=draw) / width**0.5,
        torch.zeros(replicas, 1, 1),
    ]
    for weight in weights:
        weight.requires_grad_()
    adam = torch.optim.Adam(weights, fused=True)

    def ask(n: int) -> tuple[Tensor, Tensor]:
        bits = torch.randint(2, (replicas, n, n_bits), generator=draw).mul_(2).sub_(1).float()
        right = (parity(bits, k) + 1) / 2
        return bits, torch.rand(right.shape, generator=draw).round() if shuffled else right

    for step in range(steps):
        bits, right = ask(batch)
        for group in adam.param_groups:
            group["lr"] = _LR * lr_factor(step, n_steps=steps, warmup=0.1, final=0.0)
        loss = F.binary_cross_entropy_with_logits(_logits(weights, bits), right, reduction="none")
        # A sum over replicas: the gradient of each is its own.
        gradients = torch.autograd.grad(loss.mean(dim=1).sum(), weights)
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.grad = gradient
        adam.step()
        progress(1)
    with torch.inference_mode():
        bits, _ = ask(questions)
        logits = _logits(weights, bits)
        log_probs = torch.stack([F.logsigmoid(-logits), F.logsigmoid(logits)], dim=-1)
    return {
        "n_params": np.array(sum(weight[0].numel() for weight in weights)),
        "right": ((parity(bits, k) + 1) / 2).numpy().astype(np.int64),
        "log_probs": log_probs.numpy(),
    }


_LR = 1e-2


def _logits(weights: Sequence[Tensor], bits: Tensor) -> Float[Tensor, "replica question"]:
    w, b, v, c = weights
    return ((bits @ w + b).relu() @ v + c).squeeze(-1)
