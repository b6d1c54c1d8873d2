"""Sudoku of four by four cells: every row, column and box has each of four digits once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import permutations

import numpy as np
from jaxtyping import Bool, Int

from cs25_alignment.verify_or_generate.task import Answers, Problems, choose

__all__ = ["Sudoku", "grids"]

_CELL = np.arange(16)
_ROW, _COLUMN = np.divmod(_CELL, 4)
_PLACES = np.stack((_ROW, _COLUMN, _ROW // 2 * 2 + _COLUMN // 2))
#: Which cells, of the columns, come before a cell, of the rows, in its row, column or box.
_EARLIER = np.tril((_PLACES[:, :, None] == _PLACES[:, None, :]).any(axis=0), -1)


@cache
def grids() -> Int[np.ndarray, "grid 16"]:
    """Return all full grids, row by row, digits from 1 to 4.

    >>> len(grids())
    288
    """
    rows = np.array(list(permutations(range(1, 5))))
    found = np.empty((1, 0), np.int64)
    for _ in range(4):
        found = np.concatenate(
            [np.column_stack((found, np.tile(row, (len(found), 1)))) for row in rows]
        )
        n = found.shape[1]
        again = (found[:, :, None] == found[:, None, :]) & _EARLIER[:n, :n]
        found = found[~again.any(axis=(1, 2))]
    return found


@dataclass(frozen=True)
class Sudoku:
    """Grids with blank cells that can be filled in one way only.

    A problem is the 16 cells, 0 where blank. An answer is the 16 cells, filled.

    Args:
        blanks: cells without a digit, at most 12: fewer than four digits never fix a grid.
    """

    blanks: int

    name = "sudoku"
    d_vocab = 5
    n_problem = 16
    n_answer = 16

    def draw(self, n: int, draw: np.random.Generator) -> tuple[Problems, Answers]:
        """Draw a grid and its blanks, all alike among those with one solution."""
        problems, answers = np.empty((n, 16), np.int64), np.empty((n, 16), np.int64)
        todo = np.arange(n)
        while len(todo):
            answers[todo] = grids()[draw.integers(len(grids()), size=len(todo))]
            order = draw.random((len(todo), 16)).argsort(axis=1)
            problems[todo] = np.where(order < self.blanks, 0, answers[todo])
            todo = todo[n_solutions(problems[todo]) > 1]
        return problems, answers

    def faults(self, problems: Problems, answers: Answers) -> Bool[np.ndarray, "row answer"]:
        """Whether a digit is not the given one, or stands in its row, column or box already."""
        again = ((answers[:, :, None] == answers[:, None, :]) & _EARLIER).any(axis=2)
        other = (problems > 0) & (problems != answers)
        return np.asarray((answers < 1) | other | again)

    def change(
        self, problems: Problems, answers: Answers, draw: np.random.Generator
    ) -> tuple[Problems, Answers]:
        """Put another digit into one cell of the answer, or into one given cell of the problem."""
        in_answer = draw.random(len(problems)) < 0.5
        rows = np.arange(len(problems))
        return (
            _with_another(problems, choose(problems > 0, draw), rows[~in_answer], draw),
            _with_another(answers, choose(answers > 0, draw), rows[in_answer], draw),
        )


def n_solutions(problems: Problems) -> Int[np.ndarray, " row"]:
    """Count the full grids that agree with each problem."""
    digits = np.arange(1, 5)
    given = (problems[:, :, None] == digits).reshape(len(problems), -1).astype(np.float32)
    full = (grids()[:, :, None] == digits).reshape(len(grids()), -1).astype(np.float32)
    agree = given @ full.T  # cells of each problem that each grid has alike
    return np.asarray((agree == given.sum(axis=1, keepdims=True)).sum(axis=1))


def _with_another(
    cells: Int[np.ndarray, "row 16"],
    places: Int[np.ndarray, " row"],
    rows: Int[np.ndarray, " changed"],
    draw: np.random.Generator,
) -> Int[np.ndarray, "row 16"]:
    changed = cells.copy()
    old = cells[rows, places[rows]]
    changed[rows, places[rows]] = (old - 1 + draw.integers(1, 4, len(rows))) % 4 + 1
    return changed
