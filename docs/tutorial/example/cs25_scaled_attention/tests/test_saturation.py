import doctest
import sys

import numpy as np
import pytest

from cs25_scaled_attention.saturation import largest_weight, saturation


def test_two_keys_share_the_weight_as_the_logistic_function_says():
    # softmax((1, 0)) = (e / (e + 1), 1 / (e + 1))
    assert largest_weight(np.array([[1.0, 0.0]])) == pytest.approx(np.e / (np.e + 1))


def test_equal_keys_share_the_weight_equally():
    measures = saturation(n_keys=8, queries=10, control="equal").measures
    assert measures["plain"].value == pytest.approx(1 / 8)
    assert measures["scaled"].value == pytest.approx(1 / 8)


def test_the_same_seed_gives_the_same_numbers():
    assert saturation(queries=10, seed=3) == saturation(queries=10, seed=3)


def test_the_doctests_are_true():
    assert doctest.testmod(sys.modules[largest_weight.__module__]) == (0, 1)
