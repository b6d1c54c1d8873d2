"""An exam: one model, one set of weights, every task under every kind of prompt.

An answer counts if the model, taking the likeliest token each time, would write it and end the
line. That can be read off one pass over prompt and answer, without generating: every token of the
answer has to be the likeliest where it stands. Prompts with the same examples share that part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from cs25.lm import LanguageModel
from cs25_intro.prompt_programs.prompts import Draw, Example, Programs, line, prompt
from cs25_intro.prompt_programs.tasks import Task

__all__ = ["Answers", "examine"]


@dataclass(frozen=True)
class Answers:
    """Which questions were answered right.

    Args:
        shots: numbers of examples, from 0 up.
        own: with so many examples of the task.
        wrong: with the most examples, all of one other task.
        swapped: with the most examples of the task, their answers swapped.
        told: with no example, and the task said in words.
    """

    shots: tuple[int, ...]
    own: Bool[np.ndarray, "task shots question"]
    wrong: Bool[np.ndarray, "task question"]
    swapped: Bool[np.ndarray, "task question"]
    told: Bool[np.ndarray, "task question"]


def examine(
    model: LanguageModel,
    tasks: Sequence[Task],
    draws: Sequence[Draw],
    programs: Sequence[Programs],
    *,
    shots: Sequence[int],
) -> Answers:
    """Ask every question of every task, under every kind of prompt.

    Args:
        model: answers.
        tasks: what is asked.
        draws: the words of each task.
        programs: the examples for each task.
        shots: numbers of examples, above 0 and ascending.
    """
    prompts, accepted = [], []
    for task, draw, kinds in zip(tasks, draws, programs, strict=True):
        begins: list[tuple[str, tuple[Example, ...]]] = [
            (task.instruction, ()),
            ("", kinds.wrong),
            ("", kinds.swapped),
            *(("", kinds.own[:n]) for n in (0, *shots)),
        ]
        for instruction, examples in begins:
            for entry in draw.asked:
                prompts.append(prompt(examples, entry.word, instruction=instruction))
                accepted.append([line(answer) for answer in entry.accepted])
    scores = model.score(prompts, accepted)
    right = np.array([any(score.greedy for score in group) for group in scores])
    right = right.reshape(len(tasks), -1, len(draws[0].asked))
    return Answers(
        shots=(0, *shots),
        told=right[:, 0],
        wrong=right[:, 1],
        swapped=right[:, 2],
        own=right[:, 3:],
    )
