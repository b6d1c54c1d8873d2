"""Notes you can run: a companion to Stanford's CS25 lectures "Transformers United".

>>> import cs25
>>> cs25.run("emergence", "critical-mass", seeds=3)  # doctest: +SKIP

`import cs25` imports no numpy, torch or matplotlib: names are looked up when they are used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cs25.artefacts import cached as cached
    from cs25.criteria import AtLeast as AtLeast
    from cs25.criteria import AtMost as AtMost
    from cs25.criteria import Greater as Greater
    from cs25.criteria import Within as Within
    from cs25.hookspecs import hookimpl as hookimpl
    from cs25.lecture import Claim as Claim
    from cs25.lecture import Command as Command
    from cs25.lecture import Demo as Demo
    from cs25.lecture import Finding as Finding
    from cs25.lecture import Lecture as Lecture
    from cs25.lecture import ModelSource as ModelSource
    from cs25.lecture import Published as Published
    from cs25.lecture import Reading as Reading
    from cs25.result import Measure as Measure
    from cs25.result import Result as Result
    from cs25.result import Table as Table
    from cs25.seeding import seeded as seeded

_HOME = {
    "AtLeast": "cs25.criteria",
    "AtMost": "cs25.criteria",
    "Claim": "cs25.lecture",
    "Command": "cs25.lecture",
    "Demo": "cs25.lecture",
    "Finding": "cs25.lecture",
    "Greater": "cs25.criteria",
    "Lecture": "cs25.lecture",
    "Measure": "cs25.result",
    "ModelSource": "cs25.lecture",
    "Published": "cs25.lecture",
    "Reading": "cs25.lecture",
    "Result": "cs25.result",
    "Table": "cs25.result",
    "Within": "cs25.criteria",
    "cached": "cs25.artefacts",
    "hookimpl": "cs25.hookspecs",
    "seeded": "cs25.seeding",
}

__all__ = sorted(_HOME)  # noqa: PLE0605  # one list of names, above


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'cs25' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
