"""Weights from the Hugging Face hub, or from what other programs fetched from it before."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cs25.errors import UsageError
from cs25.lm.supply.contents import belongs, shortfall
from cs25.lm.supply.shelf import sha256_of
from cs25.lm.supply.unreachable import UnreachableError

__all__ = ["copy", "fetch", "find_fetched"]

#: How long the hub may take to answer before the next source is tried, in seconds.
PATIENCE_S = 5.0

#: What is wrong with this machine, and not with the hub.
_OURS = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)


#: What the hub's cache calls large files.
_SHA256 = re.compile(r"[0-9a-f]{64}")


def find_fetched(repository: str) -> Path | None:
    """Return the model in the hub's own cache; None if it is not there, or not whole.

    The name of the folder is the commit that it is of.
    """
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(repository, "config.json")
    except HFValidationError:
        return None
    if not isinstance(found, str):
        return None
    snapshot = Path(found).parent
    return None if shortfall(snapshot) else snapshot


def copy(snapshot: Path, into: Path) -> None:
    """Take a model over from the hub's own cache.

    Args:
        snapshot: what `find_fetched` found.
        into: an empty folder.

    Raises:
        UnreachableError: it is damaged.
    """
    for path in snapshot.rglob("*"):
        name = path.relative_to(snapshot)
        if path.is_file() and belongs(name.as_posix()):
            blob, target = path.resolve(), into / name
            if _SHA256.fullmatch(blob.name) and sha256_of(blob) != blob.name:
                raise UnreachableError(f"{name} in the hub's own cache is damaged")
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(blob, target)  # the same bytes, once on the disk
            except OSError:
                shutil.copyfile(blob, target)


def fetch(
    repository: str, into: Path, *, notice: Callable[[int], None], progress: bool = True
) -> tuple[Path, str]:
    """Fetch a model's files from the hub.

    Args:
        repository: ``organisation/model``.
        into: a folder. What an earlier try left in it is gone on with.
        notice: told how many bytes the hub is asked for.
        progress: whether to show how far it is.

    Returns:
        The folder below ``into`` that holds the files, and the commit they are of.

    Raises:
        UnreachableError: there is no connection, no such model, no access, or no safetensors.
        OSError: the files cannot be written.
    """
    about = _ask(repository)
    wanted = {file.rfilename: file for file in about.siblings or () if belongs(file.rfilename)}
    if not any(name.endswith(".safetensors") for name in wanted):
        raise UnreachableError(
            f"{repository} has no safetensors on the hub",
            remedy="Weights in other formats can run code when they are read: name another model.",
        )
    place = into / about.sha
    for other in into.iterdir():
        if other != place:  # of another commit
            shutil.rmtree(other, ignore_errors=True)
    notice(sum(file.size or 0 for file in wanted.values()))
    _download(repository, about.sha, sorted(wanted), place, progress)
    _verify(repository, place, wanted)
    shutil.rmtree(place / ".cache", ignore_errors=True)  # what tells where a broken fetch stopped
    lacks = shortfall(place)
    if lacks:
        raise UnreachableError(f"{repository} is no whole model on the hub: {lacks}")
    return place, str(about.sha)


def _ask(repository: str) -> Any:
    """Return what the hub tells of a model."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError

    try:
        return HfApi().model_info(repository, timeout=PATIENCE_S, files_metadata=True)
    except GatedRepoError as error:
        raise _gated(repository) from error
    except HfHubHTTPError as error:
        if _status(error) not in ("401", "404"):  # 401: to those who are not logged in, all is gone
            raise UnreachableError(f"the hub answers {_status(error)}") from error
        raise UnreachableError(
            f"the hub has no model {repository!r}, or it is a private one",
            remedy="https://huggingface.co/models lists them; a private one needs `hf auth login`.",
            becomes=UsageError,
        ) from error
    except Exception as error:
        raise UnreachableError(_reason(error)) from error


def _download(repository: str, commit: str, names: list[str], place: Path, progress: bool) -> None:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError
    from huggingface_hub.utils.tqdm import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    shown = not are_progress_bars_disabled()
    if not progress and shown:
        disable_progress_bars()
    try:
        for name in names:
            # With no look at the hub's own cache: what it holds is not whole, or damaged.
            hf_hub_download(
                repository, name, revision=commit, local_dir=place, cache_dir=place / ".cache"
            )
    except GatedRepoError as error:  # the hub tells of it to anyone, and gives its files to some
        raise _gated(repository) from error
    except HfHubHTTPError as error:
        raise UnreachableError(f"the hub answers {_status(error)}") from error
    except Exception as error:  # whatever is wrong with the way to the hub: there are other ways
        if isinstance(error, OSError) and error.errno in _OURS:
            raise
        raise UnreachableError(_reason(error)) from error
    finally:
        if not progress and shown:
            enable_progress_bars()


def _verify(repository: str, place: Path, wanted: Mapping[str, Any]) -> None:
    """Check the files against what the hub told of them; throw away what is not right."""
    for name, file in wanted.items():
        path = place / name
        size = path.stat().st_size if path.is_file() else None
        expected = file.lfs.sha256 if file.lfs else None
        if size != file.size or (expected and sha256_of(path) != expected):
            path.unlink(missing_ok=True)
            raise UnreachableError(f"{name} of {repository} came damaged from the hub")


def _gated(repository: str) -> UnreachableError:
    return UnreachableError(
        f"the hub gives {repository} to those alone who asked for it and are logged in",
        remedy=f"Ask at https://huggingface.co/{repository}, then `hf auth login`.",
    )


def _status(error: Any) -> str:
    return str(getattr(error.response, "status_code", "an error"))


def _reason(error: Exception) -> str:
    """Say in a few words what is wrong with the way to the hub."""
    from huggingface_hub.errors import OfflineModeIsEnabled

    causes = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        if not isinstance(cause, Exception):
            break
        causes.append(cause)
    if any(isinstance(cause, OfflineModeIsEnabled) for cause in causes):
        return "HF_HUB_OFFLINE forbids to ask the hub"
    if any(_is_connection(cause) for cause in causes):
        return "the hub cannot be reached"
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return f"the answer of the hub is of no use ({lines[0]})"


def _is_connection(error: Exception) -> bool:
    """Whether an error comes from the network, whatever library raised it."""
    from huggingface_hub.errors import LocalEntryNotFoundError

    known = (ConnectionError, TimeoutError, LocalEntryNotFoundError)
    return isinstance(error, known) or type(error).__module__.startswith(("http", "requests"))
