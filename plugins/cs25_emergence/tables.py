"""Tables: tasks that a model can only learn from the examples in its prompt.

A table gives each of n inputs a label of its own. A prompt shows some of its pairs in any order,
and asks for the label of one of the inputs shown. With digits for inputs and letters for labels::

    3 e  0 a  5 b  2 h  0      is answered by  a

**Chance is known exactly.** Of k examples, each has its own label and is asked for equally often,
so an answer that does not look at which label stands beside which input is right once in k. It is
no help to know which labels are in the prompt: with all n examples shown, they are all there. Nor
is it to know the tables of the training, in which every input goes with every label equally often.

Source: Chan et al. 2022 (arXiv 2205.05055) for prompts of pairs, asked about labels that change
from prompt to prompt.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import torch
from jaxtyping import Int
from torch import Tensor

from cs25.nn import IGNORE

__all__ = ["HELD_OUT", "Tables", "ask", "batches", "d_vocab", "split_tables"]

#: Share of the tables that the training never shows.
HELD_OUT = 0.25

#: Labels of the inputs, table by table. Each row stands for n tables: one for each number that can
#: be added to all of its labels, mod n.
Tables = Int[Tensor, "table input"]


def d_vocab(n_labels: int) -> int:
    """Return how many tokens there are: inputs, and labels after them."""
    return 2 * n_labels


def split_tables(n_labels: int, *, seed: int) -> tuple[Tables, Tables]:
    """Return the tables that are taught and the ones held out.

    Tables that differ only by a number added to all labels stay on the same side, so on both sides
    every input has every label equally often.

    Args:
        n_labels: labels, and inputs; there are n! tables.
        seed: draws which ones are held out.
    """
    tails = torch.tensor(list(permutations(range(1, n_labels))))
    rows = torch.cat([torch.zeros_like(tails[:, :1]), tails], dim=1)
    order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(seed))
    n_held_out = round(HELD_OUT * len(rows))
    return rows[order[n_held_out:]], rows[order[:n_held_out]]


def ask(
    tables: Tables, *, prompts: int, examples: int, queries: int, draw: torch.Generator
) -> tuple[Int[Tensor, "prompt pos"], Int[Tensor, "prompt query"]]:
    """Write prompts about tables drawn anew, and the labels asked for.

    Args:
        tables: where to draw from.
        prompts: how many.
        examples: pairs shown in each, of different inputs, in random order.
        queries: inputs asked for after them, each one of those shown. Their answers are not in
            the prompt, so no query helps with another.
        draw: draws everything.
    """
    n_labels = tables.shape[1]
    rows = tables[torch.randint(len(tables), (prompts,), generator=draw)]
    labels = (rows + torch.randint(n_labels, (prompts, 1), generator=draw)) % n_labels
    shown = torch.rand(prompts, n_labels, generator=draw).argsort(dim=1)[:, :examples]
    pairs = torch.stack([shown, n_labels + labels.gather(1, shown)], dim=2).flatten(1)
    which = torch.randint(examples, (prompts, queries), generator=draw)
    queried = shown.gather(1, which)
    return torch.cat([pairs, queried], dim=1), n_labels + labels.gather(1, queried)


def batches(
    tables: Tables, *, batch: int, queries: int, seed: int, shuffled: bool = False
) -> Iterator[tuple[Int[Tensor, "row pos"], Int[Tensor, "row pos"]]]:
    """Yield inputs and targets without end: prompts with two examples, with all, and in between.

    Prompts with few examples are the easier ones; with all of them from the start, many a model
    sits at chance for as long as one cares to wait.

    Args:
        tables: where to draw from.
        batch: prompts in a batch, all of one length.
        queries: inputs asked for in each prompt.
        seed: draws the prompts.
        shuffled: the answers are those of another prompt, so nothing can be learned from examples.
    """
    draw = torch.Generator().manual_seed(seed)
    n_labels = tables.shape[1]
    while True:
        examples = int(torch.randint(2, n_labels + 1, (), generator=draw))
        tokens, answers = ask(tables, prompts=batch, examples=examples, queries=queries, draw=draw)
        targets = torch.full_like(tokens, IGNORE)
        targets[:, 2 * examples :] = answers.roll(1, dims=0) if shuffled else answers
        yield tokens, targets
