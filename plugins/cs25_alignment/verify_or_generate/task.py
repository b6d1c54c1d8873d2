"""What every task with a certificate offers: problems, right answers, a checker, and small changes.

An answer is a certificate: with it at hand, that the problem can be solved is quickly checked, token
by token. Problems with such certificates are those of the class NP.

Source: Karp 1972 (Reducibility among combinatorial problems) for the class, for subset sum
("knapsack") and for colouring; Yato and Seta 2003 (IEICE Trans. E86-A) for sudoku.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from jaxtyping import Bool, Int

__all__ = ["Answers", "CertificateTask", "Problems", "accepts", "choose", "near_misses"]

#: Tokens, one row for each problem.
Problems = Int[np.ndarray, "row problem"]
Answers = Int[np.ndarray, "row answer"]


class CertificateTask(Protocol):
    """A kind of problem, of one size."""

    @property
    def name(self) -> str:
        """What it is called."""

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

    def faults(self, problems: Problems, answers: Answers) -> Bool[np.ndarray, "row answer"]:
        """Whether each token breaks a rule, together with the problem and the tokens before it.

        Any token of the vocabulary may stand in an answer. One without a fault is right.
        """

    def change(
        self, problems: Problems, answers: Answers, draw: np.random.Generator
    ) -> tuple[Problems, Answers]:
        """Replace one token of each row, of the problem or of the answer, by another that fits."""


def accepts(
    task: CertificateTask, problems: Problems, answers: Answers
) -> Bool[np.ndarray, " row"]:
    """Whether each answer is right: the exact checker."""
    return np.asarray(~task.faults(problems, answers).any(axis=1))


def near_misses(
    task: CertificateTask, problems: Problems, answers: Answers, draw: np.random.Generator
) -> tuple[Problems, Answers]:
    """Return rows that are one change away from a right one, and are not right.

    Args:
        task: changes and checks.
        problems: one for each row.
        answers: right ones.
        draw: draws the changes; one that leaves the row right is drawn again.
    """
    near = problems.copy(), answers.copy()
    todo = np.arange(len(problems))
    while len(todo):
        changed = task.change(problems[todo], answers[todo], draw)
        for part, new in zip(near, changed, strict=True):
            part[todo] = new
        todo = todo[accepts(task, *changed)]
    return near


def choose(
    allowed: Bool[np.ndarray, "row place"], draw: np.random.Generator
) -> Int[np.ndarray, " row"]:
    """Draw one of the allowed places of each row, each with the same chance."""
    return np.asarray((draw.random(allowed.shape) * allowed).argmax(axis=1))
