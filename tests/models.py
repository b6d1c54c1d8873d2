"""The real models that tests use, fetched once for all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import platformdirs
import pytest

from cs25.errors import RequirementError
from cs25.lm.supply.fetch import obtain

__all__ = ["model_at_hand"]


@contextmanager
def model_at_hand(name: str) -> Iterator[None]:
    """Have a model on this machine, at its ordinary place, or skip and say why.

    Results of tests go to folders of their own, but a model is fetched once, not for each test.
    """
    ordinary = os.environ.get("CS25_MODELS_DIR") or os.path.join(
        platformdirs.user_cache_dir("cs25", appauthor=False), "models"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CS25_MODELS_DIR", ordinary)
        try:
            obtain(name)
        except RequirementError as error:
            if os.environ.get("CS25_TESTS_NEED_MODELS") == "1":  # set where there is a network
                raise
            pytest.skip(error.message)
        yield
