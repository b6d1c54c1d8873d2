"""One seed for everything random, and nothing random left changed behind it."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["seeded"]


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed Python's, numpy's and torch's global generators, and restore them afterwards.

    Args:
        seed: from 0 to 2**32 - 1 (numpy's range).

    torch is seeded only where it has been imported: a demo that does without it should not pay
    for it. So import torch at the top of the module, not inside the ``with`` block.

    >>> import random
    >>> with seeded(0):
    ...     first = random.random()
    >>> with seeded(0):
    ...     first == random.random()
    True
    """
    import numpy as np  # `import cs25` must not import numpy

    torch = sys.modules.get("torch")
    python_state, numpy_state = random.getstate(), np.random.get_state()
    torch_state = torch.get_rng_state() if torch else None
    try:  # from here on: a seed that numpy refuses must leave nothing changed either
        random.seed(seed)
        np.random.seed(seed)
        if torch:
            torch.random.default_generator.manual_seed(seed)
        yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)
        if torch and torch_state is not None:
            torch.set_rng_state(torch_state)
