"""Plain loops over whole numbers, turned into machine code on their first call.

Compiled code of one file has that of other files in it. numba's cache on disk watches the one
file alone and would keep the old rules after an edit of them. So nothing is kept on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

__all__ = ["compiled"]

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile with numba; the plain function stays there as ``py_func``."""
    return cast("Callable[P, R]", numba.njit(function))
