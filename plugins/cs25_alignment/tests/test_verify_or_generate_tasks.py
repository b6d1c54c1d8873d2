"""Checkers, near misses, and that no problem held out is learned from."""

from itertools import product

import networkx as nx
import numpy as np
import pytest

from cs25 import ParameterError
from cs25_alignment.verify_or_generate.colouring import Colouring
from cs25_alignment.verify_or_generate.examples import draw_held_out, draw_lessons, draw_verdicts
from cs25_alignment.verify_or_generate.subset_sum import SubsetSum
from cs25_alignment.verify_or_generate.sudoku import Sudoku, grids, n_solutions
from cs25_alignment.verify_or_generate.task import (
    Answers,
    CertificateTask,
    Problems,
    accepts,
    near_misses,
)

TASKS = [SubsetSum(5), SubsetSum(1), Sudoku(9), Sudoku(12), Colouring(6, 9), Colouring(5, 8)]


def random_answers(
    task: CertificateTask, n: int, draw: np.random.Generator
) -> tuple[Problems, Answers]:
    """Return right answers of which some tokens were drawn anew from the whole vocabulary."""
    problems, answers = task.draw(n, draw)
    anew = draw.integers(task.d_vocab, size=answers.shape)
    return problems, np.where(draw.random(answers.shape) < 0.15, anew, answers)


def sum_is_right(problem: list[int], answer: list[int], largest: int) -> bool:
    """Look for the answer among all subsets."""
    target, *numbers = problem
    subsets = product(*((0, number) for number in numbers))
    return any(list(s) == answer and sum(s) == target - largest - 1 for s in subsets)


def sudoku_is_right(problem: list[int], answer: list[int]) -> bool:
    if any(given not in (0, digit) for given, digit in zip(problem, answer, strict=True)):
        return False
    grid = np.reshape(answer, (4, 4))
    units = [*grid, *grid.T, *(grid[i : i + 2, j : j + 2].ravel() for i in (0, 2) for j in (0, 2))]
    return all(sorted(unit.tolist()) == [1, 2, 3, 4] for unit in units)


def colouring_is_right(problem: list[int], answer: list[int]) -> bool:
    pairs = [(i, j) for i in range(len(answer)) for j in range(i + 1, len(answer))]
    colours_differ = all(answer[pairs[e - 3][0]] != answer[pairs[e - 3][1]] for e in problem)
    return max(answer) < 3 and colours_differ


def brute_force(task: CertificateTask, problem: list[int], answer: list[int]) -> bool:
    if isinstance(task, SubsetSum):
        return sum_is_right(problem, answer, task.largest)
    return (sudoku_is_right if isinstance(task, Sudoku) else colouring_is_right)(problem, answer)


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_checkers_agree_with_brute_force(task: CertificateTask) -> None:
    problems, answers = random_answers(task, 300, np.random.default_rng(0))
    expected = [
        brute_force(task, *row) for row in zip(problems.tolist(), answers.tolist(), strict=True)
    ]
    assert accepts(task, problems, answers).tolist() == expected
    assert 0 < sum(expected) < len(expected)


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_tokens_fit_and_answers_are_right(task: CertificateTask) -> None:
    problems, answers = task.draw(200, np.random.default_rng(1))
    assert problems.shape == (200, task.n_problem)
    assert answers.shape == (200, task.n_answer)
    for tokens in (problems, answers):
        assert tokens.min() >= 0
        assert tokens.max() < task.d_vocab
    assert accepts(task, problems, answers).all()


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_a_near_miss_is_wrong_and_one_change_away(task: CertificateTask) -> None:
    draw = np.random.default_rng(2)
    problems, answers = task.draw(400, draw)
    before = problems.copy(), answers.copy()
    near_problems, near_answers = near_misses(task, problems, answers, draw)
    assert (problems == before[0]).all()
    assert (answers == before[1]).all()
    assert not accepts(task, near_problems, near_answers).any()
    in_answer = (answers != near_answers).sum(axis=1)
    # Edges are sorted, so one that moved shifts others: sets are compared.
    in_problem = np.array(
        [
            len({*new} - {*old}) if isinstance(task, Colouring) else sum(map(int.__ne__, old, new))
            for old, new in zip(problems.tolist(), near_problems.tolist(), strict=True)
        ]
    )
    assert (in_answer + in_problem == 1).all()
    # Both kinds of change are there.
    assert 0 < in_answer.sum() < len(in_answer)


def test_a_fault_is_the_token_that_breaks_a_rule() -> None:
    sums = SubsetSum(4, largest=20)
    problem = np.array([[21 + 12, 5, 7, 9, 2]])
    for answer, faults in (
        ([5, 7, 0, 0], [0, 0, 0, 0]),
        ([5, 7, 9, 0], [0, 0, 1, 1]),  # above the target from the third on, and in the end
        ([5, 0, 0, 2], [0, 0, 0, 1]),  # below
        ([5, 6, 0, 0], [0, 1, 0, 1]),  # 6 is not on offer
    ):
        assert sums.faults(problem, np.array([answer])).astype(int).tolist() == [faults]
    path = Colouring(4, 3)  # pairs are 01 02 03 12 13 23, from token 3 on
    problem = np.array([[3, 6, 8]])  # 0-1, 1-2, 2-3
    assert path.faults(problem, np.array([[0, 1, 1, 2]])).tolist() == [[False, False, True, False]]
    grid = grids()[:1]
    worse = grid.copy()
    worse[0, 15] = grid[0, 14]
    blank = np.zeros_like(grid)
    assert Sudoku(12).faults(blank, worse).nonzero()[1].tolist() == [15]
    blank[0, 3] = grid[0, 3] % 4 + 1
    assert Sudoku(12).faults(blank, grid).nonzero()[1].tolist() == [3]


def test_there_are_288_grids() -> None:
    # known: 4! * 2 * 2 * 3 = 288 sudoku grids of four by four
    full = grids()
    assert len(np.unique(full, axis=0)) == len(full) == 288
    assert all(sudoku_is_right([0] * 16, grid) for grid in full.tolist())


def test_sudokus_have_one_solution() -> None:
    problems, _ = Sudoku(12).draw(50, np.random.default_rng(3))
    assert ((problems == 0).sum(axis=1) == 12).all()
    assert n_solutions(problems).tolist() == [1] * 50
    for problem in problems[:5].tolist():
        fits = [g for g in grids().tolist() if sudoku_is_right(problem, g)]
        assert len(fits) == 1
    assert n_solutions(np.zeros((1, 16), np.int64)).tolist() == [288]


@pytest.mark.parametrize(
    ("graph", "expected"),
    # the chromatic polynomial at 3: a tree of n vertices 3 * 2^(n-1), a cycle 2^n + 2 (-1)^n,
    # the complete graph of four 0, and of three 3!
    [
        (nx.path_graph(5), 48),
        (nx.cycle_graph(5), 30),
        (nx.cycle_graph(6), 66),
        (nx.complete_graph(4), 0),
        (nx.complete_graph(3), 6),
    ],
)
def test_the_checker_counts_three_colourings(graph: nx.Graph, expected: int) -> None:
    n = len(graph)
    task = Colouring(n, graph.number_of_edges())
    number = {pair: i + 3 for i, pair in enumerate(zip(*np.triu_indices(n, 1), strict=True))}
    problem = sorted(number[min(edge), max(edge)] for edge in graph.edges)
    answers = np.array(list(product(range(3), repeat=n)))
    assert accepts(task, np.tile(problem, (len(answers), 1)), answers).sum() == expected


def test_a_colouring_problem_is_a_graph() -> None:
    task = Colouring(6, 9)
    problems, _ = task.draw(100, np.random.default_rng(4))
    assert all(len({*edges}) == 9 and sorted(edges) == edges for edges in problems.tolist())


def test_every_subset_is_drawn() -> None:
    problems, answers = SubsetSum(2, largest=2).draw(400, np.random.default_rng(5))
    assert {tuple(row) for row in problems[:, 1:].tolist()} == {*product((1, 2), repeat=2)}
    taken = {tuple(row) for row in (answers > 0).tolist()}
    assert taken == {*product((False, True), repeat=2)}


@pytest.mark.parametrize("task", [SubsetSum(3, largest=4), Sudoku(3), Colouring(5, 5)], ids=str)
def test_no_problem_held_out_is_learned_from(task: CertificateTask) -> None:
    draw = np.random.default_rng(6)
    held_out = draw_held_out(task, 60, draw)
    assert len(np.unique(held_out.problems, axis=0)) == 60
    tested = {tuple(row) for p in (held_out.problems, held_out.near_problems) for row in p.tolist()}
    lessons, _ = draw_lessons(task, 2000, draw, held_out=held_out)
    verdicts, _, _ = draw_verdicts(task, 2000, draw, held_out=held_out, shuffled=False)
    for problems in (lessons, verdicts):
        assert tested.isdisjoint(tuple(row) for row in problems.tolist())


def test_half_of_what_a_verifier_learns_from_is_right() -> None:
    task, draw = Sudoku(8), np.random.default_rng(7)
    held_out = draw_held_out(task, 50, draw)
    problems, answers, faults = draw_verdicts(task, 1000, draw, held_out=held_out, shuffled=False)
    assert (~faults.any(axis=1)).tolist() == [True, False] * 500
    assert (task.faults(problems, answers) == faults).all()
    problems, answers, other = draw_verdicts(task, 1000, draw, held_out=held_out, shuffled=True)
    truth = task.faults(problems, answers)
    assert sorted(other.tolist()) == sorted(truth.tolist())
    agree = (other.any(axis=1) == truth.any(axis=1)).mean()
    assert 0.4 < agree < 0.6  # a coin: 0.5 +- 0.016


def test_more_problems_than_there_are() -> None:
    with pytest.raises(ParameterError, match="problems"):
        draw_held_out(SubsetSum(1, largest=3), 50, np.random.default_rng(8))
