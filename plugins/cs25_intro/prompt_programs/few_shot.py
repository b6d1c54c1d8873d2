"""Prompts as programs: one set of weights does eight tasks, as the examples show them.

Source: Brown et al. 2020 (arXiv 2005.14165), sections 1 and 2: tasks are specified by examples in
the prompt, and no weight changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, get_args

from annotated_types import Interval, MinLen

from cs25 import Measure, Result, Table
from cs25.errors import ParameterError
from cs25.lm import LanguageModel, load
from cs25.lm.supply.catalogue import hub_source, model_source
from cs25_intro.prompt_programs.effects import mean_over_tasks, slopes, tasks_gaining
from cs25_intro.prompt_programs.exam import Answers, examine
from cs25_intro.prompt_programs.prompts import (
    MOST_EXAMPLES,
    MOST_QUESTIONS,
    Draw,
    Programs,
    draw_words,
    programs_of,
    prompt,
)
from cs25_intro.prompt_programs.tasks import TASKS, Task, TaskName

__all__ = ["prompt_programs"]

#: A task has gained if it gained this share of its questions.
GAINED = 0.1

#: An answer that is not over after so many tokens is cut off where answers are shown.
SHOWN_TOKENS = 8


def prompt_programs(
    *,
    tasks: Annotated[tuple[TaskName, ...], MinLen(2)] = get_args(TaskName),
    shots: Annotated[tuple[Annotated[int, Interval(ge=1, le=MOST_EXAMPLES)], ...], MinLen(2)] = (
        1,
        2,
        4,
        8,
    ),
    questions: Annotated[int, Interval(ge=2, le=MOST_QUESTIONS)] = 40,
    model: str = "smollm2-135m",
    control: Literal["none", "mixed"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Ask one model the questions of several tasks, with examples in the prompt and without.

    Args:
        tasks: which ones; each named once.
        shots: numbers of examples in the prompt, two or more; none at all is always tried, too.
        questions: questions of each task.
        model: a short name, a Hugging Face id, or a folder.
        control: "mixed" takes the examples from all the other tasks in turn.
        seed: draws which words are shown and which are asked, and which task is the wrong one.
    """
    chosen = [TASKS[name] for name in dict.fromkeys(tasks)]
    if len(chosen) < 2:
        raise ParameterError(parameter="tasks", found=tasks, expected="two different tasks or more")
    counts = tuple(sorted(set(shots)))
    if len(counts) < 2:
        raise ParameterError(
            parameter="shots", found=shots, expected="two different numbers or more"
        )
    draws = [
        draw_words(task, examples=counts[-1], questions=questions, seed=seed) for task in chosen
    ]
    programs = programs_of(draws, no_program=control == "mixed", seed=seed)
    network = load(model)
    answers = examine(network, chosen, draws, programs, shots=counts)
    return Result(
        _measures(answers, seed=seed),
        tables=(
            _accuracy(chosen, answers),
            _compared(chosen, programs, answers),
            _written(network, chosen, draws, programs),
        ),
        text=f"The model is {_known_as(model)}.",
    )


def _known_as(model: str) -> str:
    """Return the name under which the hub has a model, without its owner; as it is if it has none.

    >>> _known_as("smollm2-135m")
    'SmolLM2-135M-Instruct'
    """
    source = model_source(model) or hub_source(model)
    return model if source is None else source.hub.rpartition("/")[2]


def _measures(answers: Answers, *, seed: int) -> dict[str, Measure]:
    own = answers.own.mean(axis=2)
    none, most = own[:, 0], own[:, -1]
    wrong, swapped, told = (
        right.mean(axis=1) for right in (answers.wrong, answers.swapped, answers.told)
    )
    return {
        "slope": mean_over_tasks(slopes(answers.shots[1:], own[:, 1:]), "share per example"),
        "tasks_gaining": tasks_gaining(
            answers.own[:, -1], answers.own[:, 0], least=GAINED, seed=seed
        ),
        "lead": mean_over_tasks(most - wrong),
        "accuracy_none": mean_over_tasks(none, least=0),
        "accuracy_most": mean_over_tasks(most, least=0),
        "gain": mean_over_tasks(most - none),
        "wrong_gain": mean_over_tasks(wrong - none),
        "swapped_gain": mean_over_tasks(swapped - none),
        "told_gain": mean_over_tasks(told - none),
    }


def _accuracy(tasks: Sequence[Task], answers: Answers) -> Table:
    rows = tuple(
        (task.name, n, answers.own[t, i].mean())
        for t, task in enumerate(tasks)
        for i, n in enumerate(answers.shots)
    )
    return Table("accuracy", ("task", "examples", "own"), rows)


def _compared(tasks: Sequence[Task], programs: Sequence[Programs], answers: Answers) -> Table:
    """Return what stands beside the task's own examples, and which task was the wrong one."""
    rows = tuple(
        (
            task.name, answers.told[t].mean(), answers.own[t, -1].mean(),
            answers.swapped[t].mean(), answers.wrong[t].mean(), tasks[kinds.wrong_task].name,
        )
        for t, (task, kinds) in enumerate(zip(tasks, programs, strict=True))
    )  # fmt: skip
    return Table("compared", ("task", "told", "own", "swapped", "wrong", "wrong_task"), rows)


def _written(
    model: LanguageModel,
    tasks: Sequence[Task],
    draws: Sequence[Draw],
    programs: Sequence[Programs],
) -> Table:
    """Let the model write its answers to one question of each task."""
    prompts = [
        prompt(examples, draw.asked[0].word)
        for draw, kinds in zip(draws, programs, strict=True)
        for examples in ((), kinds.own, kinds.wrong)
    ]
    completions = model.generate(prompts, temperature=0, max_tokens=SHOWN_TOKENS, stop=["\n"])
    texts = iter([completion.text.strip() for (completion,) in completions])
    rows = tuple(
        (
            task.name, draw.asked[0].word, draw.asked[0].answer, next(texts), next(texts),
            tasks[kinds.wrong_task].name, next(texts),
        )
        for task, draw, kinds in zip(tasks, draws, programs, strict=True)
    )  # fmt: skip
    columns = ("task", "word", "right", "none", "own", "wrong_task", "wrong")
    return Table("written", columns, rows)
