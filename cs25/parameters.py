"""A demo's typed signature, read as parameters.

The signature and docstring of a demo's function are the only definition of its parameters: type,
default, bounds (`annotated_types`), choices (`typing.Literal`) and help (the ``Args:`` section).
Options of `cs25 run`, tables in the reference and checks all come from what is read here.
"""

from __future__ import annotations

import contextlib
import inspect
import math
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

import annotated_types
import docstring_parser

from cs25.criteria import is_finite_number
from cs25.errors import ParameterError, SignatureError, UnknownNameError

__all__ = ["Parameter", "Signature", "Type", "read_signature"]

Scalar = int | float | bool | str
Value = Scalar | tuple[Scalar, ...]

_SCALARS = {int: "int", float: "float", bool: "bool", str: "str"}
_WORDS = {"int": "a whole number", "float": "a number", "bool": "true or false", "str": "text"}

#: What `cs25 run` and `cs25.run` call their own options: no parameter may hide behind them.
RESERVED = frozenset(
    ("demo", "dry_run", "fresh", "help", "json", "lecture", "offline", "open", "preset")
) | {"quiet", "report", "seeds", "strict", "tables", "threads", "traceback", "version"}

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Type:
    """What values a parameter takes.

    Args:
        kind: ``int``, ``float``, ``bool``, ``str``, ``choice`` or ``tuple``.
        choices: the values of a ``Literal``.
        items: types of a tuple's items; one only, if ``variadic``.
        variadic: ``tuple[X, ...]``.
        ge: inclusive lower bound (and so on for ``gt``, ``le``, ``lt``).
        min_len: least number of items of a tuple, or characters of a text.
    """

    kind: str
    choices: tuple[Scalar, ...] = ()
    items: tuple[Type, ...] = ()
    variadic: bool = False
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    multiple_of: float | None = None
    min_len: int | None = None
    max_len: int | None = None

    def describe(self) -> str:
        """Return what is expected, in words.

        >>> Type("int", ge=3, le=16).describe()
        'a whole number from 3 to 16'
        """
        if self.kind == "choice":
            return "one of " + ", ".join(str(choice) for choice in self.choices)
        if self.kind == "tuple":
            if self.variadic:
                items = self.items[0].describe() + ", ..."
            else:
                items = "; ".join(item.describe() for item in self.items)
            return f"values separated by commas ({items})" + self._lengths("values")
        return _WORDS[self.kind] + self._bounds() + self._lengths("characters")

    def parse(self, text: str) -> Value:
        """Read a value from the command line.

        Raises:
            ValueError: the text is no such value; the message says what was expected.
        """
        return self.check(self._convert(text.strip() if self.kind != "str" else text))

    def check(self, value: object) -> Value:
        """Return ``value`` in the parameter's own type if it is allowed.

        Raises:
            ValueError: it is not; the message says what was expected.
        """
        checked = self._check_kind(value)
        if not self._in_bounds(checked):
            raise ValueError(self.describe())
        return checked

    def _convert(self, text: str) -> object:
        try:
            if self.kind == "int":
                return int(text)
            if self.kind == "float":
                return float(text)
        except ValueError:
            raise ValueError(self.describe()) from None
        if self.kind == "bool":
            return _TRUTH.get(text.lower(), text)
        if self.kind == "choice":
            return next((choice for choice in self.choices if str(choice) == text), text)
        if self.kind == "tuple":
            parts = text.split(",")
            if not parts[-1].strip():  # "" is empty, and "1," has one item, as in Python
                parts.pop()
            types = self.items * len(parts) if self.variadic else self.items
            if len(types) != len(parts):
                raise ValueError(self.describe())
            try:
                pairs = zip(types, parts, strict=True)
                return tuple(item.parse(part.strip()) for item, part in pairs)
            except ValueError:
                raise ValueError(self.describe()) from None
        return text

    def _check_kind(self, value: object) -> Value:
        if self.kind == "choice":
            for choice in self.choices:
                if type(choice) is type(value) and choice == value:
                    return choice
        elif self.kind == "tuple" and isinstance(value, tuple | list):
            types = self.items * len(value) if self.variadic else self.items
            if len(types) == len(value):
                pairs = zip(types, value, strict=True)
                with contextlib.suppress(ValueError):  # the whole is told, not the item
                    return tuple(typing.cast("Scalar", item.check(part)) for item, part in pairs)
        elif self.kind == "float" and isinstance(value, int | float):
            if is_finite_number(value):
                return float(value)
        elif self.kind in _SCALARS.values() and _SCALARS.get(type(value)) == self.kind:
            return typing.cast("Value", value)
        raise ValueError(self.describe())

    def _in_bounds(self, value: Value) -> bool:
        if isinstance(value, str | tuple):
            size = len(value)
            return (self.min_len is None or size >= self.min_len) and (
                self.max_len is None or size <= self.max_len
            )
        return (
            (self.ge is None or value >= self.ge)
            and (self.gt is None or value > self.gt)
            and (self.le is None or value <= self.le)
            and (self.lt is None or value < self.lt)
            and (self.multiple_of is None or _is_multiple(value, self.multiple_of))
        )

    def _bounds(self) -> str:
        if self.ge is not None and self.le is not None:
            text = f" from {self.ge} to {self.le}"
        else:
            bounds = (
                ("at least", self.ge),
                ("above", self.gt),
                ("at most", self.le),
                ("below", self.lt),
            )
            named = [f"{word} {bound}" for word, bound in bounds if bound is not None]
            text = f" {' and '.join(named)}" if named else ""
        return text + (f", a multiple of {self.multiple_of}" if self.multiple_of else "")

    def _lengths(self, what: str) -> str:
        if self.min_len and self.max_len is not None:
            return f", {self.min_len} to {self.max_len} {what}"
        if self.min_len:
            return f", at least {self.min_len} {what}"
        return f", at most {self.max_len} {what}" if self.max_len is not None else ""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a demo."""

    name: str
    type: Type
    default: Value
    help: str = ""

    @property
    def option(self) -> str:
        """The option of `cs25 run`, for example ``--learning-rate``."""
        return "--" + self.name.replace("_", "-")

    def parse(self, text: str) -> Value:
        """Read a value from the command line.

        Raises:
            ParameterError: it is not one this parameter takes.
        """
        try:
            return self.type.parse(text)
        except ValueError as error:
            raise ParameterError(parameter=self.name, found=text, expected=str(error)) from None

    def check(self, value: object) -> Value:
        """Return ``value`` in the parameter's own type.

        Raises:
            ParameterError: it is not one this parameter takes.
        """
        try:
            return self.type.check(value)
        except ValueError as error:
            raise ParameterError(parameter=self.name, found=value, expected=str(error)) from None


@dataclass(frozen=True)
class Signature:
    """The parameters of a demo, and whether it takes a seed (if not, its result is exact)."""

    parameters: tuple[Parameter, ...]
    takes_seed: bool
    doc: str = ""

    def resolve(self, given: Mapping[str, object]) -> dict[str, Value]:
        """Return the value of every parameter: the given ones checked, the rest by default.

        Raises:
            UnknownNameError: a name is none of the parameters.
            ParameterError: a value is not one its parameter takes.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                raise UnknownNameError("parameter", name, tuple(known))
        return {
            name: parameter.check(given[name]) if name in given else parameter.default
            for name, parameter in known.items()
        }

    def default(self, name: str) -> Value | None:
        """Return a parameter's default; None if there is no such parameter."""
        return next((p.default for p in self.parameters if p.name == name), None)

    def to_json(self) -> dict[str, Any]:
        """Return the table as plain data, so that it can be kept and read without an import."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Signature:
        """Read back what `to_json` wrote (lists stand for tuples)."""
        parameters = tuple(
            Parameter(p["name"], _type_from_json(p["type"]), _tupled(p["default"]), p["help"])
            for p in data["parameters"]
        )
        return cls(parameters, data["takes_seed"], data["doc"])


def read_signature(function: Callable[..., Any], target: str) -> Signature:
    """Read a demo function's parameters.

    Args:
        function: the demo.
        target: how messages name it, ``"package.module:function"``.

    Raises:
        SignatureError: a parameter is positional, has no annotation or default, or is of a type
            or name that no command line, notebook or form could offer.
    """
    doc = docstring_parser.parse(inspect.getdoc(function) or "", docstring_parser.Style.GOOGLE)
    helps = {p.arg_name: " ".join((p.description or "").split()) for p in doc.params}
    try:
        hints = typing.get_type_hints(function, include_extras=True)
        specs = inspect.signature(function).parameters
    except Exception as error:
        raise SignatureError(
            target=target,
            parameter="*",
            found=f"an annotation that cannot be read ({error})",
            expected="annotations whose names exist",
        ) from error
    parameters = []
    takes_seed = False
    for name, spec in specs.items():

        def wrong(found: str, expected: str, name: str = name) -> SignatureError:
            return SignatureError(target=target, parameter=name, found=found, expected=expected)

        if spec.kind is not inspect.Parameter.KEYWORD_ONLY:
            raise wrong(f"kind {spec.kind.description!r}", "keyword-only (after a bare *)")
        if spec.default is inspect.Parameter.empty:
            raise wrong("no default", "a default: every demo runs with none given")
        if name not in hints:
            raise wrong("no annotation", "a type, for example int")
        try:
            kind = _read_type(hints[name])
        except TypeError as error:
            raise wrong(f"type {_spell(hints[name])}", str(error)) from None
        try:
            default = kind.check(spec.default)
        except ValueError as error:
            raise wrong(f"default {spec.default!r}", str(error)) from None
        if name == "seed":
            if kind.kind != "int":
                raise wrong(f"type {_spell(hints[name])}", "int")
            takes_seed = True
            continue
        if name.startswith("_") or name in RESERVED:
            raise wrong("a name that cannot be an option", "a name that `cs25 run` does not use")
        parameters.append(Parameter(name, kind, default, helps.get(name, "")))
    return Signature(tuple(parameters), takes_seed, doc.short_description or "")


_EXPECTED = "int, float, bool, str, Literal[...] or a tuple of these"
_BOUNDS: tuple[tuple[type, str], ...] = (
    (annotated_types.Ge, "ge"),
    (annotated_types.Gt, "gt"),
    (annotated_types.Le, "le"),
    (annotated_types.Lt, "lt"),
    (annotated_types.MultipleOf, "multiple_of"),
)
_LENGTHS: tuple[tuple[type, str, str], ...] = (
    (annotated_types.MinLen, "min_len", "min_length"),
    (annotated_types.MaxLen, "max_len", "max_length"),
)


def _read_type(hint: Any) -> Type:
    if typing.get_origin(hint) is Annotated:
        base, *metadata = typing.get_args(hint)
        constraints = _constraints(metadata)
        plain = _read_type(base)
        sized = plain.kind in ("tuple", "str")
        for name in constraints:
            if plain.kind in ("bool", "choice") or sized != name.endswith("_len"):
                raise TypeError(f"no bound {name!r} on {plain.kind}")
        return Type(**{**vars(plain), **constraints})
    if hint in _SCALARS:
        return Type(_SCALARS[hint])
    if typing.get_origin(hint) is Literal:
        choices = typing.get_args(hint)
        texts = {str(choice) for choice in choices}
        if len(texts) < len(choices) or any(text != text.strip() or not text for text in texts):
            raise TypeError("choices that can be told apart when they are typed")
        if all(type(choice) in _SCALARS for choice in choices):
            return Type("choice", choices=choices)
    if typing.get_origin(hint) is tuple:
        arguments = typing.get_args(hint)
        variadic = len(arguments) == 2 and arguments[1] is Ellipsis
        items = tuple(_read_type(item) for item in (arguments[:1] if variadic else arguments))
        if items and all(item.kind != "tuple" for item in items):
            return Type("tuple", items=items, variadic=variadic)
    raise TypeError(_EXPECTED)


def _constraints(metadata: Sequence[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in metadata:
        if isinstance(item, annotated_types.GroupedMetadata):
            found |= _constraints([part for part in item if part is not None])
            continue
        known = False
        for kind, name in _BOUNDS:
            if isinstance(item, kind):
                found[name], known = getattr(item, name), True
        for kind, name, attribute in _LENGTHS:
            if isinstance(item, kind):
                found[name], known = getattr(item, attribute), True
        if isinstance(item, annotated_types.BaseMetadata) and not known:
            raise TypeError(f"bounds a command line can show, not {item!r}")
    bounds = {name: bound for name, bound in found.items() if bound is not None}
    for name, bound in bounds.items():
        if not is_finite_number(bound) or (name == "multiple_of" and bound <= 0):
            raise TypeError(f"a finite number as its bound {name!r}, not {bound!r}")
    return bounds


def _is_multiple(value: float, of: float) -> bool:
    if isinstance(value, int) and isinstance(of, int):
        return value % of == 0
    return abs(math.remainder(value, of)) <= 1e-9 * of  # 0.3 % 0.1 is not 0


def _spell(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) and not typing.get_args(hint) else str(hint)


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _type_from_json(data: Mapping[str, Any]) -> Type:
    items = tuple(_type_from_json(item) for item in data["items"])
    return Type(**{**data, "items": items, "choices": tuple(data["choices"])})
