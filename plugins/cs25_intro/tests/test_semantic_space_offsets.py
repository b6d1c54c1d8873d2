"""Offsets, planes and analogies of `semantic-space`, against brute force and closed forms."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from cs25_intro.semantic_space.analogy import best_words, solve_all
from cs25_intro.semantic_space.offsets import alikeness, parallelism
from cs25_intro.semantic_space.plane import chance_share, plane_of
from cs25_intro.semantic_space.space import centred


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def mean_cosine(first: np.ndarray, second: np.ndarray) -> float:
    steps = second - first
    n = len(steps)
    return float(
        np.mean([cosine(steps[i], steps[j]) for i, j in product(range(n), repeat=2) if i != j])
    )


def test_shuffled_offsets_are_the_mean_over_all_permutations() -> None:
    draw = np.random.default_rng(0)
    first, second = draw.normal(size=(2, 5, 3))
    second += [1, 0, 0]
    found = parallelism(first, second)
    assert found.own == pytest.approx(mean_cosine(first, second))
    dealt = [mean_cosine(first, second[list(order)]) for order in permutations(range(5))]
    assert found.shuffled == pytest.approx(np.mean(dealt))
    assert found.excess == found.own - found.shuffled


def test_parallelograms_have_parallel_offsets() -> None:
    first = np.random.default_rng(0).normal(size=(10, 50))
    found = parallelism(first, first + 0.3)
    assert found.own == pytest.approx(1)
    assert found.shuffled < 0.5


def test_two_clouds_have_alike_offsets_whoever_is_paired() -> None:
    # Offsets are e + x with x of variance 2 in each of d dimensions: the cosine of two of them is
    # near |e|^2 / (|e|^2 + 2 d), whatever the pairs.
    draw = np.random.default_rng(1)
    d, step = 400, 20.0
    first, second = draw.normal(size=(2, 40, d))
    second[:, 0] += step
    found = parallelism(first, second)
    expected = step**2 / (step**2 + 2 * d)
    assert found.own == pytest.approx(expected, abs=0.02)
    assert found.excess == pytest.approx(0, abs=0.02)


def test_alikeness_averages_to_the_parallelism() -> None:
    first, second = np.random.default_rng(2).normal(size=(2, 6, 4))
    assert alikeness(first, second).mean() == pytest.approx(parallelism(first, second).own)
    opposed = alikeness(np.zeros((3, 2)), np.array([[1.0, 0], [2, 0], [-1, 0]]))
    assert opposed == pytest.approx([0, 0, -1])


def test_a_plane_holds_the_two_largest_variances() -> None:
    draw = np.random.default_rng(0)
    points = draw.normal(size=(200, 5)) * [5, 1, 3, 1, 1] + 7
    plane = plane_of(points)
    variances = np.linalg.eigvalsh(np.cov(points.T))
    assert plane.share == pytest.approx(variances[-2:].sum() / variances.sum())
    projected = plane.project(points)
    assert projected.mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert np.cov(projected.T) == pytest.approx(np.diag(variances[:-3:-1]), abs=1e-10)
    assert plane.kept(plane.axes[1] * 4) == pytest.approx(1)


def test_what_a_plane_keeps_of_a_step_across_it() -> None:
    flat = np.array([[1.0, 0, 0], [-1, 0, 0], [0, 0.5, 0], [0, -0.5, 0]])
    assert plane_of(flat).kept(np.array([3.0, 0, 4])) == pytest.approx(9 / 25)


def test_random_points_have_the_share_of_random_points() -> None:
    # n points as far from each other as can be: n - 1 equal variances.
    corners = np.eye(12)
    draw = np.random.default_rng(0)
    assert chance_share(corners, 12, subsets=2, draw=draw) == pytest.approx(2 / 11)
    assert chance_share(corners, 5, subsets=3, draw=draw) == pytest.approx(2 / 4)


def test_analogies_are_answered_as_by_looking_at_every_word() -> None:
    draw = np.random.default_rng(0)
    first = draw.normal(size=(6, 4))
    second = first + [0.8, 0, 0, 0] + 0.2 * draw.normal(size=(6, 4))
    vectors = centred(np.concatenate([first, second, draw.normal(size=(30, 4))]))
    a_rows, b_rows = np.arange(6), np.arange(6, 12)
    found = solve_all(vectors, a_rows, b_rows)
    right = np.zeros(5)
    for i, j in permutations(range(6), 2):
        a, b, c, d = i, i + 6, j, j + 6

        def nearest(query: np.ndarray, without: tuple[int, ...]) -> int:
            likes = {
                row: cosine(vector, query)
                for row, vector in enumerate(vectors)
                if row not in without
            }
            return max(likes, key=lambda row: likes[row])

        query, given = vectors[c] + vectors[b] - vectors[a], (a, b, c)
        right += [
            nearest(query, ()) == d,
            nearest(query, ()) == c,
            nearest(query, given) == d,
            nearest(vectors[c], given) == d,
            nearest(vectors[c] + vectors[b], given) == d,
        ]
        top = best_words(vectors, (a, b, c), 3, exclude=True)
        assert top[0][0] == nearest(query, given)
        assert top[0][1] == pytest.approx(cosine(vectors[top[0][0]], query))
        assert best_words(vectors, (a, b, c), 1, exclude=False)[0][0] == nearest(query, ())
    assert list(found) == pytest.approx(right / 30)
    assert 0 < found.solved < 1
    assert found.nearest != found.plus


def test_best_words_come_in_order_and_leave_out_the_question() -> None:
    vectors = centred(np.random.default_rng(1).normal(size=(20, 3)))
    everyone = best_words(vectors, (0, 1, 2), 20, exclude=False)
    assert [value for _, value in everyone] == sorted((v for _, v in everyone), reverse=True)
    others = best_words(vectors, (0, 1, 2), 17, exclude=True)
    assert others == [pair for pair in everyone if pair[0] not in (0, 1, 2)]
