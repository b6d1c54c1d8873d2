"""Files a user asked for: checked before anything runs, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cs25.errors import DestinationError

__all__ = ["check_destination", "write_whole"]


def check_destination(path: Path) -> None:
    """Make sure that a file can be written.

    Raises:
        DestinationError: it cannot; nothing has been changed.
    """
    if path.is_dir():
        raise DestinationError(f"{path} is a folder, expected a file name")
    folder = path.resolve().parent
    if not folder.is_dir():
        raise DestinationError(
            f"{path} cannot be written: there is no folder {folder}",
            remedy=f"Make it first: `mkdir -p {folder}`.",
        )
    if path.exists() and not os.access(path, os.W_OK):
        raise DestinationError(f"{path} cannot be written: it is read-only")
    try:  # permissions alone do not tell: a file system may be read-only, or full
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".cs25-"):
            pass
    except OSError as error:
        raise DestinationError(f"{path} cannot be written: {error.strerror or error}") from error


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file by renaming a finished one.

    Raises:
        OSError: it cannot be written; what was there before is still there.
    """
    path = path.resolve()  # a link stays a link
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        try:
            file.write(content.encode() if isinstance(content, str) else content)
            file.close()
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(file.name, 0o666 & ~mask)  # temporary files are private; this one is not
            os.replace(file.name, path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
