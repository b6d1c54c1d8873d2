"""Attention is Turing complete, under assumptions: with hand-built weights, and then without them.

Source: Pérez, Barceló and Marinkovic 2021 (JMLR 22(75)).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal

import numpy as np
from annotated_types import Interval, MinLen
from tqdm.auto import tqdm

from cs25 import Measure, Result, Table
from cs25_intro.turing.assumptions import doublings, precision, softmax, steps_at
from cs25_intro.turing.decoder import Decoder
from cs25_intro.turing.machine import Machine
from cs25_intro.turing.machines import find, random_machine
from cs25_intro.turing.problems import answer, answered, problems
from cs25_intro.turing.weights import hand_built, noise
from cs25_intro.turing.writing import Run, n_wrong, write

__all__ = ["turing"]

#: They halt on an empty tape, the slowest after 107 steps.
HALTING = ("bb2", "bb3", "bb3-ones", "bb4")

#: They go on; the tape they use grows like the logarithm, the root, and the number of steps.
LONG = ("counter", "bb5", "walker")

#: When all other runs are stopped: no problem and none of the above takes so many steps.
SHORT = 250

#: Steps of the chosen machine's run that are kept for the figure.
SHOWN = 250


def turing(
    *,
    machine: Annotated[str, MinLen(1)] = "bb4",
    tape: str = "",
    steps: Annotated[int, Interval(ge=16, le=16384)] = 4096,
    beta: Annotated[float, Interval(ge=1, le=65536)] = 64.0,
    bits: Annotated[int, Interval(ge=4, le=52)] = 11,
    size: Annotated[int, Interval(ge=1, le=7)] = 5,
    random: Annotated[int, Interval(ge=1, le=1000)] = 25,
    control: Literal["none", "noise"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Run Turing machines on a transformer whose weights are written down, token by token.

    Args:
        machine: what is drawn: bb2, bb3, bb3-ones, bb4, bb5, increment, counter, addition,
            palindrome, walker, or a table of your own, like 1RB1LB_1LA1RZ.
        tape: its input; the head starts on the last symbol.
        steps: length of the long runs.
        beta: inverse temperature of the softmax that takes the place of hard attention.
        bits: significant bits of all numbers; 8 for bfloat16, 11 for float16, 24 for float32.
        size: the largest problems: digits, ones on each side of the plus, letters.
        random: machines that are drawn by chance, each with an input.
        control: "noise" puts random numbers of the same scale in place of the weights.
        seed: draws machines, inputs and noise.
    """
    draws = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(2)]

    def build(machine: Machine) -> Decoder:
        decoder = hand_built(machine)
        return noise(decoder, draw=draws[1]) if control == "noise" else decoder

    def run(name: str, max_steps: int, tape: str = "") -> Run:
        found = find(name)
        return Run(found, found.read(tape), build(found), max_steps)

    long = {name: run(name, steps) for name in LONG}
    drawn = (random_machine(draws[0]) for _ in range(random))
    # Each once: what is drawn in the figure may be one of the others.
    runs = {
        (machine, tape): run(machine, steps, tape),
        **{(name, ""): run(name, SHORT) for name in HALTING if name != machine or tape},
        **{(name, ""): each for name, each in long.items()},
        **{(table, tape): run(table, SHORT, tape) for table, tape in drawn},
    }
    texts = [write(run) for run in tqdm(runs.values(), "runs")]
    compared = _compare(runs, texts)
    solved = _solve(size, run)
    sharp, fine = softmax(long, beta), precision(long, bits)
    both = (compared, solved)
    return Result(
        {
            "wrong_steps": _exact(sum(sum(t.column("wrong_steps")) for t in both), "steps"),
            "steps": _exact(sum(sum(t.column("steps")) for t in both), "steps"),
            "runs": _exact(sum(len(t.rows) for t in both), "runs"),
            "answered": _share(solved, SHORT),
            "answered_at_once": _share(solved, 1),
            "soft_steps": _exact(min(steps_at(sharp, beta).values()), "steps"),
            "rounded_steps": _exact(min(steps_at(fine, bits).values()), "steps"),
            **_growth(sharp, fine),
            "n_weights": _exact(runs[machine, tape].decoder.n_weights, "weights"),
        },
        tables=(_shown(runs[machine, tape], texts[0]), compared, solved, sharp, fine),
    )


def _compare(runs: Mapping[tuple[str, str], Run], texts: Sequence[Sequence[int]]) -> Table:
    rows = (
        (machine, tape, len(run.true), len(text), n_wrong(text, run.true), run.decoder.n_weights)
        for ((machine, tape), run), text in zip(runs.items(), texts, strict=True)
    )
    columns = ("machine", "tape", "steps", "written", "wrong_steps", "n_weights")
    return Table("runs", columns, tuple(rows))


def _solve(size: int, run_of: Callable[[str, int, str], Run]) -> Table:
    rows = []
    for problem, tape, wanted in tqdm(list(problems(size)), "problems"):
        run = run_of(problem, SHORT, tape)
        text = write(run)
        right = answer(run.machine, run.tokens(text)) == wanted
        rows.append((problem, tape, len(run.true), len(text), n_wrong(text, run.true), right))
    columns = ("problem", "tape", "steps", "written", "wrong_steps", "right")
    return Table("problems", columns, tuple(rows))


def _share(solved: Table, within: int) -> Measure:
    """Return the share of right answers within so many tokens, mean over kinds of problems."""
    return _exact(float(np.mean(list(answered(solved, within).values()))))


def _growth(sharp: Table, fine: Table) -> dict[str, Measure]:
    """Return by how much further it goes with more sharpness or more bits, where it goes wrong."""
    octaves = [math.log2(beta) for beta in dict.fromkeys(sharp.column("beta"))]
    bits = list(dict.fromkeys(fine.column("bits")))
    found = {
        "sharpness_growth": doublings(sharp, "counter", octaves),
        "bit_growth": doublings(fine, "counter", bits),
        "bit_growth_long_tape": doublings(fine, "walker", bits),
    }
    return {name: _exact(value, "doublings") for name, value in found.items() if value is not None}


def _shown(run: Run, text: Sequence[int]) -> Table:
    """Return what the figure draws: the tokens, of which the prompt's have no number."""
    first = 1 - len(run.prompt)
    tokens = run.tokens(text)[: len(run.prompt) + SHOWN]
    rows = tuple((first + i, *token) for i, token in enumerate(tokens))
    return Table("text", ("step", "symbol", "move", "state"), rows)


def _exact(value: float, unit: str = "") -> Measure:
    """Return a number that nothing was sampled for."""
    return Measure(value, unit, value, value)
