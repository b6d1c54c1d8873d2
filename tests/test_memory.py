"""Peak memory is that of the demo, not of whoever started it."""

import subprocess
import sys

import pytest

from cs25 import memory

LARGE_MIB = 200


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_childs_peak_does_not_start_with_its_parents():
    held = b"x" * (LARGE_MIB * 2**20)
    code = "from cs25.memory import own_peak_mib; print(own_peak_mib())"
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert len(held) / 2**20 == LARGE_MIB
    assert memory.own_peak_mib() > LARGE_MIB
    assert float(out) < LARGE_MIB / 2


def test_the_peak_stays_after_memory_is_freed():
    before = memory.own_peak_mib()
    held = b"x" * int((before + LARGE_MIB) * 2**20)
    peak = memory.own_peak_mib()
    del held
    # The kernel counts pages in batches for each processor, so it may forget a few.
    assert memory.own_peak_mib() > peak - 1
    assert peak > before + LARGE_MIB / 2


def test_helpers_that_run_together_are_added_up(monkeypatch):
    monkeypatch.setattr(memory, "_helpers_mib", 0.0)
    memory.note_helpers([100.0, None, 50.0])
    memory.note_helpers([120.0])
    assert memory.peak_mib() == pytest.approx(memory.own_peak_mib() + 150.0, rel=0.05)
