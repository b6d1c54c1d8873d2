"""Choosing one answer of several, by hand and against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from cs25_alignment.verify_or_generate.selection import area_under_curve, best_of, majority


def test_a_majority_by_hand() -> None:
    answers = np.array(
        [
            [[1, 2], [1, 2], [1, 3], [3, 3]],  # two of four
            [[1, 2], [1, 3], [2, 2], [3, 3]],  # all differ: any of the four
            [[1, 2], [3, 3], [1, 2], [3, 3]],  # two and two
            [[0, 0], [0, 0], [0, 0], [5, 5]],  # wrong, but most often
        ]
    )
    right = np.array(
        [
            [True, True, False, False],
            [True, True, False, True],
            [True, False, True, False],
            [False, False, False, True],
        ]
    )
    assert majority(answers, right).tolist() == [1.0, 0.75, 0.5, 0.0]


def test_the_best_by_hand() -> None:
    scores = np.array([[0.0, -1.0, -2.0], [-5.0, -1.0, -2.0], [-1.0, -1.0, -3.0]])
    right = np.array([[True, False, False], [True, False, True], [False, True, True]])
    assert best_of(scores, right).tolist() == [1.0, 0.0, 0.5]


def test_a_perfect_score_chooses_a_right_answer_wherever_there_is_one() -> None:
    right = np.random.default_rng(0).random((200, 8)) < 0.1
    assert (best_of(right.astype(float), right) == right.any(axis=1)).all()
    # and a score that knows nothing is as good as one sample, on average
    same = np.zeros(right.shape)
    assert best_of(same, right) == pytest.approx(right.mean(axis=1))


@pytest.mark.parametrize("decimals", [0, 1, 6])
def test_area_under_the_curve_agrees_with_scikit_learn(decimals: int) -> None:
    draw = np.random.default_rng(1)
    positive = draw.normal(0.8, 1, 70).round(decimals)
    negative = draw.normal(0, 1, 90).round(decimals)
    labels = np.repeat([1, 0], [70, 90])
    expected = roc_auc_score(labels, np.concatenate((positive, negative)))
    assert area_under_curve(positive, negative) == pytest.approx(expected)
