"""Every parameter takes exactly what its annotation declares: tried on values hypothesis draws."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.errors import HypothesisException
from hypothesis.strategies import SearchStrategy

from cs25.card import Demo
from cs25.errors import ParameterError, PluginError
from cs25.parameters import Parameter
from cs25.testing.rule import Fault, rule
from cs25.testing.subject import Subject
from cs25.testing.values import allowed, refused, spell

__all__ = ["parameters_take_what_they_declare"]

_SETTINGS = settings(
    max_examples=30,
    phases=(Phase.generate, Phase.shrink),
    database=None,  # nothing is left in the folder that the author stands in
    deadline=None,
    derandomize=True,
    suppress_health_check=tuple(HealthCheck),
    verbosity=Verbosity.quiet,
)


class _BrokenError(Exception):
    """A drawn value that the parser does not treat as its annotation says."""


@rule("parameters", "Every parameter takes exactly what it declares, and refuses all else.")
def parameters_take_what_they_declare(subject: Subject) -> Iterator[Fault]:
    for demo in subject.card.demos:
        try:
            signature = subject.signature(demo)
        except PluginError:
            continue  # said by the rule of help
        hints = _hints(demo)
        for parameter in signature.parameters:
            where = f"{demo.id}: {parameter.option}"
            for check in (_takes, _refuses):
                try:
                    check(parameter, hints[parameter.name])
                except _BrokenError as error:
                    yield Fault(f"{where} {error}", f"Mend the annotation in {demo.run}.")
                except HypothesisException as error:
                    yield Fault(
                        f"{where}: no value can be drawn ({' '.join(str(error).split())[:200]})",
                        f"Mend its bounds in {demo.run}.",
                    )


def _takes(parameter: Parameter, hint: Any) -> None:
    def look(value: Any) -> None:
        try:
            taken = parameter.parse(spell(value))
        except ParameterError as error:
            raise _BrokenError(
                f"refuses {value!r}, which it declares, as it expects {error.expected}"
            ) from None
        if taken != value or type(taken) is not type(value):
            raise _BrokenError(f"reads {spell(value)!r} as {taken!r}, not {value!r}")

    _draw(look, allowed(hint))


def _refuses(parameter: Parameter, hint: Any) -> None:
    words = refused(hint)

    def look(word: str) -> None:
        try:
            taken = parameter.parse(word)
        except ParameterError:
            return
        raise _BrokenError(f"takes {word!r} as {taken!r}, which is beyond what it declares")

    if words is not None:
        _draw(look, words)


def _draw(look: Callable[[Any], None], values: SearchStrategy[Any]) -> None:
    _SETTINGS(given(values)(look))()


def _hints(demo: Demo) -> dict[str, Any]:
    module, _, name = demo.run.partition(":")
    return typing.get_type_hints(getattr(import_module(module), name), include_extras=True)
