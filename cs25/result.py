"""The frozen records a demo returns, and their form in JSON.

A result holds numbers only: named measures with units, tables, and a line of text. Figures are
drawn from stored results, so pooling over seeds, another theme or a new page needs no new run.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypedDict

from cs25.criteria import is_finite_number
from cs25.errors import ResultError
from cs25.student import mean_and_margin

__all__ = ["Cell", "Measure", "Result", "Table"]

Cell = float | int | str | bool | None


@dataclass(frozen=True)
class Measure:
    """A measured number.

    Args:
        value: finite.
        unit: for example ``nats``; empty for a pure number.
        low: lower end of a 95 % interval that the demo itself can state, or None.
        high: its upper end; given if and only if ``low`` is.
    """

    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        for name in ("value", "low", "high"):
            number = _plain(getattr(self, name))
            if number is None and name != "value":
                continue
            if isinstance(number, bool) or not isinstance(number, int | float):
                raise ResultError(f"Measure: {name} is {number!r}, expected a number")
            if not is_finite_number(number):
                raise ResultError(
                    f"Measure: {name} is {number!r}, expected a finite number; "
                    "leave out a measure that does not exist"
                )
            object.__setattr__(self, name, float(number))
        if (self.low is None) != (self.high is None):
            raise ResultError("Measure: one end of the interval is missing, expected both or none")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ResultError(f"Measure: low {self.low!r} is above high {self.high!r}")
        if not isinstance(self.unit, str):
            raise ResultError(f"Measure: unit is {self.unit!r}, expected text")

    @property
    def margin(self) -> float:
        """How far the interval reaches above the value; 0 where there is none.

        >>> Measure(0.5, "share", low=0.4, high=0.75).margin, Measure(0.5, "share").margin
        (0.25, 0.0)
        """
        return 0.0 if self.high is None else self.high - self.value

    @classmethod
    def mean_of(
        cls,
        values: Iterable[float],
        unit: str = "",
        *,
        least: float = -math.inf,
        most: float = math.inf,
    ) -> Measure:
        """Return the mean of independent values, with Student's 95 % interval from two of them on.

        Args:
            values: one or more, for example one for each text.
            unit: theirs.
            least: the least that a value can be; the interval does not go below it.
            most: the most that a value can be.

        >>> share = Measure.mean_of([0.5, 0.9, 1.0], "share", most=1)
        >>> round(share.value, 3), round(share.low, 3), share.high
        (0.8, 0.143, 1.0)
        """
        numbers = [float(value) for value in values]
        if not numbers:
            raise ResultError("Measure.mean_of: no values, expected one or more")
        mean, margin = mean_and_margin(numbers)
        if margin is None:
            return cls(mean, unit)
        return cls(mean, unit, max(least, mean - margin), min(most, mean + margin))

    @classmethod
    def over_seeds(cls, results: Iterable[Result], name: str) -> Measure:
        """Return the mean of a measure over results, one for each seed, with Student's interval.

        Args:
            results: one or more, each of which has the measure.
            name: of the measure.

        >>> runs = [Result({"score": Measure(s, "points")}) for s in (1.0, 2.0, 3.0)]
        >>> mean = Measure.over_seeds(runs, "score")
        >>> mean.value, mean.unit, round(mean.high, 2)
        (2.0, 'points', 4.48)
        """
        found = [result.measures[name] for result in results]
        return cls.mean_of((measure.value for measure in found), found[0].unit if found else "")


@dataclass(frozen=True)
class Table:
    """Rows under named columns; cells are numbers, text, truth values or None.

    A number that is not finite becomes None: JSON has no name for it.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise ResultError(f"Table: name is {self.name!r}, expected text that is not empty")
        object.__setattr__(self, "columns", _sequence(self.name, "columns", self.columns))
        for column in self.columns:
            if not isinstance(column, str):
                raise ResultError(f"Table {self.name!r}: column {column!r}, expected text")
        rows = tuple(
            tuple(_cell(self.name, cell) for cell in _sequence(self.name, "a row", row))
            for row in _sequence(self.name, "rows", self.rows)
        )
        object.__setattr__(self, "rows", rows)
        repeated = [name for name, count in Counter(self.columns).items() if count > 1]
        if repeated:
            raise ResultError(f"Table {self.name!r}: column {repeated[0]!r} appears twice")
        for number, row in enumerate(rows):
            if len(row) != len(self.columns):
                raise ResultError(
                    f"Table {self.name!r}: row {number} has {len(row)} cells, "
                    f"expected {len(self.columns)}"
                )

    def column(self, name: str) -> tuple[Any, ...]:
        """Return the cells of one column.

        Raises:
            KeyError: there is no such column.
        """
        if name not in self.columns:
            raise KeyError(f"table {self.name!r} has no column {name!r}: {', '.join(self.columns)}")
        index = self.columns.index(name)
        return tuple(row[index] for row in self.rows)


class TableJson(TypedDict):
    """A table as plain data."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Result:
    """What one run of a demo with one seed found."""

    measures: Mapping[str, Measure] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    text: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.measures, Mapping):
            raise ResultError(f"Result: measures are {self.measures!r}, expected a mapping")
        if isinstance(self.tables, str | Table) or not isinstance(self.tables, Iterable):
            raise ResultError(f"Result: tables are {self.tables!r}, expected a tuple of Table")
        for name, measure in self.measures.items():
            if not isinstance(name, str) or not name.isidentifier():
                raise ResultError(f"Result: measure {name!r}, expected a name like 'r_squared'")
            if not isinstance(measure, Measure):
                raise ResultError(f"Result: measure {name!r} is {measure!r}, expected a Measure")
        object.__setattr__(self, "measures", MappingProxyType(dict(self.measures)))
        object.__setattr__(self, "tables", tuple(self.tables))
        for table in self.tables:
            if not isinstance(table, Table):
                raise ResultError(f"Result: tables hold {table!r}, expected a Table")
        repeated = [n for n, count in Counter(t.name for t in self.tables).items() if count > 1]
        if repeated:
            raise ResultError(f"Result: two tables are named {repeated[0]!r}")
        if not isinstance(self.text, str):
            raise ResultError(f"Result: text is {self.text!r}, expected text")

    def table(self, name: str) -> Table:
        """Return a table by its name.

        Raises:
            KeyError: there is no such table.
        """
        for table in self.tables:
            if table.name == name:
                return table
        known = ", ".join(table.name for table in self.tables)
        raise KeyError(f"the result has no table {name!r} (there is: {known})")

    def to_json(self) -> dict[str, Any]:
        """Return plain dictionaries and lists that `from_json` reads back unchanged."""
        return {
            "measures": {
                name: {"value": m.value, "unit": m.unit, "low": m.low, "high": m.high}
                for name, m in self.measures.items()
            },
            "tables": [table_to_json(table) for table in self.tables],
            "text": self.text,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Result:
        """Read back what `to_json` wrote.

        Raises:
            ResultError: the data has another shape.
        """
        try:
            return cls(
                measures={name: Measure(**m) for name, m in data["measures"].items()},
                tables=tuple(Table(t["name"], t["columns"], t["rows"]) for t in data["tables"]),
                text=data["text"],
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ResultError(f"stored result: {type(error).__name__}: {error}") from error


def table_to_json(table: Table) -> TableJson:
    """Return a table as plain data."""
    return {
        "name": table.name,
        "columns": list(table.columns),
        "rows": [list(row) for row in table.rows],
    }


def _plain(value: Any) -> Any:
    """Turn an array or tensor of one number, or a numpy scalar, into Python's own number."""
    if isinstance(value, str) or not hasattr(value, "item"):
        return value
    try:
        return value.item()
    except (ValueError, RuntimeError):  # numpy's and torch's word for more than one number
        return value


def _sequence(table: str, what: str, value: Any) -> tuple[Any, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):  # a text would be cut up
        raise ResultError(f"Table {table!r}: {what} is {value!r}, expected a tuple")
    return tuple(value)


def _cell(table: str, value: Any) -> Cell:
    value = _plain(value)
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    raise ResultError(f"Table {table!r}: a cell is {value!r}, expected a number, text or None")
