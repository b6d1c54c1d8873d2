"""How a source of weights says that a model cannot be had from it here."""

from __future__ import annotations

from cs25.errors import Cs25Error, RequirementError

__all__ = ["UnreachableError"]


class UnreachableError(Exception):
    """A source that does not give the model; the next one is asked.

    Args:
        reason: why, in a few words.
        remedy: what helps, where something else than a network does.
        becomes: what to raise if there is no other source.
    """

    def __init__(
        self, reason: str, *, remedy: str = "", becomes: type[Cs25Error] = RequirementError
    ) -> None:
        super().__init__(reason)
        self.remedy = remedy
        self.becomes = becomes
