"""What holds the annotations of `cs25.nn` against every call while the tests run.

pytest is told of it in pyproject.toml. Only the stub that jaxtyping makes of a function's signature
is decorated here, never the function.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from typing import Any

from beartype import BeartypeConf, beartype

__all__ = ["checked"]

#: A whole number is a float, as type checkers have it.
_check = beartype(conf=BeartypeConf(is_pep484_tower=True))


def checked(stub: Callable[..., Any]) -> Callable[..., Any]:
    """Let beartype check a stub; it draws the item of a list that it looks at from `random`."""
    check = _check(stub)

    @functools.wraps(stub)
    def call(*arguments: Any, **options: Any) -> Any:
        state = random.getstate()
        try:
            return check(*arguments, **options)
        finally:
            random.setstate(state)

    return call
