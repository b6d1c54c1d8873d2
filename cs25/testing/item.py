"""A rule as a test of pytest."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from cs25.plugins import load_plugin
from cs25.testing.rule import Rule
from cs25.testing.subject import Subject

__all__ = ["Contract", "Subjects"]


class Subjects:
    """The lectures that one test goes through, so that a demo is not tried for each rule anew."""

    def __init__(self) -> None:
        self._by_name: dict[str, Subject] = {}

    def __getitem__(self, lecture: str) -> Subject:
        if lecture not in self._by_name:
            self._by_name[lecture] = Subject(load_plugin(lecture))
        return self._by_name[lecture]

    def close(self) -> None:
        """Remove what the examined lectures left on disk."""
        for subject in self._by_name.values():
            subject.close()


@dataclass(frozen=True)
class Contract:
    """What a test calls with the name of its lecture."""

    rule: Rule
    subjects: Subjects

    def __call__(self, lecture: str) -> None:
        """Fail if the lecture breaks the rule; skip, with the reason, if there is only a note."""
        __tracebackhide__ = True
        outcome = self.rule.apply(self.subjects[lecture])
        told = "\n".join(f"{fault.found}\n{fault.remedy}" for fault in outcome.faults)
        if outcome.state == "failed":
            pytest.fail(f"{self.rule.id}: {self.rule.sentence}\n{told}", pytrace=False)
        if outcome.state == "noted":
            pytest.skip(told)
