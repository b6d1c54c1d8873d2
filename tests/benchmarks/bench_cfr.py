"""Our CFR and CFR+ against OpenSpiel's C++ solvers on Leduc poker. Run with ``tox -e bench``.

Goal: to an exploitability of 0.001 antes with CFR+ in a tenth of the time. Both do the same: the
averages agree (``cs25_games.tests.test_cfr_learning``) until, after a hundred iterations of CFR+,
rounding has grown so far that they go different ways to the same end. OpenSpiel's solver walks
through every history; ours takes all hands and all nodes of a level at once. Seconds are of one core's CPU, of iterations alone: not of building the game, and
not of looking how exploitable a policy is.

By hand, without the tests' checks of shapes:
``pytest -o addopts=--import-mode=importlib tests/benchmarks/bench_cfr.py -s``.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import pyspiel
import pytest

from cs25_games.cfr.cfr import CFR
from cs25_games.cfr.discounting import CFR_PLUS, PLAIN
from cs25_games.poker import LEDUC, Poker, exploitability

PRECISION = 1e-3  # antes
STEP = 20  # iterations between two looks
GOAL = 10  # times

OURS = """
from cs25_games.cfr.cfr import CFR
from cs25_games.cfr.discounting import CFR_PLUS
from cs25_games.poker import LEDUC, Poker
make = lambda: CFR(Poker.of(LEDUC), CFR_PLUS)
step = lambda learner: learner.iterate()
"""
THEIRS = """
import pyspiel
make = lambda: pyspiel.CFRPlusSolver(pyspiel.load_game("leduc_poker"))
step = lambda solver: solver.evaluate_and_update_policy()
"""
MEMORY = """
import os
from pathlib import Path
resident = lambda: int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
before = resident()
learner = make()
for _ in range(20):
    step(learner)
print(resident() - before)
"""


class Race(NamedTuple):
    """What it took until a policy was as precise."""

    cpu_s: float
    n_iterations: int
    exploitability: float

    @property
    def iteration_s(self) -> float:
        """CPU seconds of an iteration."""
        return self.cpu_s / self.n_iterations


def race(step: Callable[[], object], measure: Callable[[], float], at_most: int) -> Race:
    """Take steps until the measure is small enough, or there were as many as allowed."""
    cpu_s, n_iterations, found = 0.0, 0, float("inf")
    while found > PRECISION and n_iterations < at_most:
        start = time.process_time()
        for _ in range(STEP):
            step()
        cpu_s += time.process_time() - start
        n_iterations += STEP
        found = measure()
    return Race(cpu_s, n_iterations, found)


def added_mib(program: str) -> float:
    """Return by how much a process grows when it makes a solver and uses it."""
    command = [sys.executable, "-c", program + MEMORY]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout) / 2**20


@pytest.mark.parametrize(
    ("name", "discounting", "solver", "at_most"),
    [
        ("CFR", PLAIN, pyspiel.CFRSolver, 200),  # it would need some twenty thousand
        ("CFR+", CFR_PLUS, pyspiel.CFRPlusSolver, 2000),
    ],
)
def test_leduc_poker_against_open_spiel(name, discounting, solver, at_most, capsys):
    """Print both sides, and hold ours to the goal."""
    learner = CFR(Poker.of(LEDUC), discounting)
    peer_game = pyspiel.load_game("leduc_poker")
    peer = solver(peer_game)
    ours = race(
        learner.iterate, lambda: exploitability(learner.game, learner.average_policy), at_most
    )
    theirs = race(
        peer.evaluate_and_update_policy,
        lambda: pyspiel.exploitability(peer_game, peer.average_policy()),
        at_most,
    )
    with capsys.disabled():
        print(f"\n\n  {name} on Leduc poker, one core")
        print(f"  {'':24}{'ours':>12}{'OpenSpiel':>12}")
        print(
            f"  {'µs an iteration':24}{ours.iteration_s * 1e6:12,.0f}{theirs.iteration_s * 1e6:12,.0f}"
        )
        print(f"  {'iterations':24}{ours.n_iterations:12}{theirs.n_iterations:12}")
        print(
            f"  {'exploitability, antes':24}{ours.exploitability:12.6f}{theirs.exploitability:12.6f}"
        )
        print(f"  {'CPU seconds':24}{ours.cpu_s:12.3f}{theirs.cpu_s:12.3f}")
        print(f"  times faster: {theirs.cpu_s / ours.cpu_s:.1f}")
    assert theirs.cpu_s >= GOAL * ours.cpu_s


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads Linux's /proc")
def test_memory_beside_open_spiels(capsys):
    """Print what making a solver of Leduc poker adds to a process, and hold ours to a few MiB."""
    ours, theirs = added_mib(OURS), added_mib(THEIRS)
    with capsys.disabled():
        print(f"\n\n  memory on Leduc poker: ours {ours:.1f} MiB, OpenSpiel {theirs:.1f} MiB")
    assert ours < 10
