"""A fleet of processes: same numbers, whatever their number; no hang, whatever goes wrong."""

from pathlib import Path

import numpy as np
import pytest

from cs25.nn import Job, run_fleet


@pytest.fixture(autouse=True)
def jobs_are_importable(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parent)


def _jobs(n: int = 4) -> list[Job]:
    return [
        Job("nn_jobs:train_counting", {"width": 8 * (i + 1), "n_steps": 8}, n_steps=8)
        for i in range(n)
    ]


def test_numbers_do_not_depend_on_the_number_of_workers():
    one, two = run_fleet(_jobs(), n_workers=1), run_fleet(_jobs(), n_workers=2)
    for a, b in zip(one, two, strict=True):
        for name in ("loss", "weights", "unseeded"):
            np.testing.assert_array_equal(a[name], b[name])
    assert not np.array_equal(one[0]["loss"], one[1]["loss"])
