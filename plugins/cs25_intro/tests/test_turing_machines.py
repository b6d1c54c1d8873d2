"""Machines, their text format, the plain simulator, and problems with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from cs25.errors import ParameterError
from cs25_intro.turing.machine import Step, parse
from cs25_intro.turing.machines import NAMED, find, random_machine
from cs25_intro.turing.problems import problems
from cs25_intro.turing.simulator import simulate
from cs25_intro.turing.vocabulary import START, Token, Vocabulary, tape_after


def run(name: str, tape: str = "", max_steps: int = 1000) -> tuple[list[Step], list[Token]]:
    machine = find(name)
    vocabulary = Vocabulary.of(machine)
    steps = simulate(machine, machine.read(tape), max_steps=max_steps)
    text = vocabulary.prompt(machine, machine.read(tape)) + vocabulary.encode(steps)
    return steps, [vocabulary.tokens[number] for number in text]


# Radó 1962, Lin and Radó 1965, Brady 1983; as listed by H. Marxen.
@pytest.mark.parametrize(
    ("name", "n_steps", "n_ones"),
    [("bb2", 6, 4), ("bb3", 21, 5), ("bb3-ones", 14, 6), ("bb4", 107, 13)],
)
def test_busy_beavers_take_their_known_steps(name: str, n_steps: int, n_ones: int) -> None:
    steps, tokens = run(name)
    assert len(steps) == n_steps
    assert sum(tape_after(tokens)[1]) == n_ones


def test_a_table_says_what_is_done_in_each_state_on_each_symbol() -> None:
    machine = parse("1RB---_0LA1RZ")
    assert machine.states == ("A", "B")
    assert machine.table == {
        ("A", 0): Step(1, 1, "B"),
        ("A", 1): Step(1, 1, "Z"),  # not used: what is there stays
        ("B", 0): Step(0, -1, "A"),
        ("B", 1): Step(1, 1, "Z"),
    }


@pytest.mark.parametrize(
    "text", ["", "bb6", "1RB1L", "1RB1LB_1LA", "1XB1LB_1LA1RZ", "1RB1LB__1LA1RZ", "1RB1LB_1LA1Rz"]
)
def test_what_is_no_table_is_named_with_what_was_expected(text: str) -> None:
    with pytest.raises(ParameterError, match="1RB1LB_1LA1RZ") as error:
        find(text)
    assert str(error.value).startswith(f"parameter 'machine': found {text!r}, expected a name (bb2")


def test_a_symbol_that_no_row_reads_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"symbols below 2, .* one writes 2"):
        parse("1RB2LA_1LA1RZ")


def test_an_input_of_other_symbols_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"'tape': found 'abc', .* knows \(_, a, b\)"):
        find("palindrome").read("abc")


def test_the_head_starts_on_the_last_symbol_of_the_input() -> None:
    steps, tokens = run("increment", "011")
    assert [step.symbol for step in steps] == [1, 1, 2]  # 0, 0, 1 from the right
    assert tape_after(tokens) == (0, (2, 1, 1))
    assert tape_after(run("bb2")[1]) == (-2, (1, 1, 1, 1))


@pytest.mark.parametrize("n", range(1, 9))
def test_a_palindrome_takes_a_triangular_number_of_steps(n: int) -> None:
    # Each pass takes away two letters, and goes n + 1 steps one way and n the other.
    assert len(run("palindrome", "a" * n)[0]) == (n + 1) * (n + 2) // 2


def test_an_addition_takes_a_step_for_each_one_at_the_right_and_one_more() -> None:
    assert len(run("addition", "111+11")[0]) == 3


def test_the_counter_counts() -> None:
    _, tokens = run("counter", max_steps=200)
    # The head is on a blank at the right end in state B when a number is done.
    done = [
        i for i, token in enumerate(tokens) if token.state == "B" and not _ahead(tokens[: i + 1])
    ]
    numbers = [find("counter").show(tape_after(tokens[: i + 1])[1]).strip("_") for i in done]
    assert numbers == [format(i + 1, "b") for i in range(len(numbers))]
    assert len(numbers) > 20


def _ahead(tokens: list[Token]) -> int:
    """Return what is in the cell that the head is on."""
    left, tape = tape_after(tokens)
    cell = sum(token.move for token in tokens) - left
    return tape[cell] if 0 <= cell < len(tape) else 0


def test_problems_are_those_of_arithmetic() -> None:
    known = {(machine, tape): wanted for machine, tape, wanted in problems(3)}
    assert len(known) == 14 + 16 + 14
    assert known["increment", "011"] == "100"
    assert known["increment", "111"] == "1000"
    assert known["addition", "11+1"] == "111"
    assert known["addition", "+"] == ""
    assert known["palindrome", "aba"] == "Y"
    assert known["palindrome", "abb"] == "N"


def test_chance_draws_machines_of_all_shapes_that_differ() -> None:
    draw = np.random.default_rng(0)
    drawn = [random_machine(draw) for _ in range(200)]
    machines = [parse(text) for text, _ in drawn]
    assert {(len(m.states), len(m.symbols)) for m in machines} == {
        (states, symbols) for states in (2, 3, 4) for symbols in (2, 3)
    }
    assert {len(tape) for _, tape in drawn} == set(range(7))
    for machine, (_, tape) in zip(machines, drawn, strict=True):
        machine.read(tape)
        assert sum(step.state == "Z" for step in machine.table.values()) == 1
    assert len(set(drawn)) > 190
    assert drawn[0] == random_machine(np.random.default_rng(0))


def test_a_machine_is_found_by_name_or_table() -> None:
    for name, (text, symbols) in NAMED.items():
        assert find(name) == parse(text, symbols=symbols)
    assert find("1RB1LB_1LA1RZ") == find("bb2")


def test_the_prompt_writes_the_input_and_nothing_else() -> None:
    machine = find("palindrome")
    vocabulary = Vocabulary.of(machine)
    assert vocabulary.tokens[0] == START
    tokens = [vocabulary.tokens[i] for i in vocabulary.prompt(machine, machine.read("ab"))]
    assert tokens == [START, Token(1, 1), Token(2, 0, "A")]
    empty = [vocabulary.tokens[i] for i in vocabulary.prompt(machine, ())]
    assert empty == [START, Token(0, 0, "A")]
