"""Fixtures for the tests of lectures.

They are plain names: what a ``conftest.py`` imports, the tests beside it can ask for. The first two
hold for every test there without being asked for::

    from cs25.testing.fixtures import one_thread, store  # noqa: F401
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from cs25.errors import RequirementError
from cs25.lm import LanguageModel, TextEncoder, load, load_encoder
from cs25.lm.supply.shelf import models_folder

__all__ = ["minilm", "one_thread", "smollm2", "store"]

#: The models of this machine, wherever a test's own store is.
_MODELS = models_folder()


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Small models: a second thread costs more than it does, and rounds otherwise.

    Results that the tests of a module share are made under it, too.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of the test's own: cached functions find nothing in it."""
    monkeypatch.setenv("CS25_CACHE_DIR", str(tmp_path / "store"))


@pytest.fixture
def smollm2() -> LanguageModel:
    """SmolLM2-135M if it is on this machine: `cs25 models fetch smollm2-135m` brings it."""
    with _skipped_if_missing():
        return load("smollm2-135m")


@pytest.fixture
def minilm() -> TextEncoder:
    """MiniLM if it is on this machine: `cs25 models fetch minilm` brings it."""
    with _skipped_if_missing():
        return load_encoder("minilm")


@contextmanager
def _skipped_if_missing() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CS25_MODELS_DIR", str(_MODELS))
        patch.setenv("CS25_OFFLINE", "1")
        try:
            yield
        except RequirementError as error:
            if os.environ.get("CS25_TESTS_NEED_MODELS") == "1":
                raise
            pytest.skip(error.message)
