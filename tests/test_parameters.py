"""Parameters read from a signature: their bounds hold wherever a value comes from."""

import inspect
import json
import math
from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge, Gt, Interval, Le, Len, Lt, MaxLen, MinLen, MultipleOf, Predicate
from hypothesis import given
from hypothesis import strategies as st

from cs25 import ParameterError, Result, SignatureError, UnknownNameError
from cs25.parameters import RESERVED, Parameter, Signature, Type, read_signature


def demo(
    *,
    sizes: Annotated[int, Interval(ge=3, le=16)] = 6,
    rate: Annotated[float, Interval(gt=0, lt=1)] = 0.5,
    fast: bool = False,
    title: Annotated[str, Len(1, 8)] = "loss",
    widths: Annotated[tuple[Annotated[int, Ge(1)], ...], MinLen(1)] = (8, 16),
    split: tuple[float, str] = (0.9, "test"),
    digits: Annotated[int, MultipleOf(4)] = 8,
    control: Literal["none", "shuffled"] = "none",
    seed: int = 0,
) -> Result:
    """Fit a line.

    Longer text.

    Args:
        sizes: how many model sizes,
            over two lines.
        rate (float): learning rate.
        seed: not a parameter.
    """
    raise NotImplementedError


SIGNATURE = read_signature(demo, "pkg:demo")
BY_NAME = {parameter.name: parameter for parameter in SIGNATURE.parameters}


def signature_of(annotation: Any, default: Any) -> Signature:
    def function(*, x=default):
        return x

    function.__annotations__ = {"x": annotation}
    return read_signature(function, "pkg:function")


def kind_of(annotation: Any, default: Any) -> Type:
    return signature_of(annotation, default).parameters[0].type


def test_a_signature_is_read_in_order_with_its_help():
    assert list(BY_NAME) == [
        "sizes",
        "rate",
        "fast",
        "title",
        "widths",
        "split",
        "digits",
        "control",
    ]
    assert SIGNATURE.takes_seed
    assert SIGNATURE.doc == "Fit a line."
    assert BY_NAME["sizes"].help == "how many model sizes, over two lines."
    assert BY_NAME["rate"].help == "learning rate."
    assert BY_NAME["fast"].help == ""
    assert SIGNATURE.default("widths") == (8, 16)
    assert SIGNATURE.default("seed") is None


def test_a_demo_without_a_seed_is_exact():
    def exact() -> Result:
        raise NotImplementedError

    assert read_signature(exact, "pkg:exact") == Signature((), takes_seed=False)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sizes", "a whole number from 3 to 16"),
        ("rate", "a number above 0 and below 1"),
        ("fast", "true or false"),
        ("title", "text, 1 to 8 characters"),
        (
            "widths",
            "values separated by commas (a whole number at least 1, ...), at least 1 values",
        ),
        ("split", "values separated by commas (a number; text)"),
        ("digits", "a whole number, a multiple of 4"),
        ("control", "one of none, shuffled"),
    ],
)
def test_a_type_says_what_it_expects(name, words):
    assert BY_NAME[name].type.describe() == words


def test_an_option_has_hyphens():
    assert Parameter("learning_rate", Type("float"), 0.1).option == "--learning-rate"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("sizes", "3", 3),
        ("sizes", " 16 ", 16),
        ("rate", "1e-3", 0.001),
        ("fast", "TRUE", True),
        ("fast", "no", False),
        ("fast", "0", False),
        ("title", " x ", " x "),
        ("widths", "8", (8,)),
        ("widths", "8,", (8,)),
        ("widths", "8, 16,32", (8, 16, 32)),
        ("split", "1, a b", (1.0, "a b")),
        ("control", "shuffled", "shuffled"),
    ],
)
def test_a_value_is_read_from_text(name, text, value):
    read = BY_NAME[name].parse(text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sizes", "2"),
        ("sizes", "17"),
        ("sizes", "6.0"),
        ("sizes", "six"),
        ("sizes", ""),
        ("sizes", "9" * 5000),
        ("rate", "0"),
        ("rate", "1"),
        ("rate", "nan"),
        ("rate", "inf"),
        ("rate", "1e999"),
        ("fast", "maybe"),
        ("title", ""),
        ("title", "123456789"),
        ("widths", ""),
        ("widths", "8,,16"),
        ("widths", ",8"),
        ("widths", "8,0"),
        ("widths", "8;16"),
        ("split", "1"),
        ("split", "1,a,b"),
        ("digits", "6"),
        ("control", "Shuffled"),
        ("control", ""),
    ],
)
def test_other_text_is_refused_with_what_was_expected(name, text):
    parameter = BY_NAME[name]
    with pytest.raises(ParameterError) as caught:
        parameter.parse(text)
    assert caught.value.parameter == name
    assert caught.value.found == text
    assert caught.value.expected == parameter.type.describe()
    assert str(caught.value) == (
        f"parameter {name!r}: found {text!r}, expected {parameter.type.describe()}"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sizes", True),
        ("sizes", 6.0),
        ("sizes", "6"),
        ("sizes", None),
        ("rate", True),
        ("rate", "0.5"),
        ("rate", math.nan),
        ("rate", math.inf),
        ("rate", 10**400),
        ("fast", 1),
        ("fast", "true"),
        ("title", 3),
        ("widths", 8),
        ("widths", ()),
        ("widths", (8, 2.0)),
        ("widths", (8, True)),
        ("widths", "8,16"),
        ("split", (0.9,)),
        ("control", "real"),
        ("control", 0),
    ],
)
def test_a_value_of_another_type_is_refused(name, value):
    with pytest.raises(ParameterError) as caught:
        BY_NAME[name].check(value)
    assert caught.value.expected == BY_NAME[name].type.describe()


def test_a_whole_number_is_a_number_and_a_list_is_a_tuple():
    assert type(Type("float").check(3)) is float
    assert BY_NAME["split"].check([1, "a"]) == (1.0, "a")


def test_truth_values_and_numbers_that_are_equal_are_different_choices():
    kind = kind_of(Literal[1, 2], 1)
    assert kind.check(1) == 1
    for other in (True, 1.0, "1"):
        with pytest.raises(ValueError, match="one of 1, 2"):
            kind.check(other)
    assert kind.parse("2") == 2


def test_resolving_checks_what_is_given_and_fills_in_the_rest():
    values = SIGNATURE.resolve({"sizes": 3, "widths": [4]})
    assert list(values) == list(BY_NAME)
    assert (values["sizes"], values["widths"], values["rate"]) == (3, (4,), 0.5)
    with pytest.raises(ParameterError):
        SIGNATURE.resolve({"sizes": 2})
    with pytest.raises(UnknownNameError, match=r"no parameter 'size' .*did you mean 'sizes'"):
        SIGNATURE.resolve({"size": 3})
    with pytest.raises(UnknownNameError):  # the runner owns the loop over seeds
        SIGNATURE.resolve({"seed": 3})


@pytest.mark.parametrize(
    ("bound", "inside", "outside"),
    [
        (Ge(2), [2, 3], [1]),
        (Gt(2), [3], [2]),
        (Le(2), [2, 1], [3]),
        (Lt(2), [1], [2]),
        (Interval(gt=0, le=2), [1, 2], [0, 3]),
        (MultipleOf(3), [0, 3, -6], [1, 2, 10**17 + 1]),
    ],
)
@pytest.mark.parametrize("number", [int, float])
def test_bounds_hold_as_annotated_types_defines_them(bound, inside, outside, number):
    kind = kind_of(Annotated[number, bound], number(inside[0]))
    assert [kind.check(number(value)) for value in inside] == inside
    for value in outside:
        if number is int or value < 10**16:
            with pytest.raises(ValueError, match="number"):
                kind.check(number(value))


def test_multiples_of_a_fraction_are_told_up_to_rounding():
    kind = kind_of(Annotated[float, MultipleOf(0.1)], 0.3)  # 0.3 % 0.1 is 0.09999999999999998
    assert kind.check(0.7) == 0.7
    with pytest.raises(ValueError, match="multiple of"):
        kind.check(0.75)


@pytest.mark.parametrize(
    ("bound", "inside", "outside"),
    [(MinLen(2), "ab", "a"), (MaxLen(2), "ab", "abc"), (Len(1, 2), "a", "")],
)
def test_lengths_hold_for_text_and_tuples(bound, inside, outside):
    kind = kind_of(Annotated[str, bound], inside)
    with pytest.raises(ValueError, match="character"):
        kind.check(outside)
    kind = kind_of(Annotated[tuple[str, ...], bound], tuple(inside))
    with pytest.raises(ValueError, match="values"):
        kind.check(tuple(outside))


def _raw(*, x=1, **rest):
    return x, rest


def _positional(x: int = 1):
    return x


def _required(*, x: int):
    return x


def _unannotated(*, x=1):
    return x


def _unreadable(*, x: "Missing" = 1):  # noqa: F821  # the name is missing on purpose
    return x


def _variadic(*x: int):
    return x


def _float_seed(*, seed: float = 0.0):
    return seed


@pytest.mark.parametrize(
    ("function", "parameter", "found", "expected"),
    [
        (_positional, "x", "kind 'positional or keyword'", "keyword-only"),
        (_variadic, "x", "kind 'variadic positional'", "keyword-only"),
        (_required, "x", "no default", "every demo runs with none given"),
        (_unannotated, "x", "no annotation", "a type, for example int"),
        (_raw, "x", "no annotation", "a type, for example int"),
        (_unreadable, "*", "cannot be read", "annotations whose names exist"),
        (_float_seed, "seed", "type float", "int"),
        (dict, "*", "cannot be read", "annotations whose names exist"),
    ],
)
def test_a_signature_no_command_line_could_offer_is_refused(function, parameter, found, expected):
    with pytest.raises(SignatureError) as caught:
        read_signature(function, "pkg:function")
    error = caught.value
    assert (error.target, error.parameter) == ("pkg:function", parameter)
    assert found in error.found
    assert expected in error.expected
    assert str(error).startswith(f"pkg:function: parameter {parameter!r} has ")


@pytest.mark.parametrize(
    ("annotation", "default", "expected"),
    [
        (list[int], [1], "int, float, bool, str, Literal"),
        (dict, {}, "int, float, bool, str, Literal"),
        (int | None, None, "int, float, bool, str, Literal"),
        (int | str, 1, "int, float, bool, str, Literal"),
        (complex, 1j, "int, float, bool, str, Literal"),
        (Any, 1, "int, float, bool, str, Literal"),
        (tuple, (), "int, float, bool, str, Literal"),
        (tuple[()], (), "int, float, bool, str, Literal"),
        (tuple[tuple[int, ...], ...], (), "int, float, bool, str, Literal"),
        (tuple[int | None, ...], (), "int, float, bool, str, Literal"),
        (Literal["a", None], "a", "int, float, bool, str, Literal"),
        (Literal[1, "1"], 1, "choices that can be told apart"),
        (Literal["a", " b"], "a", "choices that can be told apart"),
        (Literal["a", ""], "a", "choices that can be told apart"),
        (Annotated[bool, Ge(0)], True, "no bound 'ge' on bool"),
        (Annotated[Literal[1, 2], Ge(1)], 1, "no bound 'ge' on choice"),
        (Annotated[str, Ge(0)], "a", "no bound 'ge' on str"),
        (Annotated[tuple[int, ...], Le(3)], (), "no bound 'le' on tuple"),
        (Annotated[int, MinLen(1)], 1, "no bound 'min_len' on int"),
        (Annotated[int, Predicate(str.isdigit)], 1, "bounds a command line can show, not"),
        (Annotated[int, Ge("a")], 1, "a finite number as its bound 'ge', not 'a'"),
        (Annotated[float, Lt(math.inf)], 1.0, "a finite number as its bound 'lt', not inf"),
        (Annotated[float, Ge(math.nan)], 1.0, "a finite number as its bound 'ge', not nan"),
        (Annotated[int, MultipleOf(0)], 0, "a finite number as its bound 'multiple_of', not 0"),
        (Annotated[int, Ge(3)], 2, "a whole number at least 3"),
        (Annotated[int, Interval(ge=3, le=1)], 2, "a whole number from 3 to 1"),
        (float, math.nan, "a number"),
        (int, 1.0, "a whole number"),
        (int, True, "a whole number"),
        (bool, 0, "true or false"),
        (str, None, "text"),
        (Literal["a", "b"], "c", "one of a, b"),
        (tuple[int, str], (1,), "values separated by commas"),
    ],
)
def test_a_parameter_no_command_line_could_offer_is_refused(annotation, default, expected):
    with pytest.raises(SignatureError) as caught:
        signature_of(annotation, default)
    assert caught.value.parameter == "x"
    assert expected in caught.value.expected


@pytest.mark.parametrize("name", ["_hidden", "preset", "seeds", "fresh", "json", "dry_run", "open"])
def test_a_parameter_does_not_take_the_name_of_another_option(name):
    def function(**values):
        return values

    function.__signature__ = made_signature(name)
    function.__annotations__ = {name: int}
    with pytest.raises(SignatureError, match=f"{name}.*a name that cannot be an option"):
        read_signature(function, "pkg:function")


def made_signature(name: str):

    return inspect.Signature([inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=1)])


def test_every_option_of_the_run_command_is_reserved():
    from cs25.cli.run import command

    options = {
        name.removeprefix("--").replace("-", "_")
        for option in command.params
        for name in option.opts
        if name.startswith("--")
    }
    # A demo's own `seed` and `control` mean what the command's options of these names mean.
    assert options - {"seed", "control"} <= RESERVED


def test_metadata_that_is_no_bound_is_left_alone():
    assert kind_of(Annotated[int, "in seconds", Ge(0)], 3) == Type("int", ge=0)


# What a parameter of each kind can hold, with a value to start from.
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
ITEMS = st.text(st.characters(exclude_characters=",", codec="utf-8"), min_size=1).filter(
    lambda text: text == text.strip()
)
KINDS = st.one_of(
    st.tuples(st.just(Type("int")), st.integers()),
    st.tuples(st.just(Type("float")), NUMBERS),
    st.tuples(st.just(Type("bool")), st.booleans()),
    st.tuples(st.just(Type("str")), st.text()),
    st.tuples(st.just(Type("choice", choices=("a", "b-c", 3))), st.sampled_from(["a", "b-c", 3])),
    st.tuples(
        st.just(Type("tuple", items=(Type("float"),), variadic=True)),
        st.lists(NUMBERS).map(tuple),
    ),
    st.tuples(
        st.just(Type("tuple", items=(Type("str"), Type("int"), Type("bool")))),
        st.tuples(ITEMS, st.integers(), st.booleans()),
    ),
)


@given(KINDS)
def test_what_is_written_as_text_reads_back(pair):
    kind, value = pair
    text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    read = kind.parse(text)
    assert read == value
    assert type(read) is type(value)
    assert kind.check(read) == value


@given(
    value=st.integers(-100, 100) | st.floats(-100, 100),
    ends=st.tuples(st.integers(-50, 50), st.integers(-50, 50)).map(sorted),
    closed=st.tuples(st.booleans(), st.booleans()),
)
def test_values_outside_the_bounds_are_always_refused(value, ends, closed):
    low = {"ge" if closed[0] else "gt": ends[0]}
    high = {"le" if closed[1] else "lt": ends[1]}
    kind = Type("int" if isinstance(value, int) else "float", **low, **high)
    inside = (value > ends[0] or (closed[0] and value == ends[0])) and (
        value < ends[1] or (closed[1] and value == ends[1])
    )
    for read in (lambda: kind.check(value), lambda: kind.parse(str(value))):
        if inside:
            assert read() == value
        else:
            with pytest.raises(ValueError, match="number"):
                read()


@given(pairs=st.lists(KINDS, max_size=4), takes_seed=st.booleans(), doc=st.text())
def test_a_table_of_parameters_comes_back_unchanged_from_json(pairs, takes_seed, doc):
    parameters = tuple(
        Parameter(f"p{i}", kind, value, doc) for i, (kind, value) in enumerate(pairs)
    )
    table = Signature(parameters, takes_seed, doc)
    again = Signature.from_json(json.loads(json.dumps(table.to_json(), allow_nan=False)))
    assert again == table
    assert [type(p.default) for p in again.parameters] == [type(p.default) for p in parameters]


def test_bounds_come_back_from_json_too():
    assert Signature.from_json(json.loads(json.dumps(SIGNATURE.to_json()))) == SIGNATURE
