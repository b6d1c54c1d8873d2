"""The hand-built weights: each head and layer alone, whole runs, noise, and what is dropped."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs25 import Table
from cs25_intro.turing.assumptions import doublings, steps_at
from cs25_intro.turing.decoder import Arithmetic, Layer
from cs25_intro.turing.machines import find, random_machine
from cs25_intro.turing.problems import answer, problems
from cs25_intro.turing.stream import Stream
from cs25_intro.turing.vocabulary import tape_after
from cs25_intro.turing.weights import hand_built, noise
from cs25_intro.turing.writing import EXACT, Run, n_wrong, right_steps, write


def run_of(name: str, tape: str = "", max_steps: int = 300) -> Run:
    machine = find(name)
    return Run(machine, machine.read(tape), hand_built(machine), max_steps)


@pytest.mark.parametrize("name", ["bb2", "bb3", "bb3-ones", "bb4", "bb5", "counter", "walker"])
def test_the_text_is_the_machines_run(name: str) -> None:
    run = run_of(name)
    assert write(run) == run.true
    assert right_steps(run, EXACT) == len(run.true)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_the_text_is_the_run_of_any_machine(seed: int) -> None:
    text, tape = random_machine(np.random.default_rng(seed))
    run = run_of(text, tape, 60)
    assert write(run) == run.true


def test_problems_are_solved() -> None:
    for problem in problems(3):
        run = run_of(problem.machine, problem.tape)
        assert answer(run.machine, run.tokens(write(run))) == problem.wanted


def test_who_has_not_halted_has_no_answer() -> None:
    run = run_of("palindrome", "abba", 3)
    assert answer(run.machine, run.tokens(write(run))) is None


def test_the_first_head_finds_the_cell_and_the_last_one_its_symbol() -> None:
    run = run_of("bb4")
    tokens = run.tokens(run.true)
    decoder = run.decoder
    # What the layers before the unembedding have found, read off the residual stream: the parts
    # that are not named in the embedding begin behind 1, i, 1/i, start, move, states and symbols.
    first = 3 + 2 + len(run.machine.states) + len(run.machine.symbols)
    looking = replace(decoder, unembedding=np.eye(len(decoder.position)))
    found = looking.logits(np.array(run.prompt + run.true), looking.new_memory(), EXACT)
    mean, head, head_squared, cell_squared, *read = found[:, first : first + 6].T
    cells = np.cumsum([token.move for token in tokens])
    n = np.arange(1, len(tokens) + 1)
    # Rounding of float64.
    assert np.abs(mean * n - cells).max() < 1e-10
    assert np.abs(head - cells).max() < 1e-10
    assert np.abs(head_squared - cells**2).max() < 1e-10
    assert np.abs(cell_squared - (cells - [token.move for token in tokens]) ** 2).max() < 1e-10
    for i in range(1, len(tokens)):
        left, tape = tape_after(tokens[: i + 1])
        place = cells[i] - left
        symbol = tape[place] if 0 <= place < len(tape) else 0
        assert [read[0][i], read[1][i]] == [symbol == 0, symbol == 1]


def test_attention_is_the_same_for_all_machines() -> None:
    decoders = [hand_built(find(name)) for name in ("bb3", "1RB1LA_1LC0RB_0RA1LZ")]
    first, other = ([layer.head for layer in decoder.layers] for decoder in decoders)
    for mine, theirs in zip(first, other, strict=True):
        assert (mine is None) == (theirs is None)
        if mine is not None and theirs is not None:
            # Widths differ with the number of tokens, which no head reads or writes.
            for name, matrix in vars(mine).items():
                assert weights_in(matrix) == weights_in(vars(theirs)[name]), name


def weights_in(matrix: np.ndarray) -> list[float]:
    return sorted(matrix[matrix != 0].tolist())


def test_it_takes_the_lookup() -> None:
    run = run_of("bb4")
    *others, last = run.decoder.layers
    assert last.head is not None
    averaging = replace(last.head, query=0 * last.head.query)
    blind = replace(run.decoder, layers=(*others, Layer(averaging, last.mlp)))
    assert right_steps(replace(run, decoder=blind), EXACT) < 20


def test_noise_has_the_scale_of_the_weights_and_runs_nothing() -> None:
    run = run_of("bb4")
    other = noise(run.decoder, draw=np.random.default_rng(0))
    assert other.n_weights == run.decoder.n_weights
    scale, theirs = (np.sqrt(np.mean(d.embedding**2)) for d in (run.decoder, other))
    # The root mean square of 390 normal numbers: standard error 1 / sqrt(780), four of it.
    assert theirs == pytest.approx(scale, rel=0.15)
    run = replace(run, decoder=other)
    assert n_wrong(write(run), run.true) > 50


@pytest.mark.parametrize("arithmetic", [Arithmetic(beta=16.0), Arithmetic(bits=6)])
def test_the_first_wrong_step_is_that_of_the_written_text(arithmetic: Arithmetic) -> None:
    run = run_of("counter")
    text = write(run, arithmetic)
    right = right_steps(run, arithmetic)
    assert 10 < right < 150
    assert text[:right] == run.true[:right]
    assert text[right] != run.true[right]


def test_twice_as_sharp_goes_twice_as_far() -> None:
    run = run_of("counter", max_steps=1200)
    steps = [right_steps(run, Arithmetic(beta=beta)) for beta in (32.0, 64.0, 128.0, 256.0)]
    for once, twice in pairwise(steps):
        # The latest token stands out by 1 / 2i a token, so the sharpness that it takes grows
        # like i; which step is the first wrong one depends on what is read there.
        assert twice / once == pytest.approx(2, rel=0.2)


@pytest.mark.parametrize("bits", [6, 7, 8, 9])
def test_the_counter_ends_with_the_last_position_that_the_bits_can_tell(bits: int) -> None:
    run = run_of("counter", max_steps=1200)
    # From position 2^bits on, neighbours have the same number. A step or ten later it matters.
    assert 2**bits < right_steps(run, Arithmetic(bits=bits)) < 2**bits + 16


def test_a_longer_tape_takes_more_bits() -> None:
    steps = {name: right_steps(run_of(name), Arithmetic(bits=11)) for name in ("counter", "walker")}
    assert steps["counter"] == 300
    assert steps["walker"] < 60


def test_words_that_are_missing_or_too_many_are_wrong() -> None:
    assert n_wrong([1, 2, 3], [1, 2, 3]) == 0
    assert n_wrong([1, 9, 3], [1, 2, 3, 4]) == 2
    assert n_wrong([1, 2, 3, 4], [1, 2]) == 2


def test_a_stream_has_its_names_in_order() -> None:
    stream = Stream(["a", "b"])
    assert stream.reads({"b": 2}).tolist() == [[0, 2]]
    assert stream.writes({"a": 1}, {"b": -1}).tolist() == [[1, 0], [0, -1]]


def test_doublings_are_the_slope_through_what_went_wrong() -> None:
    rows = [("m", beta, right, 999) for beta, right in ((1, 10), (2, 40), (4, 160), (8, 999))]
    table = Table("softmax", ("machine", "beta", "right_steps", "steps"), tuple(rows))
    assert doublings(table, "m", [0, 1, 2, 3]) == pytest.approx(2)
    assert steps_at(table, 4) == {"m": 160}
    short = Table("softmax", table.columns, table.rows[2:])
    assert doublings(short, "m", [2, 3]) is None
    none = Table("softmax", table.columns, tuple((*row[:2], 0, 9) for row in rows))
    assert doublings(none, "m", [math.log2(x) for x in (1, 2, 4, 8)]) == 0
