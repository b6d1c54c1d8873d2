"""Three-colouring: a colour for each vertex, so that no edge joins two of one colour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from cs25_alignment.verify_or_generate.task import Answers, Problems, choose

__all__ = ["Colouring", "most_edges"]


@dataclass(frozen=True)
class Colouring:
    """Graphs with three-colourings.

    A problem is the list of edges, sorted; each pair of vertices has a token. An answer is the
    colour of each vertex: 0, 1 or 2.

    Args:
        vertices: of each graph, at least 4.
        edges: of each graph, at most `most_edges`.
    """

    vertices: int
    edges: int

    name = "three-colouring"

    @property
    def d_vocab(self) -> int:
        """The colours, then the pairs of vertices."""
        return 3 + len(self._pairs)

    @property
    def n_problem(self) -> int:
        return self.edges

    @property
    def n_answer(self) -> int:
        return self.vertices

    def draw(self, n: int, draw: np.random.Generator) -> tuple[Problems, Answers]:
        """Draw a colouring, all alike that leave room for the edges, then edges that respect it."""
        answers = np.empty((n, self.vertices), np.int64)
        todo = np.arange(n)
        while len(todo):
            answers[todo] = draw.integers(3, size=(len(todo), self.vertices))
            todo = todo[self._differ(answers[todo]).sum(axis=1) < self.edges]
        keys = np.where(self._differ(answers), draw.random((n, len(self._pairs))), 2.0)
        return self._problems(keys.argsort(axis=1)[:, : self.edges]), answers

    def faults(self, problems: Problems, answers: Answers) -> Bool[np.ndarray, "row answer"]:
        """Whether a token is no colour, or the colour of a neighbour that comes before."""
        faults = answers > 2
        rows = np.arange(len(answers))
        for edge in problems.T:
            first, second = self._pairs[edge - 3].T
            faults[rows, second] |= answers[rows, first] == answers[rows, second]
        return np.asarray(faults)

    def change(
        self, problems: Problems, answers: Answers, draw: np.random.Generator
    ) -> tuple[Problems, Answers]:
        """Give one vertex another colour, or put one edge elsewhere."""
        rows = np.arange(len(problems))
        in_answer = draw.random(len(rows)) < 0.5
        place = draw.integers(self.vertices, size=len(rows))
        recoloured = answers.copy()
        recoloured[rows, place] = (answers[rows, place] + draw.integers(1, 3, len(rows))) % 3
        absent = np.ones((len(rows), len(self._pairs)), dtype=bool)
        absent[rows[:, None], problems - 3] = False
        moved = problems - 3
        moved[rows, draw.integers(self.edges, size=len(rows))] = choose(absent, draw)
        return (
            np.where(in_answer[:, None], problems, self._problems(moved)),
            np.where(in_answer[:, None], recoloured, answers),
        )

    @property
    def _pairs(self) -> Int[np.ndarray, "pair 2"]:
        return np.column_stack(np.triu_indices(self.vertices, 1))

    def _differ(self, answers: Answers) -> Bool[np.ndarray, "row pair"]:
        """Whether the two vertices of each pair have different colours."""
        first, second = answers[:, self._pairs[:, 0]], answers[:, self._pairs[:, 1]]
        return np.asarray(first != second)

    def _problems(self, pairs: Int[np.ndarray, "row edge"]) -> Problems:
        return np.asarray(np.sort(pairs, axis=1) + 3)


def most_edges(vertices: int) -> int:
    """Return how many edges a graph with a three-colouring can have.

    Its colours part the vertices as evenly as can be, and all pairs of two colours are joined.

    Source: Turán 1941.

    >>> most_edges(4), most_edges(6)
    (5, 12)
    """
    parts = (len(range(colour, vertices, 3)) for colour in range(3))
    return (vertices**2 - sum(part**2 for part in parts)) // 2
