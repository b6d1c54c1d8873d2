"""A rule of the contract, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from cs25.errors import Cs25Error
from cs25.testing.subject import Subject

__all__ = ["Fault", "Outcome", "Rule", "rule"]

State = Literal["passed", "noted", "failed"]


@dataclass(frozen=True)
class Fault:
    """Where a lecture breaks a rule.

    Args:
        found: what was found, and where.
        remedy: what to do about it.
        is_note: worth knowing, and no failure.
    """

    found: str
    remedy: str
    is_note: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one rule."""

    rule: Rule
    faults: tuple[Fault, ...]

    @property
    def state(self) -> State:
        """``failed`` if any fault is more than a note."""
        if any(not fault.is_note for fault in self.faults):
            return "failed"
        return "noted" if self.faults else "passed"


Look = Callable[[Subject], Iterator[Fault]]


@dataclass(frozen=True)
class Rule:
    """One thing that every lecture does.

    Args:
        id: its name.
        sentence: what it asks for.
        look: yields every fault of a lecture.
    """

    id: str
    sentence: str
    look: Look

    def apply(self, subject: Subject) -> Outcome:
        """Look at a lecture; an error that its author can mend is a fault like others."""
        faults = []
        try:
            for fault in self.look(subject):
                faults.append(fault)  # what was found before an error counts
        except Cs25Error as error:
            faults.append(Fault(error.message, error.remedy or "Mend it, then check again."))
        return Outcome(self, tuple(faults))


def rule(id: str, sentence: str) -> Callable[[Look], Rule]:  # noqa: A002  # the field's own name
    """Make a rule of the function that looks for its faults."""
    return lambda look: Rule(id, sentence, look)
