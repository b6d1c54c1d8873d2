"""Weights from the Hugging Face hub, or from what other programs fetched from it before."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from cs25.lm.supply.wheels import UnreachableError

__all__ = ["copy_fetched", "fetch"]

#: What a model consists of. Weights that only Python's pickle can read are left where they are.
FILES = ["*.json", "*.safetensors", "*.jinja", "*.model", "*.txt", "LICENSE*", "README.md"]

#: What repositories carry for other programs.
NOT_NEEDED = ["onnx/*", "openvino/*", "runs/*", "original/*", "data_config.json"]

#: How long the hub may take to answer before the next source is tried, in seconds.
PATIENCE_S = 5.0


def copy_fetched(repository: str, into: Path) -> str | None:
    """Copy a model that lies in the hub's own cache; None if it is not there, or not complete.

    Returns:
        The commit it is of.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        found = snapshot_download(repository, local_files_only=True, allow_patterns=FILES)
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError, ValueError):
        return None
    snapshot = Path(found)
    if not (snapshot / "config.json").exists() or not any(snapshot.glob("*.safetensors")):
        return None
    for path in snapshot.rglob("*"):
        if path.is_file():
            target = into / path.relative_to(snapshot)
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(path.resolve(), target)  # the same bytes, once on the disk
            except OSError:
                shutil.copyfile(path, target)
    return snapshot.name


def fetch(repository: str, into: Path) -> str:
    """Fetch a model's files from the hub. What an earlier try left in the folder is gone on with.

    Args:
        repository: ``organisation/model``.
        into: the folder that gets the files.

    Returns:
        The commit they are of.

    Raises:
        UnreachableError: there is no connection, no such model, no access, or it has no safetensors.
    """
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

    try:
        about: Any = HfApi().model_info(repository, timeout=PATIENCE_S)
        names = [file.rfilename for file in about.siblings or ()]
        if not any(name.endswith(".safetensors") for name in names):
            raise UnreachableError(f"{repository} has no safetensors on the hub")
        snapshot_download(
            repository,
            revision=about.sha,
            local_dir=into,
            allow_patterns=FILES,
            ignore_patterns=NOT_NEEDED,
        )
    except GatedRepoError as error:
        raise UnreachableError(
            f"the hub gives {repository} to those alone who asked for it and are logged in"
        ) from error
    except RepositoryNotFoundError as error:
        raise UnreachableError(f"the hub has no model {repository!r}") from error
    except HfHubHTTPError as error:
        code = getattr(error.response, "status_code", "an error")
        raise UnreachableError(f"the hub answers {code}") from error
    except Exception as error:
        if _is_connection(error):
            raise UnreachableError("the hub cannot be reached") from error
        raise
    shutil.rmtree(into / ".cache", ignore_errors=True)  # what tells where a broken fetch stopped
    return str(about.sha)


def _is_connection(error: BaseException) -> bool:
    """Whether an error, or what caused it, comes from the network, whatever library raised it."""
    from huggingface_hub.errors import LocalEntryNotFoundError, OfflineModeIsEnabled

    known = (ConnectionError, TimeoutError, LocalEntryNotFoundError, OfflineModeIsEnabled)
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, known) or type(seen).__module__.startswith(("http", "requests")):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
