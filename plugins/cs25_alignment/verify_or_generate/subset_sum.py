"""Subset sum: which of these numbers add up to the target?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from cs25_alignment.verify_or_generate.task import Answers, Problems

__all__ = ["SubsetSum"]


@dataclass(frozen=True)
class SubsetSum:
    """Numbers from 1 to ``largest``, and a target that some of them add up to.

    A problem is the target and the numbers. An answer has a token for each number: the number
    itself if it is taken, 0 if it is left.

    Args:
        numbers: how many.
        largest: of the numbers.
    """

    numbers: int
    largest: int = 10

    name = "subset sum"

    @property
    def d_vocab(self) -> int:
        """The numbers and 0, then a token for each target from 0 on."""
        return self.largest + 1 + self.numbers * self.largest + self.largest + 1

    @property
    def n_problem(self) -> int:
        return 1 + self.numbers

    @property
    def n_answer(self) -> int:
        return self.numbers

    def draw(self, n: int, draw: np.random.Generator) -> tuple[Problems, Answers]:
        """Draw numbers and a subset, all alike; the target is the subset's sum."""
        numbers = draw.integers(1, self.largest + 1, (n, self.numbers))
        answers = numbers * draw.integers(0, 2, numbers.shape)
        return self._problems(answers.sum(axis=1), numbers), answers

    def faults(self, problems: Problems, answers: Answers) -> Bool[np.ndarray, "row answer"]:
        """Whether a token is no number on offer, lifts the sum above the target, or ends below."""
        target, numbers = problems[:, :1] - self.largest - 1, problems[:, 1:]
        before = np.column_stack((np.zeros(len(answers), np.int64), answers)).cumsum(axis=1)
        above = (before[:, :-1] <= target) & (before[:, 1:] > target)
        faults = ((answers != numbers) & (answers != 0)) | above
        faults[:, -1] |= before[:, -1] != target[:, 0]
        return np.asarray(faults)

    def change(
        self, problems: Problems, answers: Answers, draw: np.random.Generator
    ) -> tuple[Problems, Answers]:
        """Take or leave one number more, or move the target by as much as one number can be."""
        rows = np.arange(len(problems))
        in_answer = draw.random(len(rows)) < 0.5
        place = draw.integers(self.numbers, size=len(rows))
        changed = answers.copy()
        changed[rows, place] = problems[rows, 1 + place] - answers[rows, place]
        target = problems[:, 0] - self.largest - 1
        step = draw.integers(1, self.largest + 1, len(rows))
        moved = target + np.where((draw.random(len(rows)) < 0.5) & (step <= target), -step, step)
        return (
            np.where(in_answer[:, None], problems, self._problems(moved, problems[:, 1:])),
            np.where(in_answer[:, None], changed, answers),
        )

    def _problems(self, target: np.ndarray, numbers: np.ndarray) -> Problems:
        return np.column_stack((target + self.largest + 1, numbers))
