"""The contract that every lecture keeps, for its author to run.

`cs25 check LECTURE` prints one line for each rule. As a pytest plugin, named in a conftest with
``pytest_plugins = ["cs25.testing"]``, this module makes one test of each rule::

    def test_contract(contract):
        contract("my-lecture")

It is no ``pytest11`` entry point on purpose: pytest would load it in every project of the
environment, and rewrite the assertions of every module that cs25 installs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cs25.testing.protocol import (
    CommandsModule,
    HealthModule,
    LectureModule,
    ModelsModule,
    WatchingModule,
)

if TYPE_CHECKING:
    import pytest

__all__ = [
    "CommandsModule",
    "HealthModule",
    "LectureModule",
    "ModelsModule",
    "WatchingModule",
    "pytest_generate_tests",
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for ``contract`` one rule after the other."""
    if "contract" in metafunc.fixturenames:
        from cs25.testing.contract import RULES
        from cs25.testing.item import Contract, Subjects

        subjects = Subjects()
        metafunc.config.add_cleanup(subjects.close)
        rules = [Contract(rule, subjects) for rule in RULES]
        metafunc.parametrize("contract", rules, ids=[rule.id for rule in RULES])
