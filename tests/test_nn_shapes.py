"""Shapes live in the signatures of `cs25.nn`, and every call in these tests is held to them."""

import random

import pytest
import torch
from jaxtyping import Float, TypeCheckError, jaxtyped
from shapes import checked
from torch import Tensor

from cs25.nn.rotary import rotate, rotation


@pytest.mark.parametrize(
    "wrong", [torch.zeros(3), torch.zeros(2, 3, dtype=torch.int64)], ids=["axes", "type"]
)
def test_a_tensor_that_a_signature_does_not_take_is_refused(wrong):
    with pytest.raises(TypeCheckError, match=r"\*batch pos d_head"):
        rotate(wrong, rotation(2, 2))


def test_checking_draws_nothing_from_the_global_generator_and_hides_no_draw():
    @jaxtyped(typechecker=checked)
    def first(items: list[Float[Tensor, " d"]], draws: float) -> float:
        return random.random() if draws else 0

    items = [torch.zeros(2)] * 5
    before = random.getstate()
    first(items, 0)  # a whole number is a float
    assert random.getstate() == before
    first(items, 1.0)
    assert random.getstate() != before
