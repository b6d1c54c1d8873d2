"""The public tree: every state that both players see, each of which stands for all hands at once.

A player's *sequence* is what it has done itself so far: its last decision and the action taken
there. It fixes all that came before, since nobody forgets what they did (perfect recall).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from cs25_games.poker.rules import Action, PublicState, Rules

__all__ = ["Decision", "PublicTree", "Sequence"]


class Sequence(NamedTuple):
    """A decision of a player, and the action taken there."""

    state: PublicState
    action: Action


class Decision(NamedTuple):
    """A public state in which a player acts, and that player's sequence until then."""

    state: PublicState
    player: int
    before: Sequence | None
    level: int  #: how many decisions of the same player lie before it


class Ending(NamedTuple):
    """A public state in which the game is over, and both players' sequences."""

    state: PublicState
    sequences: tuple[Sequence | None, Sequence | None]


@dataclass(frozen=True)
class PublicTree:
    """All decisions and endings of a game, in the order of a walk from the left."""

    decisions: tuple[Decision, ...]
    endings: tuple[Ending, ...]

    @classmethod
    def of(cls, rules: Rules) -> PublicTree:
        """Walk through the whole game."""
        found = tuple(_walk(rules.start, (None, None), (0, 0)))
        return cls(
            tuple(node for node in found if isinstance(node, Decision)),
            tuple(node for node in found if isinstance(node, Ending)),
        )


def _walk(
    state: PublicState,
    sequences: tuple[Sequence | None, Sequence | None],
    levels: tuple[int, int],
) -> Iterator[Decision | Ending]:
    if state.is_terminal:
        yield Ending(state, sequences)
    elif state.player is None:
        for card in state.deals:
            yield from _walk(state.deal(card), sequences, levels)
    else:
        player, (first, second) = state.player, levels
        yield Decision(state, player, sequences[player], levels[player])
        below = (first + 1, second) if player == 0 else (first, second + 1)
        for action in state.actions:
            own = Sequence(state, action)
            now = (own, sequences[1]) if player == 0 else (sequences[0], own)
            yield from _walk(state.act(action), now, below)
