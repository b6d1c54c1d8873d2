"""Many sparse parities at once: skills of very different frequency, learned by one network.

A question names a skill and gives some bits; its answer is the parity of the three of them that
belong to the skill. The k-th skill is asked for with a frequency that falls as k^-(alpha + 1), as
words do in a text. Nothing of a parity can be learned from part of its bits, so each skill comes
on its own, the frequent ones first.

Source: Michaud et al. 2023 (arXiv 2303.13506), section 3: the quantization model of scaling.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from jaxtyping import Float, Int
from torch import Tensor, nn

from cs25.nn import Job, run_fleet, train
from cs25_emergence.parity import parity

__all__ = ["FIRST_STEP", "Network", "frequencies", "train_network", "train_networks"]

#: The first step at which the networks are examined; before, weights are settling.
FIRST_STEP = 10
_EXAMS = 60

_K = 3  # bits of a skill
_ALPHA = 0.4  # as in the source
_WIDTH = 256
_BATCH = 512
_QUESTIONS = 500  # of each skill, in an exam

# It stays constant: a decay would put a bend of its own into curves over steps. On seed 0 a network
# with 0.002 had learned two skills where this one had learned eight.
_LR = 5e-3


def frequencies(n_skills: int) -> Float[np.ndarray, " skill"]:
    """Return how often each skill is asked for.

    >>> frequencies(2).round(3)
    array([0.725, 0.275])
    """
    frequency = np.arange(1, n_skills + 1) ** -(_ALPHA + 1)
    return np.asarray(frequency / frequency.sum())


def train_networks(
    *, n_skills: int, n_bits: int, steps: int, networks: int, shuffled: bool, seed: int
) -> dict[str, np.ndarray]:
    """Train networks, each with skills of its own, and examine every skill as they learn.

    Args:
        n_skills: for each network.
        n_bits: of a question; every skill looks at three of them, no two at the same three.
        steps: optimiser steps, each of 512 questions.
        networks: how many.
        shuffled: the answers are coin flips.
        seed: seeds skills, questions and weights.

    Returns:
        ``step`` (exam,): evenly spaced in the logarithm; ``loss`` (network, exam, skill): in nats;
        ``accuracy`` (network, exam, skill).
    """
    jobs = [
        Job(
            "cs25_emergence.skills:train_network",
            {
                "n_skills": n_skills, "n_bits": n_bits, "steps": steps,
                "shuffled": shuffled, "seed": 1000 * seed + i,
            },
            n_steps=steps,
        )
        for i in range(networks)
    ]  # fmt: skip
    found = run_fleet(jobs, desc="training on skills")
    return {
        "step": found[0]["step"],
        "loss": np.stack([network["loss"] for network in found]),
        "accuracy": np.stack([network["accuracy"] for network in found]),
    }


def train_network(
    *,
    n_skills: int,
    n_bits: int,
    steps: int,
    shuffled: bool,
    seed: int,
    progress: Callable[[int], object],
) -> dict[str, np.ndarray]:
    """Train one network and examine it on the way."""
    draw = torch.Generator().manual_seed(seed)
    bits_of = _bits_of_skills(n_skills, n_bits, draw)
    network = Network(n_skills, n_bits, draw)
    asked = torch.arange(n_skills).repeat_interleave(_QUESTIONS)
    exam = (asked, *_ask(asked, bits_of, n_bits, draw))
    exam_steps = np.unique(np.geomspace(FIRST_STEP, steps, _EXAMS).round().astype(int))
    marks = []

    def examine(step: int) -> None:
        if step in exam_steps:
            marks.append(_examine(network, *exam))

    train(
        network,
        _batches(bits_of, n_bits, draw, shuffled=shuffled),
        n_steps=steps,
        lr=_LR, warmup=0.0, final=1.0, weight_decay=0.0, betas=(0.9, 0.999), clip=math.inf,
        loss=F.binary_cross_entropy_with_logits,
        prefetch_depth=0,
        progress=progress,
        on_step=examine,
    )  # fmt: skip
    losses, accuracies = zip(*marks, strict=True)
    return {"step": exam_steps, "loss": np.stack(losses), "accuracy": np.stack(accuracies)}


class Network(nn.Module):
    """One hidden layer: logit = v . relu(W bits + e_skill) + c."""

    def __init__(self, n_skills: int, n_bits: int, draw: torch.Generator) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.randn(n_bits, _WIDTH, generator=draw) / n_bits**0.5)
        self.e = nn.Parameter(torch.randn(n_skills, _WIDTH, generator=draw))
        self.v = nn.Parameter(torch.randn(_WIDTH, generator=draw) / _WIDTH**0.5)
        self.c = nn.Parameter(torch.zeros(()))

    def forward(
        self, skill: Int[Tensor, " question"], bits: Float[Tensor, "question bit"]
    ) -> Float[Tensor, " question"]:
        """Return the logit of "even"."""
        return (bits @ self.w + self.e[skill]).relu() @ self.v + self.c


def _batches(
    bits_of: Int[Tensor, "skill bit"], n_bits: int, draw: torch.Generator, *, shuffled: bool
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    frequency = torch.from_numpy(frequencies(len(bits_of))).float()
    while True:
        skill = torch.multinomial(frequency, _BATCH, replacement=True, generator=draw)
        bits, even = _ask(skill, bits_of, n_bits, draw)
        if shuffled:
            even = torch.rand(even.shape, generator=draw).round()
        yield skill, bits, even


def _ask(
    skill: Int[Tensor, " question"],
    bits_of: Int[Tensor, "skill bit"],
    n_bits: int,
    draw: torch.Generator,
) -> tuple[Float[Tensor, "question bit"], Float[Tensor, " question"]]:
    """Draw bits, each -1 or 1, and say whether the parity of the skill's own is even."""
    bits = torch.randint(2, (len(skill), n_bits), generator=draw).float().mul_(2).sub_(1)
    return bits, (parity(bits.gather(1, bits_of[skill]), _K) + 1) / 2


def _bits_of_skills(n_skills: int, n_bits: int, draw: torch.Generator) -> Int[Tensor, "skill bit"]:
    """Draw which bits belong to each skill: no two skills are the same."""
    every = torch.combinations(torch.arange(n_bits), _K)
    return every[torch.randperm(len(every), generator=draw)[:n_skills]]


@torch.no_grad()
def _examine(
    network: Network, skill: Tensor, bits: Tensor, even: Tensor
) -> tuple[np.ndarray, np.ndarray]:
    """Return the loss and the accuracy of each skill."""
    logits = network(skill, bits)
    losses = F.binary_cross_entropy_with_logits(logits, even, reduction="none")
    right = ((logits > 0) == (even > 0.5)).float()
    by_skill = [mark.view(-1, _QUESTIONS).mean(dim=1).numpy() for mark in (losses, right)]
    return by_skill[0], by_skill[1]
