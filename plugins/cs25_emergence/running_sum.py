"""Running sums mod 10, written in three formats that a prompt token chooses between.

::

    direct    D 3 9 4 =  6
    step      S 3 9 4 =  3 2 6
    filler    F 3 9 4 =  . . 6

All three end with the same answer, the sum of the terms mod 10. ``step`` writes every partial sum
on the way; ``filler`` writes as many tokens, but they say nothing.

Source: Nye et al. 2021 (arXiv 2112.00114) for the scratchpad; Lanham et al. 2023 (arXiv
2307.13702) for filler tokens as the contrast.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from jaxtyping import Float, Int
from torch import Tensor

from cs25.nn import IGNORE

__all__ = [
    "BASE",
    "D_VOCAB",
    "FORMATS",
    "batches",
    "chain_accuracy",
    "completion",
    "prompt",
    "sequence_loss",
]

BASE = 10
_EQUALS, _FILLER = BASE, BASE + 1
#: The formats, in the order of their prompt tokens.
FORMATS = ("direct", "step", "filler")
_FORMAT_TOKEN = {name: BASE + 2 + i for i, name in enumerate(FORMATS)}
D_VOCAB = BASE + 2 + len(FORMATS)


def prompt(terms: Int[Tensor, "batch term"], form: str) -> Int[Tensor, "batch pos"]:
    """Write questions: the format's token, the terms, and ``=``; n_terms + 2 tokens."""
    n = len(terms)
    first = terms.new_full((n, 1), _FORMAT_TOKEN[form])
    return torch.cat([first, terms, terms.new_full((n, 1), _EQUALS)], dim=1)


def completion(terms: Int[Tensor, "batch term"], form: str) -> Int[Tensor, "batch new"]:
    """Write what should follow: one token for "direct", otherwise as many as there are terms.

    >>> completion(torch.tensor([[3, 9, 4]]), "step")
    tensor([[3, 2, 6]])
    """
    sums = terms.cumsum(dim=1) % BASE
    if form == "step":
        return sums
    answer = sums[:, -1:]
    if form == "direct":
        return answer
    return torch.cat([torch.full_like(sums[:, 1:], _FILLER), answer], dim=1)


def batches(
    *, n_terms: int, batch: int, seed: int, shuffled: bool = False
) -> Iterator[tuple[Int[Tensor, "row pos"], Int[Tensor, "row pos"]]]:
    """Yield inputs and targets without end; each batch holds every format equally often.

    Args:
        n_terms: terms to add, at least 2.
        batch: questions of each format in a batch; it has three times as many rows.
        seed: draws the terms.
        shuffled: what follows belongs to another question, so nothing can be learned of sums.
    """
    draw = torch.Generator().manual_seed(seed)
    while True:
        rows = []
        for form in FORMATS:
            terms = torch.randint(BASE, (batch, n_terms), generator=draw)
            solved = torch.randint(BASE, (batch, n_terms), generator=draw) if shuffled else terms
            rows.append(_example(terms, solved, form))
        inputs, targets = zip(*rows, strict=True)
        yield torch.cat(inputs), torch.cat(targets)


def _example(terms: Tensor, solved: Tensor, form: str) -> tuple[Tensor, Tensor]:
    asked, said = prompt(terms, form), completion(solved, form)
    n_ctx = asked.shape[1] + terms.shape[1]
    tokens = F.pad(torch.cat([asked, said], dim=1), (0, n_ctx - asked.shape[1] - said.shape[1]))
    targets = torch.full_like(tokens, IGNORE)
    learned = range(said.shape[1]) if form == "step" else [said.shape[1] - 1]
    for i in learned:  # fillers say nothing: learning them would only cost capacity
        targets[:, asked.shape[1] + i] = said[:, i]
    return tokens[:, :-1], targets[:, 1:]


def sequence_loss(
    logits: Float[Tensor, "row pos d_vocab"], targets: Int[Tensor, "row pos"]
) -> Float[Tensor, ""]:
    """Return the cross-entropy in which every sequence counts alike, in nats.

    The mean over tokens would give a chain of six steps six times the weight of a direct answer,
    and step by step would win because direct answers were trained less.
    """
    losses = F.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE, reduction="none"
    ).view_as(targets)
    return (losses.sum(dim=1) / (targets != IGNORE).sum(dim=1)).mean()


def chain_accuracy(step_accuracies: Sequence[float], *, base: int = BASE) -> float:
    """Return how often a chain ends right whose steps are right with probabilities q_1 ... q_T.

    1/m + (1 - 1/m) prod((m q_t - 1) / (m - 1)) for sums mod m, if errors are independent and
    uniform over the other m - 1 digits: a sum that went wrong can come back. (m q - 1) / (m - 1)
    is the second eigenvalue of the step's transition matrix, so T equal steps mod 10 give
    1/10 + 9/10 ((10 q - 1) / 9)^T.

    >>> chain_accuracy([1.0] * 6), chain_accuracy([1.0, 0.1])
    (1.0, 0.1)
    """
    chance = 1 / base
    kept = math.prod((q - chance) / (1 - chance) for q in step_accuracies)
    return chance + (1 - chance) * kept
