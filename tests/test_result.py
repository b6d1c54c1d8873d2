"""Results: numbers that are numbers, and the same again out of JSON."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs25 import Measure, Result, ResultError, Table

FINITE = st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
INTERVALS = st.none() | st.tuples(FINITE, FINITE).map(sorted)
MEASURES = st.builds(
    lambda value, unit, ends: Measure(value, unit, *(ends or (None, None))),
    FINITE,
    st.text(max_size=5),
    INTERVALS,
)
CELLS = st.none() | st.booleans() | st.integers() | FINITE | st.text(max_size=5)


@st.composite
def tables(draw):
    columns = draw(st.lists(st.text(max_size=4), max_size=3, unique=True))
    rows = draw(st.lists(st.tuples(*[CELLS] * len(columns)), max_size=3))
    return columns, rows


RESULTS = st.builds(
    lambda measures, parts, text: Result(
        measures, tuple(Table(f"t{i}", *part) for i, part in enumerate(parts)), text
    ),
    st.dictionaries(NAMES, MEASURES, max_size=4),
    st.lists(tables(), max_size=2),
    st.text(max_size=10),
)


@given(RESULTS)
@settings(max_examples=25)  # each draws a whole result, slowly
def test_a_result_comes_back_unchanged_from_json(result):
    again = Result.from_json(json.loads(json.dumps(result.to_json(), allow_nan=False)))
    assert again == result
    # 1, 1.0 and True are equal in Python, and are not the same cell.
    cells = [[type(c) for row in t.rows for c in row] for t in result.tables]
    assert [[type(c) for row in t.rows for c in row] for t in again.tables] == cells


@pytest.mark.parametrize("value", [3, np.float32(3), np.int64(3), np.array(3.0), np.array([3.0])])
def test_a_measure_holds_a_plain_float(value):
    measure = Measure(value, "nats", low=value, high=value)
    assert type(measure.value) is type(measure.low) is float
    assert measure.value == 3.0


# Student's t at 0.975: 12.7062 with one degree of freedom (tan(0.475 pi)), 4.3027 with two.
@pytest.mark.parametrize(
    ("values", "margin"),
    [([0.2, 0.4], 12.7062 * 0.1), ([1.0, 2.0, 3.0], 4.3027 / math.sqrt(3)), ([5, 5], 0.0)],
)
def test_a_mean_has_students_interval(values, margin):
    measure = Measure.mean_of(np.array(values), "nats")
    assert measure.unit == "nats"
    assert measure.value == pytest.approx(sum(values) / len(values))
    assert measure.value - measure.low == pytest.approx(margin, rel=1e-4)
    assert measure.high - measure.value == pytest.approx(margin, rel=1e-4)


def test_a_mean_over_seeds_keeps_the_unit_and_has_the_interval_of_the_values():
    runs = [Result({"loss": Measure(value, "nats"), "seed": Measure(1)}) for value in (1, 2, 6)]
    assert Measure.over_seeds(runs, "loss") == Measure.mean_of([1, 2, 6], "nats")
    assert Measure.over_seeds(runs[:1], "loss") == Measure(1, "nats")
    with pytest.raises(KeyError, match="gain"):
        Measure.over_seeds(runs, "gain")


def test_a_mean_of_shares_does_not_leave_them():
    measure = Measure.mean_of((share for share in (0.0, 1.0)), "share", least=0, most=1)
    assert (measure.value, measure.low, measure.high) == (0.5, 0.0, 1.0)


def test_one_value_has_no_interval_and_no_value_no_mean():
    assert Measure.mean_of([0.5], "share") == Measure(0.5, "share")
    with pytest.raises(ResultError, match=r"mean_of: no values, expected one or more"):
        Measure.mean_of([])


def test_a_tensor_of_one_number_is_a_number():
    torch = pytest.importorskip("torch")
    assert Measure(torch.tensor(0.5)).value == 0.5
    with pytest.raises(ResultError, match="expected a number"):
        Measure(torch.zeros(2))


@pytest.mark.parametrize("value", ["3", None, True, np.True_, np.zeros(2), [3.0], 1 + 2j])
def test_what_is_no_number_is_no_measure(value):
    with pytest.raises(ResultError, match=r"Measure: value is .*, expected a number"):
        Measure(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float64("nan"), 10**400])
@pytest.mark.parametrize("field", ["value", "low", "high"])
def test_a_measure_is_finite(value, field):
    fields = {"value": 0.0, "low": 0.0, "high": 0.0, field: value}
    with pytest.raises(ResultError, match=f"Measure: {field} is .*, expected a finite number"):
        Measure(**fields)


def test_an_interval_has_two_ends_in_order():
    assert Measure(1.0, low=2.0, high=2.0).low == 2.0  # need not hold the value itself
    with pytest.raises(ResultError, match="one end of the interval is missing"):
        Measure(1.0, low=0.5)
    with pytest.raises(ResultError, match="one end of the interval is missing"):
        Measure(1.0, high=0.5)
    with pytest.raises(ResultError, match=r"low 2\.0 is above high 1\.0"):
        Measure(1.0, low=2, high=1)


def test_a_unit_is_text():
    with pytest.raises(ResultError, match="unit is None, expected text"):
        Measure(1.0, None)


def test_cells_are_plain_and_numbers_that_are_not_finite_become_none():
    table = Table("t", ["a", "b"], np.array([[1.5, math.nan], [math.inf, 2.0]]))
    assert table.rows == ((1.5, None), (None, 2.0))
    assert table.columns == ("a", "b")
    plain = Table("t", ("a",), [(np.int64(1),), (np.str_("x"),), (np.bool_(True),)])
    assert json.loads(json.dumps(plain.rows)) == [[1], ["x"], [True]]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (("", ("a",), ()), "Table: name is ''"),
        ((3, ("a",), ()), "Table: name is 3"),
        (("t", "ab", ()), "columns is 'ab', expected a tuple"),
        (("t", (1,), ()), "column 1, expected text"),
        (("t", ("a", "a"), ()), "column 'a' appears twice"),
        (("t", ("a", "b"), ((1, 2), (3,))), "row 1 has 1 cells, expected 2"),
        (("t", ("a", "b"), ("xy",)), "a row is 'xy', expected a tuple"),
        (("t", ("a",), None), "rows is None, expected a tuple"),
        (("t", ("a",), (3,)), "a row is 3, expected a tuple"),
        (("t", ("a",), (([1],),)), r"a cell is \[1\], expected a number, text or None"),
        (("t", ("a",), ((np.zeros(2),),)), "a cell is .*, expected a number, text or None"),
    ],
)
def test_a_table_is_rectangular_and_named(fields, message):
    with pytest.raises(ResultError, match=message):
        Table(*fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"measures": {"r squared": Measure(1.0)}}, "a name like 'r_squared'"),
        ({"measures": {3: Measure(1.0)}}, "a name like 'r_squared'"),
        ({"measures": {"x": 1.0}}, "'x' is 1.0, expected a Measure"),
        ({"measures": [Measure(1.0)]}, "expected a mapping"),
        ({"tables": Table("t", (), ())}, "expected a tuple of Table"),
        ({"tables": None}, "expected a tuple of Table"),
        ({"tables": ({"name": "t"},)}, "expected a Table"),
        ({"tables": (Table("t", (), ()), Table("t", (), ()))}, "two tables are named 't'"),
        ({"text": None}, "text is None, expected text"),
    ],
)
def test_a_result_says_what_is_wrong_with_it(fields, message):
    with pytest.raises(ResultError, match=message):
        Result(**fields)


def test_tables_and_columns_are_found_by_name():
    result = Result(tables=[Table("curve", ("n", "loss"), [(1, 0.5), (2, 0.25)])])
    assert result.table("curve").column("loss") == (0.5, 0.25)
    with pytest.raises(KeyError, match="no column 'los': n, loss"):
        result.table("curve").column("los")
    with pytest.raises(KeyError, match="no table 'curves' \\(there is: curve\\)"):
        result.table("curves")


def test_a_result_cannot_be_changed_afterwards():
    given = {"x": Measure(1.0)}
    result = Result(given)
    given["y"] = Measure(2.0)
    assert list(result.measures) == ["x"]
    with pytest.raises(TypeError):
        result.measures["y"] = Measure(2.0)


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        None,
        {"measures": {}, "tables": []},
        {"measures": [], "tables": [], "text": ""},
        {"measures": {"x": 3}, "tables": [], "text": ""},
        {"measures": {"x": {"value": 1, "colour": 2}}, "tables": [], "text": ""},
        {"measures": {"x": {"value": math.nan}}, "tables": [], "text": ""},
        {"measures": {}, "tables": [{"name": "t"}], "text": ""},
        {"measures": {}, "tables": [{"name": "t", "columns": ["a"], "rows": [3]}], "text": ""},
        {"measures": {}, "tables": 3, "text": ""},
        {"measures": {}, "tables": [], "text": 3},
    ],
)
def test_stored_data_of_another_shape_is_refused(data):
    with pytest.raises(ResultError):
        Result.from_json(data)
