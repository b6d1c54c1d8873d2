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

from cs25.data_files import files_read, models_used, note_files, note_model, watch
from cs25.digest import code_digests, digest_of, hash_of, package_folder
from cs25.errors import StoreError
from cs25.lm.supply.standing import changed_models
from cs25.manifest import changed_files, numerical_versions, usable_threads
from cs25.sources import source_file
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
        TypeError: it is not a function of a module; or, when called, an argument is positional
            or JSON cannot hold it, or what it returns is no mapping of arrays of numbers.
    """
    name = f"{function.__module__}:{function.__qualname__}"
    # A closure's variables would be missing from the key, and a notebook's code has no file.
    if "." in function.__qualname__ or source_file(function.__module__) is None:
        raise TypeError(f"{name} cannot be cached: expected a function of a module's file")
    signature = inspect.signature(function)
    package = package_folder(function.__module__)
    watch(package)

    @functools.wraps(function)
    def wrapper(**arguments: Any) -> dict[str, np.ndarray]:
        bound = signature.bind(**arguments)
        bound.apply_defaults()
        key = digest_of(
            {
                "function": name,
                "arguments": _as_json(name, bound.arguments),
                "code": code_digests(name),
                "versions": numerical_versions(),
                "threads": usable_threads(),
            }
        )
        store = Store()
        folder = store.path("artefacts", name.replace(":", "."), key)
        found = _read(store, folder)
        if found is not None and _still_holds(found[1], package):
            arrays, about = found
            if package is not None:
                note_files(package, about["data"])
            for model, used in about["models"].items():
                note_model(model, **used)
            _note(Artefact(name, key, about["duration_s"], reused=True))
            return arrays
        start = time.perf_counter()
        returned = function(**arguments)
        data = _as_bytes(name, returned)
        duration_s = time.perf_counter() - start
        _note(Artefact(name, key, duration_s, reused=False))
        about = {
            "duration_s": duration_s,
            "arrays": hash_of(data),
            "names": list(returned),
            "data": files_read(package) if package else {},
            "models": models_used(),
        }
        _write(store, folder, data, about)
        return _load(data, about)  # what the next call will read: the same in every respect

    return wrapper


def _still_holds(about: Mapping[str, Any], package: Path | None) -> bool:
    """Whether the data files and models that something was made from are unchanged."""
    files = changed_files(about["data"], package) if package else []
    return not files and not changed_models(about["models"])


def _note(artefact: Artefact) -> None:
    used = _used.get()
    if used is not None:
        used.append(artefact)


def _as_json(function: str, arguments: Mapping[str, Any]) -> Any:
    try:
        return json.loads(json.dumps(arguments, allow_nan=False))
    except ValueError as error:
        raise TypeError(f"{function}: JSON cannot hold its arguments ({error})") from error


def _as_bytes(function: str, returned: Arrays) -> bytes:
    import numpy as np
    from safetensors import SafetensorError
    from safetensors.numpy import save

    if not isinstance(returned, Mapping):
        raise TypeError(f"{function} returned {type(returned).__name__}, expected arrays by name")

    def plain(value: Any) -> np.ndarray:
        value = value.detach().cpu().numpy() if hasattr(value, "detach") else value
        return np.asarray(value, order="C")

    try:
        return bytes(save({name: plain(value) for name, value in returned.items()}))
    except SafetensorError as error:
        raise TypeError(f"{function} returned what safetensors cannot hold: {error}") from error


def _load(data: bytes, about: Mapping[str, Any]) -> dict[str, np.ndarray]:
    from safetensors.numpy import load

    arrays = load(data)  # sorted by the kind of number
    return {name: arrays[name] for name in about["names"]}


def _read(store: Store, folder: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
    """Return what is kept: the arrays, and what they cost and come from."""
    try:
        about = store.read(folder, "about")
        if about is None:
            return None
        data = (folder / ARRAYS).read_bytes()
        if hash_of(data) != about["arrays"]:
            raise StoreError(f"{folder / ARRAYS} is not what was written")
        # What an earlier version kept lists no data files or no models: there was none.
        return _load(data, about), {"data": {}, "models": {}, **about}
    except (OSError, KeyError) as error:
        warnings.warn(f"{folder} is damaged and is made again ({error})", stacklevel=3)
        return None


def _write(store: Store, folder: Path, data: bytes, about: Mapping[str, Any]) -> None:
    try:
        store.write(
            folder,
            {"about": about},
            fill=lambda temporary: (temporary / ARRAYS).write_bytes(data),
        )
    except OSError as error:
        warnings.warn(
            # The error's own text names a file that is another one each time.
            f"{store.root} cannot be written, so this will be made again: "
            f"{error.strerror or error}",
            stacklevel=3,
        )
