"""Prompts: the program is a handful of examples, the question one more line without its answer.

::

    dog => chien
    tree => arbre
    house =>

Only its examples, and the kind of word that is asked about, say what to do. There are four kinds of
examples:

========  ==================================================================
own       of the task that is asked about: its program
wrong     of one other task: a program, but another one
swapped   of the right task, each with the answer of another example
mixed     of all other tasks in turn: the form of a program, and no program
========  ==================================================================

The first three are after Brown et al. 2020 (arXiv 2005.14165) and Min et al. 2022 (arXiv
2202.12837).

The answer must not be there to be copied: with "big => small" in the prompt, "small" is no question
for the task of opposites, and neither is "large", whose answer is "small", too. So words to show and
words to ask are drawn apart, with their answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cs25_intro.prompt_programs.tasks import TASKS, WORDS, Entry, Task, entries

__all__ = [
    "MOST_EXAMPLES", "MOST_QUESTIONS", "Draw", "Programs", "draw_words", "line", "programs_of",
    "prompt",
]  # fmt: skip

#: Every draw leaves room for so many, and takes the first: a run with fewer shows and asks the same.
MOST_EXAMPLES = 16
MOST_QUESTIONS = 50

#: A word with the answer that is shown beside it.
Example = tuple[str, str]


@dataclass(frozen=True)
class Draw:
    """The words of one task that a seed has drawn.

    Args:
        shown: for examples, one more than the longest prompt has: `swapped` needs it.
        asked: for questions; no example of any task shows one of them, or (but for tasks whose
            answers repeat) a right answer to it.
    """

    shown: tuple[Entry, ...]
    asked: tuple[Entry, ...]

    @property
    def examples(self) -> tuple[Example, ...]:
        """The examples of the task, in the order in which prompts show them."""
        return tuple((entry.word, entry.answer) for entry in self.shown[:-1])


@dataclass(frozen=True)
class Programs:
    """The examples that stand before the questions of one task, one tuple for each kind of them.

    Args:
        own: see above; the same for ``wrong`` and ``swapped``.
        wrong: of the task numbered ``wrong_task``.
        swapped: of the right task.
        wrong_task: which one.
    """

    own: tuple[Example, ...]
    wrong: tuple[Example, ...]
    swapped: tuple[Example, ...]
    wrong_task: int


def draw_words(task: Task, *, examples: int, questions: int, seed: int) -> Draw:
    """Draw which words are shown and which are asked; tasks with the same words get the same ones.

    Args:
        task: the task.
        examples: the most examples of a prompt, up to `MOST_EXAMPLES`.
        questions: how many words are asked, up to `MOST_QUESTIONS`.
        seed: draws them.

    Raises:
        ValueError: that is more than is ever drawn, or the task has too few words.
    """
    if examples > MOST_EXAMPLES or questions > MOST_QUESTIONS:
        raise ValueError(
            f"task {task.name}: {examples} examples and {questions} questions, "
            f"expected {MOST_EXAMPLES} and {MOST_QUESTIONS} at most"
        )
    known = entries(task)
    order = np.random.default_rng([seed, WORDS.index(task.words)]).permutation(len(known))
    kept_apart = [t for t in TASKS.values() if t.words == task.words and not t.repeats]
    rows = list(zip(*map(entries, kept_apart), strict=True))
    shown, asked = _apart(rows, order.tolist())
    if len(shown) <= MOST_EXAMPLES or len(asked) < MOST_QUESTIONS:
        raise ValueError(
            f"task {task.name}: its {len(known)} words allow {len(shown)} examples beside "
            f"{len(asked)} questions that they do not answer, expected {MOST_EXAMPLES + 1} (one to "
            f"swap answers with) and {MOST_QUESTIONS}; add words to {task.words}.tsv"
        )
    return Draw(
        shown=tuple(known[i] for i in shown[: examples + 1]),
        asked=tuple(known[i] for i in asked[:questions]),
    )


def _apart(rows: Sequence[Sequence[Entry]], order: Sequence[int]) -> tuple[list[int], list[int]]:
    """Show each word in turn that leaves questions enough; ask what is left, last words first.

    Args:
        rows: each word's entries, one for each task on it.
        order: of the words.
    """
    shows = [{text for entry in row for text in (entry.word, entry.answer)} for row in rows]
    asks = [{text for entry in row for text in (entry.word, *entry.accepted)} for row in rows]
    shown: list[int] = []
    free = list(order)
    for i in order:
        left = [j for j in free if asks[j].isdisjoint(shows[i])]
        # `swapped` gives each word the answer of the one after it, which must be wrong.
        swaps = not shown or asks[shown[-1]].isdisjoint(entry.answer for entry in rows[i])
        if len(shown) <= MOST_EXAMPLES and len(left) >= MOST_QUESTIONS and swaps:
            shown.append(i)
            free = left
    return shown, free[::-1]


def programs_of(draws: Sequence[Draw], *, no_program: bool, seed: int) -> list[Programs]:
    """Return the examples for the questions of each task.

    Args:
        draws: the words of each task; at least two.
        no_program: mixed examples stand in place of the task's own.
        seed: draws the wrong tasks, and the order of the mixed ones.
    """
    found = []
    for draw, rest in zip(draws, _others(len(draws), seed=seed), strict=True):
        found.append(
            Programs(
                own=_mixed([draws[i] for i in rest]) if no_program else draw.examples,
                wrong=draws[rest[0]].examples,
                swapped=_swapped(draw),
                wrong_task=rest[0],
            )
        )
    return found


def _others(n_tasks: int, *, seed: int) -> list[list[int]]:
    """Return, for each task, all other tasks; every task is the first one of exactly one other."""
    circle = np.random.default_rng([seed, len(WORDS)]).permutation(n_tasks).tolist()
    after = {task: circle[i + 1 :] + circle[:i] for i, task in enumerate(circle)}
    return [after[task] for task in range(n_tasks)]


def _swapped(draw: Draw) -> tuple[Example, ...]:
    """Return the examples, each with the answer of the word after it."""
    return tuple(
        (here.word, after.answer) for here, after in zip(draw.shown, draw.shown[1:], strict=False)
    )


def _mixed(draws: Sequence[Draw]) -> tuple[Example, ...]:
    """Return as many examples as one task has, taken from these tasks in turn."""
    return tuple(draws[i % len(draws)].examples[i] for i in range(len(draws[0].examples)))


def prompt(examples: Sequence[Example], word: str, *, instruction: str = "") -> str:
    r"""Write a prompt; a right answer follows it as `line` has it.

    >>> prompt([("dog", "chien")], "house")
    'dog => chien\nhouse =>'
    """
    program = "".join(f"{shown} =>{line(answer)}" for shown, answer in examples)
    return (f"{instruction}\n" if instruction else "") + f"{program}{word} =>"


def line(answer: str) -> str:
    r"""Return what the model has to write: the answer, and then the end of the line.

    >>> line("maison")
    ' maison\n'
    """
    return f" {answer}\n"
