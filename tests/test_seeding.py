"""Seeding: the same numbers inside, nothing changed outside, whatever happens in between."""

import random
import subprocess
import sys

import numpy as np
import pytest

from cs25 import seeded

torch = pytest.importorskip("torch")


def draw() -> tuple[float, float, float]:
    return random.random(), float(np.random.random()), float(torch.rand(()))


def states() -> tuple[object, ...]:
    kind, keys, *rest = np.random.get_state()
    return random.getstate(), kind, keys.tolist(), *rest, torch.get_rng_state().tolist()


def test_one_seed_gives_the_same_numbers_and_another_gives_others():
    with seeded(7):
        first = draw()
    with seeded(7):
        assert draw() == first
    with seeded(8):
        assert not set(draw()) & set(first)


def test_the_numbers_are_those_of_the_generators_own_seeds():
    with seeded(3):
        inside = draw()
    generator = torch.Generator().manual_seed(3)
    assert inside == (
        random.Random(3).random(),
        np.random.RandomState(3).random_sample(),
        float(torch.rand((), generator=generator)),
    )


def test_all_three_generators_are_as_they_were():
    before = states()
    with seeded(0):
        draw()
    assert states() == before


def test_they_are_as_they_were_after_an_error_too():
    before = states()
    with pytest.raises(ZeroDivisionError), seeded(0):
        _ = draw()[0] / 0
    assert states() == before


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_out_of_range_is_refused_and_changes_nothing(seed):
    before = states()
    with pytest.raises(ValueError, match="Seed must be between"), seeded(seed):
        pass
    assert states() == before


def test_an_inner_block_does_not_disturb_the_outer_one():
    with seeded(1):
        plain = [draw(), draw()]
    with seeded(1):
        nested = [draw()]
        with seeded(2):
            draw()
        nested.append(draw())
    assert nested == plain


def test_torch_is_not_imported_for_a_demo_that_does_without():
    code = "import sys, cs25\nwith cs25.seeded(0): pass\nassert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
