"""What the two networks learn from, and what they are tested on: no problem stands in both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from cs25 import ParameterError
from cs25_alignment.verify_or_generate.task import Answers, CertificateTask, Problems, near_misses

__all__ = ["HeldOut", "draw_held_out", "draw_lessons", "draw_verdicts"]

#: How often problems are added to those held out before there count as too few of them.
_ROUNDS = 100


@dataclass(frozen=True)
class HeldOut:
    """What both networks are tested on.

    Args:
        problems: all different.
        answers: a right one for each.
        near_problems: of the near misses, one of which is made of each.
        near_answers: theirs.
    """

    problems: Problems
    answers: Answers
    near_problems: Problems
    near_answers: Answers

    def has(self, problems: Problems) -> Bool[np.ndarray, " row"]:
        """Whether each problem is held out, with a right answer or with a near miss."""
        own = {row.tobytes() for part in (self.problems, self.near_problems) for row in part}
        return np.array([row.tobytes() in own for row in problems], dtype=bool)


def draw_held_out(task: CertificateTask, n: int, draw: np.random.Generator) -> HeldOut:
    """Draw different problems, and a near miss of each.

    Raises:
        ParameterError: there are hardly so many problems of this size.
    """
    problems, answers = task.draw(n, draw)
    for _ in range(_ROUNDS):
        first = np.sort(np.unique(problems, axis=0, return_index=True)[1])
        problems, answers = problems[first], answers[first]
        if len(problems) == n:
            return HeldOut(problems, answers, *near_misses(task, problems, answers, draw))
        more = task.draw(n - len(problems), draw)
        problems, answers = np.concatenate((problems, more[0])), np.concatenate((answers, more[1]))
    raise _too_few(task, n)


def draw_lessons(
    task: CertificateTask, n: int, draw: np.random.Generator, *, held_out: HeldOut
) -> tuple[Problems, Answers]:
    """Draw problems with right answers, what the generator learns from; none is held out.

    Raises:
        ParameterError: there are hardly any others of this size.
    """
    problems, answers = task.draw(n, draw)
    for _ in range(_ROUNDS):
        known = held_out.has(problems)
        if not known.any():
            return problems, answers
        problems[known], answers[known] = task.draw(int(known.sum()), draw)
    raise _too_few(task, len(held_out.problems))


def draw_verdicts(
    task: CertificateTask, n: int, draw: np.random.Generator, *, held_out: HeldOut, shuffled: bool
) -> tuple[Problems, Answers, Bool[np.ndarray, "row answer"]]:
    """Draw right answers and near misses of them, in turn: what the verifier learns from.

    Args:
        task: draws them.
        n: rows, an even number.
        draw: what they are drawn with.
        held_out: none of its problems is among them.
        shuffled: each row gets the faults of another row.

    Returns:
        Problems, answers, and which tokens are faults.
    """
    right = draw_lessons(task, n // 2, draw, held_out=held_out)
    near = near_misses(task, *right, draw)
    while (known := held_out.has(near[0])).any():
        again = near_misses(task, right[0][known], right[1][known], draw)
        for part, new in zip(near, again, strict=True):
            part[known] = new
    problems, answers = (
        np.stack(pair, axis=1).reshape(n, -1) for pair in zip(right, near, strict=True)
    )
    faults = task.faults(problems, answers)
    return problems, answers, draw.permutation(faults) if shuffled else faults


def _too_few(task: CertificateTask, n: int) -> ParameterError:
    return ParameterError(
        parameter="problems",
        found=n,
        expected=f"fewer: there are hardly so many of {task}",
    )
