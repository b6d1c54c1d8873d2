"""Every error a user can cause.

::

    Cs25Error
    ├── UsageError (ValueError)         exit 2   what was typed cannot be done
    │   ├── UnknownNameError (KeyError)          no such lecture, demo, preset, run, ...
    │   ├── ParameterError                       a value a parameter does not take
    │   └── DestinationError (OSError)           a path that cannot be written
    ├── PluginError (RuntimeError)      exit 3   a lecture cannot be used
    │   ├── LectureError (ValueError)            its card does not validate
    │   ├── SignatureError (TypeError)           a demo's signature cannot become parameters
    │   └── StateError                           it is broken, invalid, incompatible, ...
    ├── DemoError (RuntimeError)        exit 1   a demo raised, crashed or returned the wrong thing
    │   └── ResultError (ValueError)             what it returned does not validate
    ├── RequirementError (LookupError)  exit 4   a model or an extra is missing
    ├── StoreError (OSError)            exit 1   a stored or recorded result cannot be read
    └── BookError (RuntimeError)        exit 1   the course reference cannot be built

A message is one to three lines: where, what was found, what was expected, what to do. The facts
in it are attributes too. `cs25.cli.main` is the one place that turns them into exit codes.
"""

from __future__ import annotations

__all__ = [
    "BookError",
    "Cs25Error",
    "DemoError",
    "DestinationError",
    "LectureError",
    "ParameterError",
    "PluginError",
    "RequirementError",
    "ResultError",
    "SignatureError",
    "StateError",
    "StoreError",
    "UnknownNameError",
    "UsageError",
]


class Cs25Error(Exception):
    """Something the user can mend. ``remedy`` says how; ``exit_code`` is the command's."""

    exit_code = 1

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n{self.remedy}" if self.remedy else self.message


class UsageError(Cs25Error, ValueError):
    """What was asked for cannot be done."""

    exit_code = 2


class UnknownNameError(UsageError, KeyError):
    """No such lecture, demo, preset or run.

    Args:
        kind: what was looked for, for example ``lecture``.
        name: the name given.
        known: the names there are.
        remedy: what shows them.
    """

    def __init__(self, kind: str, name: str, known: tuple[str, ...], *, remedy: str = "") -> None:
        from cs25.suggest import did_you_mean

        there_is = ", ".join(known) if known else "none"
        super().__init__(
            f"no {kind} {name!r} (there is: {there_is}){did_you_mean(name, known)}", remedy=remedy
        )
        self.kind = kind
        self.name = name
        self.known = known

    __str__ = Cs25Error.__str__  # KeyError would show the message's repr


class ParameterError(UsageError):
    """A value that a demo's parameter does not take."""

    def __init__(self, *, parameter: str, found: object, expected: str) -> None:
        super().__init__(f"parameter {parameter!r}: found {found!r}, expected {expected}")
        self.parameter = parameter
        self.found = found
        self.expected = expected


class DestinationError(UsageError, OSError):
    """A file or folder that cannot be written."""

    __str__ = Cs25Error.__str__


class PluginError(Cs25Error, RuntimeError):
    """A lecture that cannot be used."""

    exit_code = 3


class LectureError(PluginError, ValueError):
    """A record of a lecture's card that does not validate."""

    def __init__(self, *, where: str, field: str, found: object, expected: str) -> None:
        super().__init__(f"{where}: {field} is {found!r}, expected {expected}")
        self.where = where
        self.field = field
        self.found = found
        self.expected = expected


class SignatureError(PluginError, TypeError):
    """A demo whose signature cannot be turned into parameters."""

    def __init__(self, *, target: str, parameter: str, found: str, expected: str) -> None:
        super().__init__(f"{target}: parameter {parameter!r} has {found}, expected {expected}")
        self.target = target
        self.parameter = parameter
        self.found = found
        self.expected = expected


class StateError(PluginError):
    """A lecture that is listed, but in a state in which it cannot run."""

    def __init__(self, lecture: str, state: str, reason: str) -> None:
        how = "in conflict" if state == "conflict" else state
        super().__init__(f"lecture {lecture!r} is {how}: {reason}")
        self.lecture = lecture
        self.state = state
        self.reason = reason


class DemoError(Cs25Error, RuntimeError):
    """A demo that raised, crashed, or returned something else than a Result."""


class ResultError(DemoError, ValueError):
    """A Result, Measure or Table that does not validate."""


class RequirementError(Cs25Error, LookupError):
    """Something a demo needs is not on this machine; ``remedy`` is the command that brings it."""

    exit_code = 4


class StoreError(Cs25Error, OSError):
    """A stored or recorded result that cannot be read or written."""

    __str__ = Cs25Error.__str__


class BookError(Cs25Error, RuntimeError):
    """The course reference cannot be built."""
