"""What the two tasks ask, against a brute force that reads the prompts one by one."""

from __future__ import annotations

import pytest
import torch

from cs25.nn import IGNORE
from cs25_intro.long_range.tasks import (
    CHANCE,
    D_VOCAB,
    N_KEYS,
    N_SYMBOLS,
    N_VALUES,
    TASKS,
    Task,
    ask,
    batches,
    n_answers,
    n_pos,
)


def draw(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("distance", [2, 8, 32])
def test_every_copied_symbol_lies_the_distance_back(distance: int) -> None:
    prompts, answers = ask("copying", distance, prompts=50, draw=draw())
    assert prompts.shape == (50, 2 * distance)
    for i in range(distance):
        due_at = distance + i
        assert (answers[:, i] == prompts[:, due_at - distance]).all()
    assert (prompts[:, distance:] == N_SYMBOLS).all()  # nothing but the blank asks


@pytest.mark.parametrize("distance", [2, 8, 32])
def test_a_recalled_value_is_the_one_after_its_key(distance: int) -> None:
    prompts, answers = ask("recall", distance, prompts=50, draw=draw())
    assert prompts.shape == (50, distance + distance // 2)
    for prompt, due in zip(prompts.tolist(), answers.tolist(), strict=True):
        value_of = dict(zip(prompt[0:distance:2], prompt[1:distance:2], strict=True))
        assert len(value_of) == distance // 2  # no key twice
        assert sorted(prompt[distance:]) == sorted(value_of)  # each is asked for once
        assert [value_of[key] for key in prompt[distance:]] == due
        assert all(N_SYMBOLS <= key < D_VOCAB for key in value_of)
        assert all(0 <= value < N_VALUES for value in due)


def test_keys_are_asked_for_in_any_order() -> None:
    prompts, _ = ask("recall", 4, prompts=4000, draw=draw())
    first_first = (prompts[:, 4] == prompts[:, 0]).double().mean()
    assert first_first == pytest.approx(0.5, abs=0.04)  # five standard errors of 4000 coins


@pytest.mark.parametrize("task", TASKS)
def test_answers_are_even_and_other_answers_do_not_tell_them(task: Task) -> None:
    _, answers = ask(task, 4, prompts=20_000, draw=draw())
    n_choices = {"copying": 8, "recall": 4}[task]
    assert CHANCE[task] == 1 / n_choices
    counts = torch.bincount(answers.flatten()) / answers.numel()
    assert counts.tolist() == pytest.approx([1 / n_choices] * n_choices, abs=0.01)
    same = (answers[:, 0] == answers[:, 1]).double().mean()
    assert same == pytest.approx(1 / n_choices, abs=0.016)  # five standard errors


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("distance", [4, 2 * N_KEYS])
def test_a_batch_has_about_the_tokens_asked_for_and_learns_from_answers_only(
    task: Task, distance: int
) -> None:
    prompts, targets = next(batches(task, distance, tokens=1024, seed=3))
    assert prompts.shape == targets.shape == (1024 // n_pos(task, distance), prompts.shape[1])
    assert 1024 - prompts.shape[1] < prompts.numel() <= 1024
    asked, answers = ask(task, distance, prompts=len(prompts), draw=draw(3))
    due = n_answers(task, distance)
    assert (prompts == asked).all()
    assert (targets[:, -due:] == answers).all()
    assert (targets[:, :-due] == IGNORE).all()


def test_a_batch_has_two_prompts_even_where_one_is_too_long() -> None:
    prompts, _ = next(batches("copying", 32, tokens=64, seed=0))
    assert len(prompts) == 2


@pytest.mark.parametrize("task", TASKS)
def test_shuffled_answers_are_those_of_the_prompt_before(task: Task) -> None:
    true = batches(task, 8, tokens=512, seed=1)
    shuffled = batches(task, 8, tokens=512, seed=1, shuffled=True)
    for _ in range(2):
        (prompts, targets), (same_prompts, others) = next(true), next(shuffled)
        assert (prompts == same_prompts).all()
        assert (others == targets.roll(1, dims=0)).all()
        assert (others != targets).any()
