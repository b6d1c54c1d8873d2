"""Notes you can run: a companion to Stanford's CS25 lectures "Transformers United".

>>> import cs25
>>> cs25.run("emergence", "critical-mass", seeds=3)  # doctest: +SKIP

`import cs25` imports no numpy, torch or matplotlib: names are looked up when they are used.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cs25.api import lecture as lecture
    from cs25.api import lectures as lectures
    from cs25.api import run as run
    from cs25.artefacts import cached as cached
    from cs25.card import Claim as Claim
    from cs25.card import Command as Command
    from cs25.card import Demo as Demo
    from cs25.card import Finding as Finding
    from cs25.card import Lecture as Lecture
    from cs25.card import ModelSource as ModelSource
    from cs25.card import Published as Published
    from cs25.card import Reading as Reading
    from cs25.card import Wheel as Wheel
    from cs25.criteria import AtLeast as AtLeast
    from cs25.criteria import AtMost as AtMost
    from cs25.criteria import Greater as Greater
    from cs25.criteria import Within as Within
    from cs25.errors import BookError as BookError
    from cs25.errors import Cs25Error as Cs25Error
    from cs25.errors import DemoError as DemoError
    from cs25.errors import DestinationError as DestinationError
    from cs25.errors import LectureError as LectureError
    from cs25.errors import ParameterError as ParameterError
    from cs25.errors import PluginError as PluginError
    from cs25.errors import RequirementError as RequirementError
    from cs25.errors import ResultError as ResultError
    from cs25.errors import SignatureError as SignatureError
    from cs25.errors import StateError as StateError
    from cs25.errors import StoreError as StoreError
    from cs25.errors import UnknownNameError as UnknownNameError
    from cs25.errors import UsageError as UsageError
    from cs25.hookspecs import hookimpl as hookimpl
    from cs25.result import Measure as Measure
    from cs25.result import Result as Result
    from cs25.result import Table as Table
    from cs25.runner import Run as Run
    from cs25.seeding import seeded as seeded

_HOME = {
    "BookError": "cs25.errors",
    "Cs25Error": "cs25.errors",
    "DemoError": "cs25.errors",
    "DestinationError": "cs25.errors",
    "LectureError": "cs25.errors",
    "ParameterError": "cs25.errors",
    "PluginError": "cs25.errors",
    "RequirementError": "cs25.errors",
    "ResultError": "cs25.errors",
    "SignatureError": "cs25.errors",
    "StateError": "cs25.errors",
    "StoreError": "cs25.errors",
    "UnknownNameError": "cs25.errors",
    "UsageError": "cs25.errors",
    "AtLeast": "cs25.criteria",
    "AtMost": "cs25.criteria",
    "Claim": "cs25.card",
    "Command": "cs25.card",
    "Demo": "cs25.card",
    "Finding": "cs25.card",
    "Greater": "cs25.criteria",
    "Lecture": "cs25.card",
    "Measure": "cs25.result",
    "ModelSource": "cs25.card",
    "Published": "cs25.card",
    "Reading": "cs25.card",
    "Result": "cs25.result",
    "Run": "cs25.runner",
    "Table": "cs25.result",
    "Wheel": "cs25.card",
    "Within": "cs25.criteria",
    "cached": "cs25.artefacts",
    "hookimpl": "cs25.hookspecs",
    "lecture": "cs25.api",
    "lectures": "cs25.api",
    "run": "cs25.api",
    "seeded": "cs25.seeding",
}

__all__ = sorted(_HOME)  # one list of names, above


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'cs25' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})


if "CS25_DATA_LOG" in os.environ:  # a demo's process, or one that it started
    import_module("cs25.data_files")
