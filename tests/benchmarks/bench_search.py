"""Tree search on connect four, beside OpenSpiel's in C++: simulations a second, and memory.

Goal: as many simulations a second as the C++. Both run UCT with the same constant and one random
playout for each simulation, in one thread, from the empty board. Each adds nodes in its own way:
ours one for each simulation, OpenSpiel all children of a node at once. CPU seconds, the least of
several rounds in turn; what numba needs to compile is shown apart. Memory is what a long search
adds to the peak of a process of its own.

Run with ``tox -e bench``, by hand: ``pytest tests/benchmarks/bench_search.py -s``.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyspiel
import pytest

from cs25_games.boards.rules import CONNECT_FOUR, cell, start
from cs25_games.boards.streams import new_stream
from cs25_games.mcts.tree import new_tree
from cs25_games.mcts.uct import search

EXPLORATION = 1.4
N_ROUNDS = 3

#: Simulations a round of each side, in searches of whatever length.
N_OURS, N_THEIRS = 300_000, 60_000

#: Simulations of the search whose memory is measured.
N_LONG = 300_000

CHILD = """
from pathlib import Path
from bench_search import ours, theirs

def peak_kib():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])

move = {side}({n})
{side}(10)()
Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
before = peak_kib()
move()
print((peak_kib() - before) / 1024)
"""


def ours(n_simulations: int) -> Callable[[], int]:
    """Return a function that searches and returns the column of the move."""
    stream = new_stream(0)

    def move() -> int:
        tree = new_tree(n_simulations)
        found = search(tree, CONNECT_FOUR, start(), n_simulations, EXPLORATION, stream)
        return next(c for c in range(7) if found == cell(CONNECT_FOUR, c, 0))

    return move


def theirs(n_simulations: int) -> Callable[[], int]:
    """Return the same of OpenSpiel's."""
    game = pyspiel.load_game("connect_four")
    playout = pyspiel.RandomRolloutEvaluator(1, 0)
    memory_mb, solve, seed, verbose = 4000, False, 0, False
    bot = pyspiel.MCTSBot(
        game, playout, EXPLORATION, n_simulations, memory_mb, solve, seed, verbose
    )
    return lambda: bot.step(game.new_initial_state())


def rate(move: Callable[[], int], n_simulations: int, n: int) -> float:
    """Return simulations a second, in searches that make ``n`` of them together."""
    start_s = time.process_time()
    for _ in range(n // n_simulations):
        move()
    return n / (time.process_time() - start_s)


def added_mib(side: str) -> float:
    """Return by how much a long search raises the peak of a process, in MiB."""
    command = [sys.executable, "-c", CHILD.format(side=side, n=N_LONG)]
    here = Path(__file__).parent
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=here)
    return float(done.stdout)


@pytest.mark.parametrize("n_simulations", [100, 1000, 20_000])
def test_simulations_a_second(n_simulations, capsys):
    """Print both sides, and hold ours to the goal."""
    begun_s = time.process_time()
    ours(10)()
    compile_s = time.process_time() - begun_s
    sides = {"ours": (ours, N_OURS), "OpenSpiel, C++": (theirs, N_THEIRS)}
    rates = dict.fromkeys(sides, 0.0)
    for _ in range(N_ROUNDS):  # in turn, so that both meet the same machine
        for name, (side, n) in sides.items():
            rates[name] = max(rates[name], rate(side(n_simulations), n_simulations, n))
    with capsys.disabled():
        print(f"\n  connect four, {n_simulations:,} simulations a move")
        for name, per_s in rates.items():
            print(f"    {name:16} {per_s:12,.0f} simulations/s")
        if compile_s > 0.1:
            print(f"    compiled in {compile_s:.1f} s")
    assert rates["ours"] >= rates["OpenSpiel, C++"]


def test_memory(capsys):
    """Print what a long search adds, and hold ours to no more than OpenSpiel's."""
    memory = {"ours": added_mib("ours"), "OpenSpiel, C++": added_mib("theirs")}
    with capsys.disabled():
        print(f"\n  memory of {N_LONG:,} simulations")
        for name, mib in memory.items():
            print(f"    {name:16} {mib:12,.1f} MiB")
    assert memory["ours"] <= memory["OpenSpiel, C++"]


def test_both_find_the_same_move():
    """A fast wrong move is worth nothing: the centre alone wins (Allis 1988)."""
    assert ours(20_000)() == theirs(20_000)() == 3
