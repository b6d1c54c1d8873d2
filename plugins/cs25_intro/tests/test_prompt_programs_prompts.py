"""What stands in the prompts of `prompt-programs`."""

from __future__ import annotations

import pytest

from cs25_intro.prompt_programs import prompts as module
from cs25_intro.prompt_programs.prompts import draw_words, line, programs_of, prompt
from cs25_intro.prompt_programs.tasks import TASKS, entries


def draws(examples: int = 8, questions: int = 40, seed: int = 0) -> list:  # type: ignore[type-arg]
    return [
        draw_words(task, examples=examples, questions=questions, seed=seed)
        for task in TASKS.values()
    ]


def test_a_prompt_is_examples_line_by_line_and_then_the_question() -> None:
    shown = [("dog", "chien"), ("tree", "arbre")]
    assert prompt(shown, "house") + line("maison") == (
        "dog => chien\ntree => arbre\nhouse => maison\n"
    )
    assert prompt([], "house", instruction="Say it.") == "Say it.\nhouse =>"


@pytest.mark.parametrize(("examples", "questions"), [(8, 40), (16, 50), (1, 2)])
def test_what_is_asked_is_shown_in_no_task_and_neither_is_a_right_answer(
    examples: int, questions: int
) -> None:
    for seed in range(100):
        drawn = draws(examples=examples, questions=questions, seed=seed)
        programs = programs_of(drawn, no_program=False, seed=seed)
        shown = {
            text
            for program in programs
            for kind in (program.own, program.wrong, program.swapped)
            for example in kind
            for text in example
        }
        asked = {entry.word for draw in drawn for entry in draw.asked}
        answers = {
            text
            for name, draw in zip(TASKS, drawn, strict=True)
            if name != "letter"  # 17 shown nouns begin with most of the letters there are
            for entry in draw.asked
            for text in entry.accepted
        }
        assert not shown & asked
        assert not shown & answers


def test_letters_alone_repeat() -> None:
    assert [name for name, task in TASKS.items() if task.repeats] == ["letter"]


def test_every_word_is_shown_for_some_seed_and_asked_for_another() -> None:
    for task in TASKS.values():
        drawn = [draw_words(task, examples=8, questions=40, seed=seed) for seed in range(100)]
        words = {entry.word for entry in entries(task)}
        assert {word for draw in drawn for word, _ in draw.examples} == words
        assert {entry.word for draw in drawn for entry in draw.asked} == words


def test_tasks_on_the_same_words_get_the_same_words() -> None:
    by_name = dict(zip(TASKS, draws(), strict=True))
    for part in ("shown", "asked"):
        plural, french, letter, opposite = (
            [entry.word for entry in getattr(by_name[name], part)]
            for name in ("plural", "french", "letter", "opposite")
        )
        assert plural == french == letter != opposite
    assert len(by_name["plural"].asked) == 40
    assert len(by_name["plural"].examples) == 8


def test_fewer_examples_and_questions_are_the_first_of_more() -> None:
    for few, many in zip(draws(examples=2, questions=10), draws(examples=8), strict=True):
        assert few.examples == many.examples[:2]
        assert few.asked == many.asked[:10]


def test_seeds_draw_other_words() -> None:
    assert draws(seed=0) == draws(seed=0)
    assert all(a.asked != b.asked for a, b in zip(draws(seed=0), draws(seed=1), strict=True))


def test_more_than_is_ever_drawn_is_an_error() -> None:
    with pytest.raises(ValueError, match="task past: 17 examples and 50 questions, expected 16"):
        draw_words(TASKS["past"], examples=17, questions=50, seed=0)
    with pytest.raises(ValueError, match="task past: 1 examples and 51 questions, expected 16"):
        draw_words(TASKS["past"], examples=1, questions=51, seed=0)


def test_a_table_that_is_too_short_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of 60 numbers 50 are asked: the other ten show at most nine that ask no neighbour of theirs.
    monkeypatch.setattr(module, "entries", lambda task: entries(task)[:60])
    with pytest.raises(ValueError, match=r"task next: its 60 words allow \d .*numbers.tsv"):
        draw_words(TASKS["next"], examples=2, questions=2, seed=0)


def test_each_task_is_the_wrong_one_of_one_other() -> None:
    orders = set()
    for seed in range(20):
        drawn = draws(seed=seed)
        programs = programs_of(drawn, no_program=False, seed=seed)
        wrong = [program.wrong_task for program in programs]
        assert sorted(wrong) == list(range(8))
        assert all(t != other for t, other in enumerate(wrong))
        for draw, program in zip(drawn, programs, strict=True):
            assert program.own == draw.examples
            assert program.wrong == drawn[program.wrong_task].examples
        orders.add(tuple(wrong))
    assert len(orders) > 15


@pytest.mark.parametrize("seed", range(50))
def test_swapped_examples_have_the_words_of_the_task_and_the_answers_of_others(seed: int) -> None:
    drawn = draws(examples=16, seed=seed)
    for task, program in zip(
        TASKS.values(), programs_of(drawn, no_program=False, seed=seed), strict=True
    ):
        table = {entry.word: entry.accepted for entry in entries(task)}
        words, found = zip(*program.swapped, strict=True)
        assert words == tuple(word for word, _ in program.own)
        assert set(found) <= {entry.answer for entry in entries(task)}
        if task.name != "letter":  # two nouns may begin with the same one
            assert not any(answer in table[word] for word, answer in program.swapped)


def test_mixed_examples_are_of_all_other_tasks_and_never_of_the_own() -> None:
    drawn = draws()
    truths = [{(entry.word, entry.answer) for entry in entries(task)} for task in TASKS.values()]
    for t, program in enumerate(programs_of(drawn, no_program=True, seed=0)):
        of = [[i for i, truth in enumerate(truths) if pair in truth] for pair in program.own]
        assert all(len(tasks) == 1 for tasks in of)
        assert {tasks[0] for tasks in of} == set(range(8)) - {t}
        assert len(program.own) == 8
