"""Models that are a folder of the user's own, named by its path."""

from __future__ import annotations

from pathlib import Path

from cs25.errors import UsageError
from cs25.lm.supply.contents import belongs, identity_of, shortfall
from cs25.lm.supply.shelf import Held, sha256_of

__all__ = ["SOURCE", "looks_like_path", "read_folder"]

#: What a manifest says such a model comes from.
SOURCE = "folder"


def looks_like_path(name: str) -> bool:
    """Whether a name can only be that of a folder."""
    return name.startswith((".", "/", "~", "\\")) or Path(name).is_absolute()


def read_folder(name: str) -> Held:
    """Return the model that a folder holds.

    Args:
        name: the folder's path, from where the user stands.

    Raises:
        UsageError: there is no such folder, or no whole model in it.
    """
    folder = Path(name).expanduser()
    lacks = shortfall(folder) if folder.is_dir() else "no such folder"
    if lacks:
        raise UsageError(
            f"{folder} is no model: {lacks}",
            remedy="Name a folder that `save_pretrained` wrote for model and tokenizer, an alias, "
            "or a Hugging Face id.",
        )
    files = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and belongs(path.relative_to(folder).as_posix())
    }
    return Held(
        name=name,
        folder=folder.resolve(),
        source=SOURCE,
        identity=identity_of({short: sha256_of(path) for short, path in files.items()}),
        n_bytes=sum(path.stat().st_size for path in files.values()),
    )
