"""A fleet of processes: same numbers, whatever their number; no hang, whatever goes wrong."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import interrupts
import numpy as np
import pytest

from cs25.errors import DemoError, ParameterError
from cs25.nn import Job, run_fleet

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _jobs_are_importable(monkeypatch):
    monkeypatch.syspath_prepend(HERE)


def _jobs(n: int = 4) -> list[Job]:
    return [
        Job("nn_jobs:train_counting", {"width": 8 * (i + 1), "n_steps": 8}, n_steps=8)
        for i in range(n)
    ]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().split()[2] == "Z")  # a zombie has ended


def test_numbers_do_not_depend_on_the_number_of_workers():
    one, two = run_fleet(_jobs(), n_workers=1), run_fleet(_jobs(), n_workers=2)
    for a, b in zip(one, two, strict=True):
        for name in ("loss", "weights", "unseeded"):
            np.testing.assert_array_equal(a[name], b[name])
    assert not np.array_equal(one[0]["loss"], one[1]["loss"])
    assert one[0]["pid"] == one[3]["pid"] != os.getpid()
    assert len({int(result["pid"]) for result in two}) == 2
    assert one[0]["threads"] == two[0]["threads"] == 1
    assert not one[0]["compiler"]  # importing it would cost every worker a second


def test_the_bar_ends_full_and_moves_by_cost(monkeypatch):
    bars = []

    class Bar:
        def __init__(self, **options):
            self.total, self.moves = options["total"], []
            bars.append(self)

        def __enter__(self):
            return self

        def __exit__(self, *exception):
            pass

        def update(self, n):
            self.moves.append(n)

        def refresh(self):
            pass

    monkeypatch.setattr("cs25.nn.fleet.tqdm", Bar)
    jobs = [
        Job("nn_jobs:train_counting", {"width": 8, "n_steps": 4}, n_steps=4, cost_per_step=cost)
        for cost in (1.0, 10.0)
    ]
    run_fleet(jobs, n_workers=1)
    assert bars[0].total == sum(bars[0].moves) == 44
    assert bars[0].moves[0] % 10 == 0  # the expensive job went first


def test_no_jobs_give_no_results():
    assert run_fleet([]) == []


@pytest.mark.parametrize("target", ["__main__:train", "nn_jobs", ":train"])
def test_a_target_other_processes_cannot_import_is_refused(target):
    with pytest.raises(ParameterError, match=r"'target': found .*, expected .module:function"):
        Job(target)


def test_a_fleet_needs_a_worker():
    with pytest.raises(ParameterError, match="'n_workers': found 0, expected at least 1"):
        run_fleet(_jobs(), n_workers=0)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("raise", "job 0 .nn_jobs:misbehave.: ValueError: the lecture's own message"),
        ("kill", "its process died with SIGKILL .out of memory"),
        ("exit", "its process died with exit code 7"),
    ],
)
def test_a_job_that_fails_ends_the_fleet(how, message, tmp_path):
    note = tmp_path / "pid"
    jobs = [
        Job("nn_jobs:misbehave", {"how": how}, cost_per_step=2.0),
        Job("nn_jobs:misbehave", {"how": "sleep", "note": str(note)}),
    ]
    with pytest.raises(DemoError, match=message) as caught:
        run_fleet(jobs, n_workers=2)
    if how == "raise":  # where it happened is not lost
        assert "nn_jobs.py" in caught.value.__notes__[0]
    if note.exists() and (pid := note.read_text()):  # it may be ended before it has written it
        assert not _alive(int(pid))


def test_a_script_without_a_main_guard_runs_once(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from cs25.nn import Job, run_fleet\n"
        "print('the script runs')\n"
        "print(run_fleet([Job('nn_jobs:misbehave', {'how': 'well'})])[0]['pid'] > 0)\n"
    )
    paths = os.pathsep.join([str(HERE), *sys.path])
    done = subprocess.run(
        [sys.executable, script],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split("\n") == ["the script runs", "True", ""]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_an_interrupted_or_killed_caller(ending, tmp_path):
    note = tmp_path / "pid"
    script = tmp_path / "script.py"
    script.write_text(
        "from cs25.nn import Job, run_fleet\n"
        f"run_fleet([Job('nn_jobs:misbehave', {{'how': 'hang', 'note': {str(note)!r}}})])\n"
    )
    paths = os.pathsep.join([str(HERE), *sys.path])
    caller = subprocess.Popen(
        [sys.executable, script],
        env=os.environ | {"PYTHONPATH": paths},
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=interrupts.heed,
    )
    with caller:
        _wait_for(lambda: note.exists() and note.read_text() != "")
        worker = int(note.read_text())
        if ending == signal.SIGINT:
            os.killpg(caller.pid, ending)  # Ctrl-C reaches every process of the terminal
        else:
            caller.kill()
        _, stderr = caller.communicate(timeout=30)
    if ending == signal.SIGINT:
        assert b"KeyboardInterrupt" in stderr
    _wait_for(lambda: not _alive(worker))


def _wait_for(condition, timeout_s: float = 30) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)
