"""What every task with a certificate offers: problems, right answers, a checker, and small changes.

An answer is a certificate: whoever has it can be convinced in a few steps that the problem has a
solution. That is what the class NP is made of (Cook 1971; Karp 1972).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from jaxtyping import Bool, Int

__all__ = ["Answers", "Problems", "Task", "choose", "near_misses"]

#: Tokens, one row for each problem; they start at 0.
Problems = Int[np.ndarray, "row problem"]
Answers = Int[np.ndarray, "row answer"]


class Task(Protocol):
    """A kind of problem of one size."""

    @property
    def name(self) -> str:
        """What the task is called, for readers."""

    @property
    def d_vocab(self) -> int:
        """How many tokens problems and answers are made of."""

    @property
    def n_problem(self) -> int:
        """Tokens of a problem."""

    @property
    def n_answer(self) -> int:
        """Tokens of an answer."""

    def draw(self, n: int, draw: np.random.Generator) -> tuple[Problems, Answers]:
        """Draw problems, each with an answer that is right."""

    def accepts(self, problems: Problems, answers: Int[np.ndarray, "row answer"]) -> Bool[np.ndarray, " row"]:
        """Check answers exactly; any token of the vocabulary may stand in them."""

    def change(
        self, problems: Problems, answers: Answers, draw: np.random.Generator
    ) -> tuple[Problems, Answers]:
        """Replace one token of each row, of the answer or of the problem, by another that fits."""


def near_misses(
    task: Task, problems: Problems, answers: Answers, draw: np.random.Generator
) -> tuple[Problems, Answers]:
    """Return rows that are one change away from being right, none of which is.

    Args:
        task: changes and checks.
        problems: one for each row.
        answers: right ones.
        draw: draws the changes; one that leaves the row right is drawn again.
    """
    problems, answers = problems.copy(), answers.copy()
    right = problems, answers
    todo = np.arange(len(problems))
    originals = tuple(part.copy() for part in right)
    while len(todo):
        for part, new in zip(right, task.change(*(o[todo] for o in originals), draw), strict=True):
            part[todo] = new
        todo = todo[task.accepts(problems[todo], answers[todo])]
    return problems, answers


def choose(
    allowed: Bool[np.ndarray, "row place"], draw: np.random.Generator
) -> Int[np.ndarray, " row"]:
    """Draw one of the allowed places of each row, all alike."""
    return np.asarray((draw.random(allowed.shape) * allowed).argmax(axis=1))
