"""Values that a parameter's annotation allows, and values that it does not.

Both are drawn from the annotation itself, by hypothesis, and not from what `cs25.parameters` made
of it: the two readings are held against each other.
"""

from __future__ import annotations

import math
import string
import typing
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

import annotated_types
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

__all__ = ["allowed", "refused", "spell"]

_NO_VALUES = ("nan", "inf", "no-such-value")
_WORDS = st.text(string.ascii_letters + string.digits, min_size=1)


def allowed(hint: Any) -> SearchStrategy[Any]:
    """Draw values that an annotation allows and a command line can spell."""
    base, bounds = _parts(hint)
    if base is str:
        sizes = {"min_size": 1}
        for bound in bounds:
            if isinstance(bound, annotated_types.MinLen):
                sizes["min_size"] = bound.min_length
            elif isinstance(bound, annotated_types.MaxLen):
                sizes["max_size"] = bound.max_length
        return st.text(string.ascii_letters + string.digits, **sizes)
    if typing.get_origin(base) is tuple:
        items = typing.get_args(base)
        if len(items) == 2 and items[1] is Ellipsis:
            return _variadic(items[0], bounds)
        return st.tuples(*map(allowed, items))
    return _within(base, bounds) if base in (int, float) else st.from_type(base)


def refused(hint: Any) -> SearchStrategy[str] | None:
    """Draw words that are no value of an annotation; None if it takes every word."""
    base, bounds = _parts(hint)
    outside: list[SearchStrategy[str]] = [
        drawn.map(spell) for bound in bounds for drawn in _beyond(base, bound)
    ]
    if typing.get_origin(base) is Literal:
        choices = {str(choice) for choice in typing.get_args(base)}
        outside.append(_WORDS.filter(lambda word: word not in choices))
    elif typing.get_origin(base) is tuple:
        words = refused(typing.get_args(base)[0])
        outside += [words] if words is not None else []
    elif base is not str:
        outside.append(st.sampled_from(_NO_VALUES))
    return st.one_of(outside) if outside else None


def spell(value: Any) -> str:
    """Return what one types to give a value."""
    if isinstance(value, tuple):
        # A comma at the end tells one empty text from no value at all.
        return "".join(f"{spell(item)}," for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parts(hint: Any) -> tuple[Any, Sequence[Any]]:
    """Return the type and the bounds of an annotation, groups of bounds taken apart."""
    if typing.get_origin(hint) is not Annotated:
        return hint, ()
    base, *metadata = typing.get_args(hint)
    return base, tuple(_flat(metadata))


def _flat(metadata: Sequence[Any]) -> Iterator[Any]:
    for item in metadata:
        if isinstance(item, annotated_types.GroupedMetadata):
            yield from _flat(tuple(item))
        else:
            yield item


def _variadic(item: Any, bounds: Sequence[Any]) -> SearchStrategy[Any]:
    least = max([b.min_length for b in bounds if isinstance(b, annotated_types.MinLen)], default=0)
    most = [b.max_length for b in bounds if isinstance(b, annotated_types.MaxLen)]
    return st.lists(allowed(item), min_size=least, max_size=min(most, default=least + 5)).map(tuple)


def _within(base: Any, bounds: Sequence[Any]) -> SearchStrategy[Any]:
    """Draw numbers that keep every bound."""
    lows: list[tuple[Any, bool]] = [
        (b.ge, False) for b in bounds if isinstance(b, annotated_types.Ge)
    ]
    lows += [(b.gt, True) for b in bounds if isinstance(b, annotated_types.Gt)]
    highs: list[tuple[Any, bool]] = [
        (b.le, False) for b in bounds if isinstance(b, annotated_types.Le)
    ]
    highs += [(b.lt, True) for b in bounds if isinstance(b, annotated_types.Lt)]
    steps: list[Any] = [b.multiple_of for b in bounds if isinstance(b, annotated_types.MultipleOf)]
    low, above = max(lows, default=(None, False))
    high, below = min(highs, key=lambda bound: (bound[0], not bound[1]), default=(None, False))
    if base is float and not steps:
        return st.floats(
            low, high, exclude_min=above, exclude_max=below, allow_nan=False, allow_infinity=False
        )
    step = steps[0] if steps else 1
    multiples = st.integers(
        None if low is None else math.ceil(low / step),
        None if high is None else math.floor(high / step),
    )

    def keeps(value: Any) -> bool:
        return not (above and value <= low) and not (below and value >= high)

    return multiples.map(lambda k: base(k * step)).filter(keeps)


def _beyond(base: Any, bound: Any) -> Iterator[SearchStrategy[Any]]:
    """Yield what breaks one bound."""
    if isinstance(bound, annotated_types.Ge):
        yield _numbers(base, below=bound.ge)
    elif isinstance(bound, annotated_types.Gt):
        yield _numbers(base, below=bound.gt) | st.just(bound.gt)
    elif isinstance(bound, annotated_types.Le):
        yield _numbers(base, above=bound.le)
    elif isinstance(bound, annotated_types.Lt):
        yield _numbers(base, above=bound.lt) | st.just(bound.lt)
    elif isinstance(bound, annotated_types.MultipleOf) and base is int:
        step: Any = bound.multiple_of
        yield st.integers().map(lambda k: k * step + 1) if step > 1 else st.nothing()
    elif isinstance(bound, annotated_types.MaxLen) and base is str:
        yield st.just("x" * (bound.max_length + 1))
    elif isinstance(bound, annotated_types.MinLen) and bound.min_length:
        yield st.just("" if base is str else ())


def _numbers(base: Any, *, below: Any = None, above: Any = None) -> SearchStrategy[Any]:
    if base is int:
        return st.integers(
            min_value=None if above is None else math.floor(above) + 1,
            max_value=None if below is None else math.ceil(below) - 1,
        )
    return st.floats(
        min_value=above,
        max_value=below,
        exclude_min=above is not None,
        exclude_max=below is not None,
        allow_nan=False,
        allow_infinity=False,
    )
