"""Eight tasks on words: each is a function from a word to its answer, given by a table.

The tables lie beside this file. The first column of one holds words, every other column the
answers of one task; "|" stands between answers that are as good as each other, and examples show
the first. Two tasks ask about adjectives and three about nouns: a question of theirs does not say
which is meant. Verbs, countries and numbers belong to one task each, so that the kind of word names
it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["TASKS", "WORDS", "Entry", "Task", "TaskName", "entries"]

TaskName = Literal[
    "comparative", "opposite", "plural", "past", "capital", "next", "letter", "french"
]

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Task:
    """A task.

    Args:
        name: the column with its answers.
        words: the table of its words.
        instruction: what it is, said in words.
        repeats: many words have the same answer, so that examples cannot but show right ones.
    """

    name: TaskName
    words: str
    instruction: str
    repeats: bool = False


@dataclass(frozen=True)
class Entry:
    """A word and its answer in one task.

    Args:
        word: what is asked about.
        accepted: right answers; examples show the first.
    """

    word: str
    accepted: tuple[str, ...]

    @property
    def answer(self) -> str:
        """The answer that an example shows."""
        return self.accepted[0]


TASKS: dict[TaskName, Task] = {
    task.name: task
    for task in (
        Task("comparative", "adjectives", "Write the comparative of the adjective."),
        Task("opposite", "adjectives", "Write the opposite of the word."),
        Task("plural", "nouns", "Write the plural of the noun."),
        Task("past", "verbs", "Write the past tense of the verb."),
        Task("capital", "countries", "Write the capital of the country."),
        Task("next", "numbers", "Write the next number."),
        Task("letter", "nouns", "Write the first letter of the word.", repeats=True),
        Task("french", "nouns", "Translate the word into French."),
    )
}

#: The tables, in an order that seeds rely on.
WORDS = ("adjectives", "countries", "nouns", "numbers", "verbs")


def entries(task: Task) -> tuple[Entry, ...]:
    """Return a task's words and answers, in the order of the table.

    Tasks with the same words have them in the same places.
    """
    with (_DATA / f"{task.words}.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t")
        column = next(rows).index(task.name)
        return tuple(Entry(row[0], tuple(row[column].split("|"))) for row in rows)
