"""What `prompt-programs` finds in a model whose answers are known, and in the real one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pytest

from cs25 import Result
from cs25.errors import ParameterError
from cs25.lm import Completion, LanguageModel, Score
from cs25_intro import cs25_lecture
from cs25_intro.prompt_programs import few_shot as module
from cs25_intro.prompt_programs.effects import mean_over_tasks, slopes, tasks_gaining
from cs25_intro.prompt_programs.exam import examine
from cs25_intro.prompt_programs.figure import draw
from cs25_intro.prompt_programs.prompts import draw_words, programs_of, prompt
from cs25_intro.prompt_programs.tasks import TASKS, Task, entries

DEMO = next(demo for demo in cs25_lecture().demos if demo.id == "prompt-programs")


class Programmable:
    """A model that does what all examples of its prompt agree on, if there are enough of them.

    It answers with the last of the answers that are right, and echoes the question where it does
    not know what to do. A careless one looks only at what kind of answers there are, and not at
    whether they are right.
    """

    def __init__(self, least: int = 1, *, careless: bool = False) -> None:
        self.least, self.careless = least, careless
        self.tables = {task: {e.word: e.accepted for e in entries(task)} for task in TASKS.values()}

    def write(self, asked: str) -> str:
        *lines, question = asked.split("\n")
        word = question.removesuffix(" =>")
        examples = [text.split(" => ") for text in lines if " => " in text]
        told = [task for task in self.tables if task.instruction in lines]
        fits = told or [
            task
            for task, table in self.tables.items()
            if len(examples) >= self.least and all(self.fits(table, *pair) for pair in examples)
        ]
        answers = [self.tables[task][word][-1] for task in fits if word in self.tables[task]]
        return answers[0] if len(fits) == 1 and answers else word

    def fits(self, table: dict[str, tuple[str, ...]], word: str, answer: str) -> bool:
        right = table.get(word, ())
        return answer in (sum(table.values(), ()) if right and self.careless else right)

    def score(
        self, prompts: Sequence[str], continuations: Sequence[Sequence[str]]
    ) -> list[list[Score]]:
        return [
            [Score(0.0, 1, text == f" {self.write(asked)}\n") for text in texts]
            for asked, texts in zip(prompts, continuations, strict=True)
        ]

    def generate(self, prompts: Sequence[str], **_: object) -> list[list[Completion]]:
        return [[Completion(f" {self.write(asked)}", 1, 0.0, True)] for asked in prompts]


def run(monkeypatch: pytest.MonkeyPatch, network: Programmable, **options: object) -> Result:
    monkeypatch.setattr(module, "load", lambda name: network)
    return module.prompt_programs(**options)  # type: ignore[arg-type]


def values(result: Result) -> dict[str, float]:
    return {name: measure.value for name, measure in result.measures.items()}


def test_a_model_that_one_example_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, Programmable())
    assert values(result) == pytest.approx(
        {
            "slope": 0,  # the jump from no example to the first is left out
            "tasks_gaining": 8,
            "lead": 1,
            "accuracy_none": 0,
            "accuracy_most": 1,
            "gain": 1,
            "wrong_gain": 0,
            "swapped_gain": 0,
            "told_gain": 1,
        }
    )
    assert set(result.measures) == set(DEMO.measures)
    assert result.table("accuracy").column("own") == (0, 1, 1, 1, 1) * 8
    assert result.table("compared").column("told") == (1,) * 8
    assert result.table("compared").column("wrong") == (0,) * 8
    for row in result.table("written").rows:
        table = {entry.word: entry.accepted for entry in entries(TASKS[row[0]])}
        word, right, none, own, wrong_task, wrong = row[1:]
        assert right == table[word][0]
        assert none == word
        assert own == table[word][-1]
        of_wrong = {entry.word: entry.accepted[-1] for entry in entries(TASKS[wrong_task])}
        assert wrong == of_wrong.get(word, word)


def test_a_model_that_needs_four_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, Programmable(least=4), tasks=("plural", "past", "next"))
    assert result.table("accuracy").column("own") == (0, 0, 0, 1, 1) * 3
    # 0, 0, 1, 1 at 1, 2, 4, 8: sum of (k - 3.75) a is 4.5, of (k - 3.75)^2 28.75.
    assert values(result)["slope"] == pytest.approx(4.5 / 28.75)
    assert values(result)["tasks_gaining"] == 3


def test_a_careless_model_learns_as_much_from_swapped_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = values(run(monkeypatch, Programmable(careless=True)))
    assert found["gain"] == found["swapped_gain"] == found["lead"] == 1
    assert found["wrong_gain"] == 0


def test_without_a_program_there_is_nothing_to_gain(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, Programmable(), control="mixed")
    found = values(result)
    # One example of one other task is still a program of that task, and never of the own.
    assert found["slope"] == found["gain"] == found["lead"] == found["tasks_gaining"] == 0
    assert found["told_gain"] == 1


def test_two_tasks_or_more(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ParameterError, match="two different tasks"):
        run(monkeypatch, Programmable(), tasks=("plural", "plural"))


@pytest.mark.parametrize("shots", [(8,), (8, 8)])
def test_a_slope_needs_two_numbers_of_examples(
    monkeypatch: pytest.MonkeyPatch, shots: tuple[int, ...]
) -> None:
    with pytest.raises(ParameterError, match="two different numbers"):
        run(monkeypatch, Programmable(), shots=shots)


def test_slopes_are_those_of_numpy() -> None:
    shots = (0, 1, 2, 4, 8)
    accuracy = np.random.default_rng(0).random((5, len(shots)))
    assert slopes(shots, accuracy) == pytest.approx(np.polyfit(shots, accuracy.T, 1)[0])


def test_slopes_vanish_over_all_orders_of_the_shots() -> None:
    accuracy = np.array([[0.1, 0.4, 0.8, 0.9]])
    shuffled = [slopes((0, 1, 2, 4), accuracy[:, order]) for order in permutations(range(4))]
    assert np.mean(shuffled) == pytest.approx(0, abs=1e-12)


def test_an_interval_over_tasks_is_students() -> None:
    # t(0.975, 7) = 2.3646; values 0 to 7 have standard deviation sqrt(6).
    found = mean_over_tasks(np.arange(8) / 10)
    half = 2.3646 * np.sqrt(6) / np.sqrt(8) / 10
    assert (found.value, found.low, found.high) == pytest.approx(
        (0.35, 0.35 - half, 0.35 + half), abs=1e-4
    )
    clipped = mean_over_tasks(np.array([0.0, 1.0]), least=0)
    assert (clipped.low, clipped.high) == (0, 1)


def test_counting_tasks_that_gain() -> None:
    before = np.zeros((4, 40), dtype=bool)
    after = np.array([np.arange(40) < n for n in (0, 4, 20, 40)])
    found = tasks_gaining(after, before, least=0.1, seed=0)
    assert found.value == 3  # four of forty are ten points
    # That task falls below in about half of the resamples, the others never do.
    assert (found.low, found.high) == (2, 3)
    lost = tasks_gaining(before, after, least=0.1, seed=0)
    assert (lost.value, lost.low, lost.high) == (0, 0, 0)


def test_figure_states_the_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    good = run(monkeypatch, Programmable(least=4))
    control = run(monkeypatch, Programmable(), control="mixed")
    figure = draw([good, good], [control])
    title = figure.get_suptitle()
    assert "0 % right without an example" in title
    assert "100 % with 8 examples of the task, 0 % with 8 of another task" in title
    assert title.replace("\n", " ") in figure.get_label()
    assert "The model is SmolLM2-135M-Instruct." in figure.get_label()
    left, right = figure.axes
    lines = {line.get_label(): line for line in left.lines}
    assert list(lines["examples of the task"].get_ydata()) == [0, 0, 0, 1, 1]
    assert list(lines["control: of all others, mixed"].get_ydata()) == [0, 0, 0, 0, 0]
    ticks = [tick.get_text().split("\n") for tick in right.get_yticklabels()]
    assert {task for task, _ in ticks} == set(TASKS)
    other = run(monkeypatch, Programmable(), shots=(1, 2), model="HuggingFaceTB/SmolLM2-360M")
    label = draw([other], []).get_label()
    assert "The model is SmolLM2-360M." in label
    assert "Control" not in label


def test_an_exam_marks_what_the_real_model_writes(smollm2: LanguageModel) -> None:
    tasks: list[Task] = [TASKS["plural"], TASKS["next"]]
    words = [draw_words(task, examples=4, questions=4, seed=0) for task in tasks]
    programs = programs_of(words, no_program=False, seed=0)
    answers = examine(smollm2, tasks, words, programs, shots=(4,))
    prompts = [
        prompt(examples, entry.word)
        for drawn, kinds in zip(words, programs, strict=True)
        for examples in (kinds.own, kinds.wrong)
        for entry in drawn.asked
    ]
    completions = smollm2.generate(prompts, temperature=0, max_tokens=8, stop=["\n"])
    written = iter([c.text.strip() if c.finished else None for (c,) in completions])
    for t, drawn in enumerate(words):
        for right in (answers.own[t, 1], answers.wrong[t]):
            assert [next(written) in entry.accepted for entry in drawn.asked] == right.tolist()
    assert answers.own[:, 1].any()
    assert not answers.wrong.any()
