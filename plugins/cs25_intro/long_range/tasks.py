"""Two tasks whose answers stand in the prompt, a chosen distance back.

*Copying*, at a distance of 3, with letters for symbols and `_` for the blank that asks::

    d a f _ _ _      is answered by      d a f

Every answer lies as far from its symbol as the string is long. *Recall*, at a distance of 6: pairs
of a key (a capital) and a value (a letter), and then each key once more, in any order::

    Q b K f A b K Q A      is answered by      f b b

Nothing can be known without the prompt: symbols and values are drawn evenly, and independently of
all else.

Source: Arjovsky et al. 2016 (arXiv 1511.06464) for copying; Ba et al. 2016 (arXiv 1610.06258) for
recall.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import torch
from jaxtyping import Int
from torch import Tensor

from cs25.nn import IGNORE

__all__ = [
    "CHANCE",
    "D_VOCAB",
    "LONGEST",
    "N_KEYS",
    "N_SYMBOLS",
    "N_VALUES",
    "TASKS",
    "Prompts",
    "Task",
    "ask",
    "batches",
    "n_answers",
    "n_pos",
]

Task = Literal["copying", "recall"]
TASKS: tuple[Task, ...] = ("copying", "recall")

#: What a symbol of a string can be; a guess is right once in as many.
N_SYMBOLS = 8

#: What a value can be. With eight the simple network is still learning two pairs when time is up.
N_VALUES = 4

#: What a key can be; no list of pairs is longer.
N_KEYS = 16

#: The longest list of each task: recall has no more keys, and copying costs more and more.
LONGEST: dict[Task, int] = {"copying": 256, "recall": 2 * N_KEYS}

#: Share of right answers of one who guesses.
CHANCE: dict[Task, float] = {"copying": 1 / N_SYMBOLS, "recall": 1 / N_VALUES}

#: Symbols (the first of which are the values, too), then keys, of which copying needs one: its blank.
D_VOCAB = N_SYMBOLS + N_KEYS

Prompts = tuple[Int[Tensor, "prompt pos"], Int[Tensor, "prompt answer"]]


def n_answers(task: Task, distance: int) -> int:
    """Return how many answers are due at the end of a prompt."""
    return distance if task == "copying" else distance // 2


def n_pos(task: Task, distance: int) -> int:
    """Return how many tokens a prompt has: the list, and a question for each answer."""
    return distance + n_answers(task, distance)


def ask(task: Task, distance: int, *, prompts: int, draw: torch.Generator) -> Prompts:
    """Write prompts, and the answers that are due at their last positions.

    Args:
        task: copying or recall.
        distance: tokens of the list, from its first to the question; even for recall.
        prompts: how many.
        draw: draws everything.
    """
    if task == "copying":
        return _copying(distance, prompts=prompts, draw=draw)
    return _recall(distance // 2, prompts=prompts, draw=draw)


def _copying(length: int, *, prompts: int, draw: torch.Generator) -> Prompts:
    string = torch.randint(N_SYMBOLS, (prompts, length), generator=draw)
    return torch.cat([string, torch.full_like(string, N_SYMBOLS)], dim=1), string


def _recall(pairs: int, *, prompts: int, draw: torch.Generator) -> Prompts:
    keys = torch.rand(prompts, N_KEYS, generator=draw).argsort(dim=1)[:, :pairs]
    values = torch.randint(N_VALUES, (prompts, pairs), generator=draw)
    order = torch.rand(prompts, pairs, generator=draw).argsort(dim=1)
    shown = torch.stack([N_SYMBOLS + keys, values], dim=2).flatten(1)
    asked = N_SYMBOLS + keys.gather(1, order)
    return torch.cat([shown, asked], dim=1), values.gather(1, order)


def batches(
    task: Task, distance: int, *, tokens: int, seed: int, shuffled: bool = False
) -> Iterator[tuple[Int[Tensor, "row pos"], Int[Tensor, "row pos"]]]:
    """Yield inputs and targets without end; only answers are targets.

    Args:
        task: copying or recall.
        distance: as for `ask`.
        tokens: about so many in a batch, whatever the distance; at least two prompts.
        seed: draws the prompts.
        shuffled: the answers are those of another prompt, so nothing can be learned.
    """
    draw = torch.Generator().manual_seed(seed)
    batch = max(2, tokens // n_pos(task, distance))
    while True:
        prompts, answers = ask(task, distance, prompts=batch, draw=draw)
        targets = torch.full_like(prompts, IGNORE)
        targets[:, -answers.shape[1] :] = answers.roll(1, dims=0) if shuffled else answers
        yield prompts, targets
