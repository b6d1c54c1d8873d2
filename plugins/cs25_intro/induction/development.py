"""How a network develops: it learns from new sentences, and is examined again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from torch import Tensor

from cs25.nn import Decoder, train
from cs25_intro.induction.exam import Exam, Marks

__all__ = ["Development", "develop", "exam_steps"]

#: Steps from one exam to the next, as a share of those done: ratios of steps are what is asked.
_SPACING = 0.02


@dataclass(frozen=True)
class Development:
    """The exams of one training run.

    Args:
        step: of each exam.
        in_context_score, loss, word_loss: as in `Marks`.
        prefix_matching, previous_token: of each head, as in `Marks`.
    """

    step: Float[np.ndarray, " exam"]
    in_context_score: Float[np.ndarray, " exam"]
    loss: Float[np.ndarray, " exam"]
    word_loss: Float[np.ndarray, " exam"]
    prefix_matching: Float[np.ndarray, "exam layer head"]
    previous_token: Float[np.ndarray, "exam layer head"]


def develop(
    model: Decoder,
    batches: Iterable[tuple[Tensor, Tensor]],
    exam: Exam,
    *,
    n_steps: int,
    lr: float,
    progress: Callable[[int], object] = lambda n: None,
) -> Development:
    """Train a network in place, at a constant learning rate, and examine it on the way.

    Args:
        model: what learns.
        batches: tokens, and the ones that follow them.
        exam: what it is asked on the way.
        n_steps: steps of training.
        lr: learning rate.
        progress: called with 1 after each step.
    """
    steps = exam_steps(n_steps)
    marks: list[Marks] = []

    def take(step: int) -> None:
        if step in steps:
            marks.append(exam.mark(model))

    take(0)
    train(
        model, batches, n_steps=n_steps, lr=lr, weight_decay=0.0,
        schedule=lambda step: 1.0,  # a warm-up or a decay would put dates of its own into the curves
        progress=progress, on_step=take,
    )  # fmt: skip
    columns = {name: np.array([getattr(mark, name) for mark in marks]) for name in Marks._fields}
    return Development(step=np.array(sorted(steps), dtype=float), **columns)


def exam_steps(n_steps: int) -> set[int]:
    """Return the steps after which there is an exam.

    >>> sorted(exam_steps(104))[-4:]
    [99, 101, 103, 104]
    """
    steps = {0, n_steps}
    step = 0
    while step < n_steps:
        steps.add(step)
        step += max(1, round(_SPACING * step))
    return steps
