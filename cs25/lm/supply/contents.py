"""What of a repository, a wheel or a folder is a model, and which of it can change a number."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from cs25.digest import digest_of

__all__ = ["belongs", "identity_of", "is_about", "is_inside", "shortfall"]

#: Weights, configuration, tokenizer. What only Python's pickle can read, and code, is never taken.
FILES = ("*.json", "*.safetensors", "*.jinja", "*.model", "*.txt")

#: What says whose the model is and on which terms. No number depends on it.
ABOUT = ("licen[cs]e*", "notice*", "readme*", "*terms*")
ABOUT_SUFFIXES = ("", ".html", ".md", ".rst", ".txt")

#: What repositories carry for other programs.
NOT_NEEDED = ("onnx", "openvino", "original", "runs", "data_config.json")

#: The list of a model's weights, where they are split over several files.
INDEX = "model.safetensors.index.json"

TOKENIZERS = ("tokenizer*.json", "tokenizer.model", "vocab.*", "spiece.model")


def is_inside(name: str) -> bool:
    r"""Whether a name in an archive or a repository is that of a file below its root.

    >>> [is_inside(name) for name in ("a/b.json", "../b.json", "/b.json", r"..\b.json", "C:b")]
    [True, False, False, False, False]
    """
    path = PurePosixPath(name)
    return not (
        name.endswith("/")
        or path.is_absolute()
        or ".." in path.parts
        or "\\" in name
        or ":" in name  # a drive
    )


def is_about(name: str) -> bool:
    """Whether a file is the model's card, its licence or its terms."""
    path = PurePosixPath(name.lower())
    known = any(fnmatchcase(path.name, pattern) for pattern in ABOUT)
    return known and (path.suffix in ABOUT_SUFFIXES or path.name.startswith("licen"))


def belongs(name: str) -> bool:
    """Whether a file, by its path below the model's folder, is part of the model."""
    path = PurePosixPath(name)
    if not is_inside(name) or path.parts[0] in NOT_NEEDED:
        return False
    return is_about(name) or any(fnmatchcase(path.name, pattern) for pattern in FILES)


def identity_of(digests: Mapping[str, str]) -> str:
    """Return the identity of a model's files: of all that can change a number.

    Args:
        digests: of the files, by path below the model's folder.
    """
    return digest_of(sorted(f"{name} {d}" for name, d in digests.items() if not is_about(name)))


def shortfall(folder: Path) -> str:
    """Return what a folder lacks to be a whole model, or an empty text."""
    if not (folder / "config.json").is_file():
        return "no config.json"
    if not any(folder.glob("*.safetensors")):
        return "no *.safetensors"
    try:
        weights = json.loads((folder / INDEX).read_text(encoding="utf-8"))["weight_map"].values()
    except FileNotFoundError:
        weights = ()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return f"no {INDEX} that can be read"
    missing = sorted({name for name in weights if not (folder / name).is_file()})
    if missing:
        return f"no {missing[0]}"
    if not any(path.is_file() for pattern in TOKENIZERS for path in folder.glob(pattern)):
        return "no tokenizer"
    return ""
