"""CPU time of listing the lectures, beside what any click and pluggy program must pay, and peers.

Goal: `cs25 list` within 3 times ``python -c "import click, pluggy"``. CPU time (user and system)
of whole processes, the least of several runs, all in one run of this file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

N_RUNS = 7
BASE = "import click, pluggy"
#: The script beside this interpreter, as a user's shell finds it.
SCRIPTS = Path(sys.executable).parent


def cpu_s(*command: str) -> float:
    """Return the least CPU time of a command over several runs, in seconds."""
    times = []
    for _ in range(N_RUNS):
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, command
        times.append(usage.ru_utime + usage.ru_stime)
    return min(times)


def test_listing(capsys):
    """Compare `cs25 list` with its floor and with peers that are installed."""
    commands = {
        f'python -c "{BASE}"': (sys.executable, "-c", BASE),
        "cs25 list": (str(SCRIPTS / "cs25"), "list"),
        "cs25 --help": (str(SCRIPTS / "cs25"), "--help"),
    }
    for name, words in {"llm plugins": ("plugins",), "lm_eval --help": ("--help",)}.items():
        script = shutil.which(name.split()[0], path=str(SCRIPTS))
        if script:
            commands[name] = (script, *words)
    times = {name: cpu_s(*command) for name, command in commands.items()}
    floor = next(iter(times.values()))
    with capsys.disabled():
        print("\n\nCPU time of one process (least of", N_RUNS, "runs)")
        for name, seconds in times.items():
            print(f"  {name:34} {1000 * seconds:7.0f} ms  {seconds / floor:5.1f} x")
