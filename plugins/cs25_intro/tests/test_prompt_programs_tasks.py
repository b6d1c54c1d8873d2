"""The tables of `prompt-programs` are true where that can be worked out, and tell tasks apart."""

from __future__ import annotations

import unicodedata
from itertools import combinations
from typing import get_args

import pytest

from cs25_intro.prompt_programs.tasks import TASKS, WORDS, Task, TaskName, entries

UNITS = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

#: Plurals that no rule of spelling makes.
IRREGULAR = {
    "mouse": "mice", "wolf": "wolves", "knife": "knives", "leaf": "leaves", "child": "children",
    "man": "men", "woman": "women", "foot": "feet", "tooth": "teeth",
}  # fmt: skip


def number(words: str) -> int:
    tens, _, unit = words.rpartition("-")
    if tens:
        return 10 * (TENS.index(tens) + 2) + UNITS.index(unit) + 1
    return 10 * (TENS.index(unit) + 2) if unit in TENS else UNITS.index(unit) + 1


def plural(noun: str) -> str:
    if noun in IRREGULAR:
        return IRREGULAR[noun]
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("x", "ch", "o")) else "s")


def answers(task: str) -> dict[str, tuple[str, ...]]:
    return {entry.word: entry.accepted for entry in entries(TASKS[task])}


def test_tasks_have_the_names_that_can_be_chosen_and_words_from_the_tables() -> None:
    assert tuple(TASKS) == get_args(TaskName)
    assert {task.words for task in TASKS.values()} == set(WORDS)


def test_numbers_are_followed_by_the_next() -> None:
    table = answers("next")
    assert [number(word) for word in table] == list(range(1, 99))
    assert all(number(after) == number(word) + 1 for word, (after,) in table.items())


def test_plurals_follow_the_rules_of_spelling() -> None:
    assert answers("plural") == {noun: (plural(noun),) for noun in answers("plural")}


def test_letters_are_the_first_ones() -> None:
    assert answers("letter") == {noun: (noun[0],) for noun in answers("letter")}


def test_comparatives_end_in_r_but_for_three() -> None:
    found = answers("comparative")
    odd = {word: forms for word, forms in found.items() if forms[0][:2] != word[:2]}
    assert odd == {"good": ("better",), "bad": ("worse",)}
    assert all(
        form.endswith("er") for word, forms in found.items() if word != "bad" for form in forms
    )
    assert found["far"] == ("farther", "further")


def test_opposites_go_both_ways() -> None:
    table = answers("opposite")
    pairs = [(word, other) for word, others in table.items() for other in others if other in table]
    assert len(pairs) > 60
    assert [(word, other) for word, other in pairs if word not in table[other]] == []


def test_known_answers() -> None:
    assert answers("capital")["Australia"] == ("Canberra",)
    assert answers("french")["church"] == ("église",)
    assert answers("past")["teach"] == ("taught",)
    assert answers("past")["stop"] == ("stopped",)


@pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.name)
def test_words_differ_answers_are_clean_and_no_answer_repeats_the_question(task: Task) -> None:
    found = entries(task)
    words = [entry.word for entry in found]
    assert len(words) == len(set(words))
    for entry in found:
        for text in (entry.word, *entry.accepted):
            assert text == unicodedata.normalize("NFC", text.strip())
            assert text
            assert "|" not in text
        assert len(set(entry.accepted)) == len(entry.accepted)
        assert entry.word not in entry.accepted


def test_tasks_that_share_words_have_them_in_the_same_places_and_never_the_same_answer() -> None:
    shared = [(a, b) for a, b in combinations(TASKS.values(), 2) if a.words == b.words]
    assert len(shared) == 4  # three tasks on nouns, two on adjectives
    for a, b in shared:
        for left, right in zip(entries(a), entries(b), strict=True):
            assert left.word == right.word
            assert not set(left.accepted) & set(right.accepted)
