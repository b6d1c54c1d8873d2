"""How models stand on this machine, each by its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cs25.card import ModelSource
from cs25.lm.supply import shelf
from cs25.lm.supply.catalogue import hub_source
from cs25.lm.supply.shelf import Held
from cs25.lm.supply.standing import state_of

__all__ = ["Item", "about", "look_up", "standing"]


@dataclass(frozen=True)
class Item:
    """A model by its name.

    Args:
        name: its short name, or its Hugging Face id.
        state: ``here``, ``not here``, ``damaged``, ``outdated``; or ``unknown`` if nobody offers it.
        reason: why it cannot be used as it is; empty if it can, or is only not here.
        source: what the name stands for; None if it is unknown.
        distribution: what gives it its short name; None if it has none.
        held: what lies here; None if nothing does.
    """

    name: str
    state: str
    reason: str
    source: ModelSource | None
    distribution: str | None
    held: Held | None

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data, as `cs25 models list --json` shows it."""
        source, held = self.source, self.held
        return {
            "name": self.name,
            "hub": source.hub if source else self.name,
            "state": self.state,
            "reason": self.reason,
            "licence": source.licence if source else "",
            "terms": source.terms if source else "",
            "download_bytes": source.n_bytes if source else 0,
            "n_bytes": held.n_bytes if held else None,
            "source": held.source if held else None,
            "folder": str(held.folder) if held else None,
            "distribution": self.distribution,
        }


def look_up(names: Iterable[str], offered: Iterable[tuple[ModelSource, str]]) -> list[Item]:
    """Look at models on this machine; nothing is fetched.

    Args:
        names: short names and Hugging Face ids.
        offered: the models that have a short name, each with the distribution that offers it.
    """
    by_alias = {source.alias: (source, distribution) for source, distribution in offered}
    return [_item(name, by_alias) for name in dict.fromkeys(names)]


def about(source: ModelSource) -> str:
    """Say what a model is, how large, and under which licence, as far as that is known.

    >>> about(ModelSource("tiny", hub="nobody/tiny", licence="CC0-1.0"))
    'nobody/tiny, licence: CC0-1.0'
    """
    known = [source.hub]
    known += [f"{source.n_bytes / 1e6:,.0f} MB from the package index"] * bool(source.n_bytes)
    known += [f"licence: {source.licence}"] * bool(source.licence)
    return ", ".join(known)


def standing(item: Item) -> str:
    """Say how a model stands on this machine."""
    if item.state == "here" and item.held is not None:
        return f"here, {item.held.n_bytes / 1e6:,.0f} MB"
    return f"{item.state} ({item.reason})" if item.reason else item.state


def _item(name: str, by_alias: Mapping[str, tuple[ModelSource, str | None]]) -> Item:
    source, distribution = by_alias.get(name, (hub_source(name), None))
    if source is None:
        state, reason = "unknown", "no model has this short name"
    else:
        state, reason = state_of(name, source)
    return Item(name, state, reason, source, distribution, shelf.find(name))
