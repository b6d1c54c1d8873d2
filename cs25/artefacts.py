"""Expensive things that demos of one lecture share: a trained family, a large table.

A `cached` function runs once for its arguments and code. What it returns is kept as safetensors,
listed in the manifest of every run that used it, and its cost is counted in the run that paid it.
"""

from __future__ import annotations

import functools
import inspect
import json
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cs25.digest import code_digests, digest_of, hash_of
from cs25.errors import StoreError
from cs25.manifest import numerical_versions, usable_threads
from cs25.store import Store

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Artefact", "cached", "collect_artefacts"]

#: The file of an artefact's folder that holds its arrays.
ARRAYS = "arrays.safetensors"

Arrays = Mapping[str, Any]


@dataclass(frozen=True)
class Artefact:
    """One use of a cached function.

    Args:
        function: its name, ``"package.module:function"``.
        key: digest of its arguments, code and libraries.
        duration_s: what it cost when it was made, in seconds.
        reused: whether it had been made before.
    """

    function: str
    key: str
    duration_s: float
    reused: bool

    def to_json(self) -> dict[str, Any]:
        """Return the fields as plain data."""
        return asdict(self)


_used: ContextVar[list[Artefact] | None] = ContextVar("cs25_artefacts", default=None)


@contextmanager
def collect_artefacts() -> Iterator[list[Artefact]]:
    """Yield a list that fills with the artefacts used inside the block."""
    used: list[Artefact] = []
    token = _used.set(used)
    try:
        yield used
    finally:
        _used.reset(token)


def cached(function: Callable[..., Arrays]) -> Callable[..., dict[str, np.ndarray]]:
    """Keep what a function returns, by its arguments and code.

    Args:
        function: takes keyword arguments that JSON can hold, and returns arrays or CPU tensors
            by name.

    Returns:
        The function, now returning numpy arrays by name.

    Raises:
        TypeError: (when called) an argument is positional or JSON cannot hold it.
    """
    name = f"{function.__module__}:{function.__qualname__}"
    signature = inspect.signature(function)

    @functools.wraps(function)
    def wrapper(**arguments: Any) -> dict[str, np.ndarray]:
        bound = signature.bind(**arguments)
        bound.apply_defaults()
        key = digest_of(
            {
                "function": name,
                "arguments": json.loads(json.dumps(bound.arguments)),
                "code": code_digests(name),
                "versions": numerical_versions(),
                "threads": usable_threads(),
            }
        )
        store = Store()
        folder = store.path("artefacts", name.replace(":", "."), key)
        found = _read(store, folder)
        if found is not None:
            arrays, duration_s = found
            _note(Artefact(name, key, duration_s, reused=True))
            return arrays
        start = time.perf_counter()
        arrays = _as_arrays(function(**arguments))
        duration_s = time.perf_counter() - start
        _note(Artefact(name, key, duration_s, reused=False))
        _write(store, folder, arrays, duration_s)
        return arrays

    return wrapper


def _note(artefact: Artefact) -> None:
    used = _used.get()
    if used is not None:
        used.append(artefact)


def _as_arrays(returned: Arrays) -> dict[str, np.ndarray]:
    import numpy as np

    def plain(value: Any) -> np.ndarray:
        value = value.detach().cpu().numpy() if hasattr(value, "detach") else value
        return np.ascontiguousarray(value)

    return {name: plain(value) for name, value in returned.items()}


def _read(store: Store, folder: Path) -> tuple[dict[str, np.ndarray], float] | None:
    from safetensors.numpy import load

    try:
        about = store.read(folder, "about")
        if about is None:
            return None
        data = (folder / ARRAYS).read_bytes()
        if hash_of(data) != about["arrays"]:
            raise StoreError(f"{folder / ARRAYS} is not what was written")
        return load(data), float(about["duration_s"])
    except (OSError, KeyError) as error:
        warnings.warn(f"{folder} is damaged and is made again ({error})", stacklevel=3)
        return None


def _write(store: Store, folder: Path, arrays: dict[str, np.ndarray], duration_s: float) -> None:
    from safetensors.numpy import save

    data = save(arrays)
    try:
        store.write(
            folder,
            {"about": {"duration_s": duration_s, "arrays": hash_of(data)}},
            fill=lambda temporary: (temporary / ARRAYS).write_bytes(data),
        )
    except OSError as error:
        warnings.warn(
            f"{store.root} cannot be written, so this will be made again: {error}", stacklevel=3
        )
