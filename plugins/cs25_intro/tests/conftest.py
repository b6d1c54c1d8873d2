"""What the lecture's tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from cs25.errors import RequirementError
from cs25.lm import LanguageModel, load
from cs25.lm.supply.shelf import models_folder


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """The models are small: a second thread costs more than it does, and rounds otherwise.

    Results that tests of a module share are made under it, too.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of the test's own: cached functions find nothing in it."""
    monkeypatch.setenv("CS25_CACHE_DIR", str(tmp_path / "store"))


#: The models of this machine, wherever a test's own store is.
MODELS = models_folder()


@pytest.fixture
def smollm2(monkeypatch: pytest.MonkeyPatch) -> LanguageModel:
    """The real model, if it is on this machine: `cs25 models fetch smollm2-135m` brings it."""
    monkeypatch.setenv("CS25_MODELS_DIR", str(MODELS))
    monkeypatch.setenv("CS25_OFFLINE", "1")
    try:
        return load("smollm2-135m")
    except RequirementError as error:
        if os.environ.get("CS25_TESTS_NEED_MODELS") == "1":
            raise
        pytest.skip(error.message)
