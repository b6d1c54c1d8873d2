"""What plugins offer through a hook that returns named records, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from cs25.errors import PluginError

if TYPE_CHECKING:
    from cs25.plugins import Plugin


__all__ = ["Offers", "offers"]

T = TypeVar("T")


@dataclass(frozen=True)
class Offers(Generic[T]):
    """What plugins offer.

    Args:
        items: each with the distribution that offers it, no name twice.
        problems: what is left out and why, a sentence each.
    """

    items: tuple[tuple[T, str], ...]
    problems: tuple[str, ...]


def offers(
    plugins: Iterable[Plugin],
    *,
    hook: str,
    kind: type[T],
    noun: str,
    name: Callable[[T], str],
    core: Collection[str],
) -> Offers[T]:
    """Ask plugins for what they offer.

    Args:
        plugins: in their order; of two records with one name, the first plugin's is taken.
        hook: the hook to call.
        kind: the record that it returns a sequence of.
        noun: what a record is, in a message.
        name: the name of a record.
        core: the core's own names, which none may shadow.
    """
    found: dict[str, tuple[T, str]] = {}
    problems: list[str] = []
    for plugin in plugins:
        source = plugin.distribution
        try:
            offered = plugin.offered(hook, kind)
        except PluginError as error:
            problems.append(error.message)
            continue
        for item in offered:
            if name(item) in core:
                problems.append(f"{noun} {name(item)!r} of {source} is left out: cs25 has its own")
            elif name(item) in found:
                first = found[name(item)][1]
                problems.append(
                    f"{noun} {name(item)!r} is offered by {first} and by {source}: "
                    f"that of {first} is used"
                )
            else:
                found[name(item)] = item, source
    return Offers(tuple(found.values()), tuple(problems))
