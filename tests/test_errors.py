"""Errors: one tree, the built-in each specialises, one exit code, messages of one to three lines."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cs25
from cs25 import errors
from cs25.errors import (
    BookError,
    Cs25Error,
    DemoError,
    DestinationError,
    LectureError,
    ParameterError,
    PluginError,
    RequirementError,
    ResultError,
    SignatureError,
    StateError,
    StoreError,
    UnknownNameError,
    UsageError,
)
from cs25.suggest import did_you_mean

# Name, parent, built-in, exit code: architecture section 4, and the tree in the module.
TREE = [
    (UsageError, Cs25Error, ValueError, 2),
    (UnknownNameError, UsageError, KeyError, 2),
    (ParameterError, UsageError, ValueError, 2),
    (DestinationError, UsageError, OSError, 2),
    (PluginError, Cs25Error, RuntimeError, 3),
    (LectureError, PluginError, ValueError, 3),
    (SignatureError, PluginError, TypeError, 3),
    (StateError, PluginError, RuntimeError, 3),
    (DemoError, Cs25Error, RuntimeError, 1),
    (ResultError, DemoError, ValueError, 1),
    (RequirementError, Cs25Error, LookupError, 4),
    (StoreError, Cs25Error, OSError, 1),
    (BookError, Cs25Error, RuntimeError, 1),
]

MADE = [
    UsageError("wrong", remedy="do this"),
    UnknownNameError("lecture", "emergance", ("intro", "emergence"), remedy="`cs25 list`"),
    UnknownNameError("lecture", "zebra", ()),
    ParameterError(parameter="sizes", found="2", expected="a whole number from 3 to 16"),
    DestinationError("no folder", remedy="make it"),
    PluginError("broken"),
    LectureError(where="Demo 'x'", field="run", found=3, expected="a target"),
    SignatureError(target="a:b", parameter="x", found="no default", expected="a default"),
    StateError("intro", "broken", "ImportError: no torch"),
    DemoError("it crashed"),
    ResultError("no number"),
    RequirementError("no model", remedy="cs25 models fetch smol"),
    StoreError("damaged", remedy="clear it"),
    BookError("the book cannot be built"),
]


@pytest.mark.parametrize(("kind", "parent", "builtin", "code"), TREE)
def test_an_error_derives_from_its_parent_and_the_built_in_it_specialises(
    kind, parent, builtin, code
):
    assert issubclass(kind, parent)
    assert issubclass(kind, builtin)
    assert kind.exit_code == code


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes():
    drawn = re.findall(r"([│ ]*)[├└]── (\w+)(?: \((\w+)\))?(?: +exit (\d))?", errors.__doc__ or "")
    stack = ["Cs25Error"]
    for margin, name, builtin, code in drawn:
        depth = len(margin) // 4
        stack[depth:] = [name]
        kind = getattr(errors, name)
        assert kind.__bases__[0].__name__ == stack[depth - 1]
        assert [base.__name__ for base in kind.__bases__[1:]] == ([builtin] if builtin else [])
        if code:
            assert kind.exit_code == int(code)
    assert {name for _, name, _, _ in drawn} == {kind.__name__ for kind, *_ in TREE}


def test_every_error_is_public_and_in_the_tree():
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    assert kinds == {Cs25Error, *(kind for kind, *_ in TREE)}
    assert {kind.__name__ for kind in kinds} == set(errors.__all__) <= set(cs25.__all__)


@pytest.mark.parametrize("error", MADE, ids=lambda error: type(error).__name__)
def test_a_message_has_one_to_three_lines_and_ends_with_the_remedy(error):
    lines = str(error).splitlines()
    assert 1 <= len(lines) <= 3
    assert lines[0] == error.message
    assert lines[1:] == ([error.remedy] if error.remedy else [])


def test_an_unknown_name_lists_what_there_is_and_the_nearest():
    error = UnknownNameError("lecture", "emergance", ("intro", "emergence"))
    assert str(error) == (
        "no lecture 'emergance' (there is: intro, emergence); did you mean 'emergence'?"
    )
    assert (error.kind, error.name, error.known) == ("lecture", "emergance", error.known)
    assert str(UnknownNameError("demo", "x", ())) == "no demo 'x' (there is: none)"


def test_facts_are_attributes():
    error = LectureError(where="Demo 'x'", field="run", found=3, expected="a target")
    assert str(error) == "Demo 'x': run is 3, expected a target"
    assert (error.where, error.field, error.found, error.expected) == (
        "Demo 'x'", "run", 3, "a target",
    )  # fmt: skip
    state = StateError("intro", "broken", "ImportError: no torch")
    assert str(state) == "lecture 'intro' is broken: ImportError: no torch"
    assert (state.lecture, state.state, state.reason) == (
        "intro", "broken", "ImportError: no torch",
    )  # fmt: skip


@given(st.lists(st.text(min_size=1), unique=True), st.data())
def test_what_is_known_is_its_own_nearest_name(known, data):
    if known:
        word = data.draw(st.sampled_from(known))
        assert did_you_mean(word, known) == f"; did you mean {word!r}?"
    assert did_you_mean("", known) == ""


@pytest.mark.parametrize(
    ("word", "nearest"),
    [("scalinglaw", "scaling-law"), ("mirrage", "mirage"), ("mole", "moles"), ("cat", None)],
)
def test_a_misspelt_name_finds_the_right_one(word, nearest):
    said = did_you_mean(word, ["scaling-law", "mirage", "moles", "critical-mass"])
    assert said == (f"; did you mean {nearest!r}?" if nearest else "")
