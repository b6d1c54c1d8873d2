"""Products of several elements of a group, written in three formats that a prompt token chooses.

With sums mod 10 as the group::

    direct    D 3 9 4 =  6
    step      S 3 9 4 =  3 2 6
    filler    F 3 9 4 =  . . 6

All three end with the same answer, the product of the terms. ``step`` writes every partial product
on the way; ``filler`` writes as many tokens, but they say nothing.

Source: Nye et al. 2021 (arXiv 2112.00114) for the scratchpad; Lanham et al. 2023 (arXiv
2307.13702) for filler tokens as the contrast; Li et al. 2024 (arXiv 2402.12875) for products of
permutations as the task.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from jaxtyping import Float, Int
from torch import Tensor

from cs25.nn import IGNORE
from cs25_emergence.group import Group

__all__ = [
    "FORMATS",
    "batches",
    "chain_accuracy",
    "completion",
    "d_vocab",
    "prompt",
    "sequence_loss",
]

#: The formats, in the order of their prompt tokens.
FORMATS = ("direct", "step", "filler")

# The elements of the group are tokens of their own number; these come after the last of them.
_EQUALS, _FILLER, _FIRST_FORMAT = range(3)


def d_vocab(group: Group) -> int:
    """Return how many tokens there are: the elements, ``=``, the filler and the formats."""
    return group.order + _FIRST_FORMAT + len(FORMATS)


def prompt(group: Group, terms: Int[Tensor, "batch term"], form: str) -> Int[Tensor, "batch pos"]:
    """Write questions: the format's token, the terms, and ``=``; n_terms + 2 tokens."""
    n = len(terms)
    first = terms.new_full((n, 1), group.order + _FIRST_FORMAT + FORMATS.index(form))
    return torch.cat([first, terms, terms.new_full((n, 1), group.order + _EQUALS)], dim=1)


def completion(
    group: Group, terms: Int[Tensor, "batch term"], form: str
) -> Int[Tensor, "batch new"]:
    """Write what should follow: one token for "direct", otherwise as many as there are terms.

    >>> from cs25_emergence.group import cyclic
    >>> completion(cyclic(10), torch.tensor([[3, 9, 4]]), "step")
    tensor([[3, 2, 6]])
    """
    products = group.partial_products(terms)
    if form == "step":
        return products
    answer = products[:, -1:]
    if form == "direct":
        return answer
    return torch.cat([torch.full_like(products[:, 1:], group.order + _FILLER), answer], dim=1)


def batches(
    group: Group, *, n_terms: int, batch: int, seed: int, shuffled: bool = False
) -> Iterator[tuple[Int[Tensor, "row pos"], Int[Tensor, "row pos"]]]:
    """Yield inputs and targets without end; each batch holds every format equally often.

    Args:
        group: what the terms are elements of.
        n_terms: terms of a product, at least 2.
        batch: questions of each format in a batch; it has three times as many rows.
        seed: draws the terms.
        shuffled: what follows belongs to another question, so nothing can be learned of products.
    """
    draw = torch.Generator().manual_seed(seed)
    while True:
        rows = []
        for form in FORMATS:
            terms = group.random_terms(batch, n_terms, draw)
            solved = group.random_terms(batch, n_terms, draw) if shuffled else terms
            rows.append(_example(group, terms, solved, form))
        inputs, targets = zip(*rows, strict=True)
        yield torch.cat(inputs), torch.cat(targets)


def _example(group: Group, terms: Tensor, solved: Tensor, form: str) -> tuple[Tensor, Tensor]:
    asked, said = prompt(group, terms, form), completion(group, solved, form)
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


def chain_accuracy(step_accuracies: Sequence[float], *, order: int) -> float:
    """Return how often a chain ends right whose steps are right with probabilities q_1 ... q_T.

    1/m + (1 - 1/m) prod((m q_t - 1) / (m - 1)) for m elements, if errors are independent and
    uniform over the other m - 1: a product that went wrong can come back. (m q - 1) / (m - 1)
    is the second eigenvalue of the step's transition matrix, so T equal steps mod 10 give
    1/10 + 9/10 ((10 q - 1) / 9)^T.

    >>> chain_accuracy([1.0] * 6, order=10), chain_accuracy([1.0, 0.1], order=10)
    (1.0, 0.1)
    """
    chance = 1 / order
    kept = math.prod((q - chance) / (1 - chance) for q in step_accuracies)
    return chance + (1 - chance) * kept
