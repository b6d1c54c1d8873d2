"""Terms that a user accepts, once on each machine, before a model is fetched."""

from __future__ import annotations

from pathlib import Path

from cs25.card import ModelSource
from cs25.errors import RequirementError, StoreError
from cs25.lm.supply.shelf import models_folder

__all__ = ["accept_terms", "check_terms", "has_accepted"]


def has_accepted(source: ModelSource) -> bool:
    """Whether the terms of a model, as they are named now, were accepted here, or it has none."""
    if not source.terms:
        return True
    try:
        return _acceptance(source).read_text(encoding="utf-8").strip() == source.terms
    except (OSError, UnicodeDecodeError):
        return False


def accept_terms(source: ModelSource) -> None:
    """Remember that the user accepts the terms of a model.

    Raises:
        StoreError: it cannot be written down.
    """
    place = _acceptance(source)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(source.terms + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"{place} cannot be written ({error.strerror})",
            remedy="Name another folder with CS25_MODELS_DIR.",
        ) from error


def check_terms(source: ModelSource) -> None:
    """Check that the terms of a model were accepted.

    Raises:
        RequirementError: they were not.
    """
    if not has_accepted(source):
        raise RequirementError(
            f"model {source.alias!r} comes under terms that were not accepted on this machine: "
            f"{source.terms}",
            remedy=f"Read them, then `cs25 models fetch {source.alias} --accept-terms`.",
        )


def _acceptance(source: ModelSource) -> Path:
    return models_folder() / ".accepted" / source.alias
