"""The rules of Kuhn's and Leduc poker: who acts, what is legal, and who wins how much.

Both are played by two with fixed bets. Each player puts in one ante and gets one card; player 0
opens every round of betting; each round after the first begins with one card for all to see. At
the end a pair with that card beats everything else, then the higher rank wins.

Source: Kuhn 1950, "A simplified two-person poker"; Southey et al. 2005 (arXiv 1207.1411) for Leduc.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import IntEnum

__all__ = ["KUHN", "LEDUC", "Action", "Betting", "PublicState", "Rules"]


class Action(IntEnum):
    """What a player can do; the number is the place on every axis of actions."""

    FOLD = 0
    CALL = 1  #: with nothing to call, it is a check
    RAISE = 2  #: with nothing to raise, it is a bet

    @property
    def letter(self) -> str:
        """One letter: f, c or r."""
        return self.name[0].lower()


@dataclass(frozen=True)
class Betting:
    """A round of betting.

    Args:
        size: of a bet and of each raise, in antes.
        most: how many bets and raises there can be.
    """

    size: int
    most: int


@dataclass(frozen=True)
class Rules:
    """What makes one of these games.

    Args:
        name: for people.
        n_ranks: ranks of the deck.
        n_suits: cards of each rank. Card number ``c`` has rank ``c // n_suits``.
        rounds: of betting.
    """

    name: str
    n_ranks: int
    n_suits: int
    rounds: tuple[Betting, ...]

    @property
    def n_cards(self) -> int:
        """Cards of the deck; also the number of hands a player can have."""
        return self.n_ranks * self.n_suits

    @property
    def start(self) -> PublicState:
        """What everybody sees when the cards have been dealt."""
        return PublicState(self)

    def strength(self, hand: int, board: tuple[int, ...]) -> tuple[bool, int]:
        """Return what the higher of wins at the showdown: whether it is a pair, then its rank."""
        rank = hand // self.n_suits
        return any(rank == card // self.n_suits for card in board), rank


KUHN = Rules("Kuhn poker", 3, 1, (Betting(size=1, most=1),))
LEDUC = Rules("Leduc poker", 3, 2, (Betting(size=2, most=2), Betting(size=4, most=2)))


@dataclass(frozen=True)
class PublicState:
    """What both players see: the betting, and the cards on the board.

    Args:
        rules: of the game.
        betting: the actions of each round that has begun.
        board: the cards that all see, one for each round after the first.
        chips: what players 0 and 1 have put in so far, in antes.
    """

    rules: Rules
    betting: tuple[tuple[Action, ...], ...] = ((),)
    board: tuple[int, ...] = ()
    chips: tuple[int, int] = (1, 1)

    @property
    def player(self) -> int | None:
        """Whose turn it is, 0 or 1; None if a card is dealt next, or the game is over."""
        return None if self._round_is_over else len(self.betting[-1]) % 2

    @property
    def is_terminal(self) -> bool:
        """Whether the game is over."""
        return self._is_folded or (
            self._round_is_over and len(self.betting) == len(self.rules.rounds)
        )

    @property
    def actions(self) -> tuple[Action, ...]:
        """What the player whose turn it is may do."""
        if self.player is None:
            return ()
        faces_a_bet = self.chips[self.player] < self.chips[1 - self.player]
        may_raise = self.betting[-1].count(Action.RAISE) < self._round.most
        legal = {Action.FOLD: faces_a_bet, Action.CALL: True, Action.RAISE: may_raise}
        return tuple(action for action, is_legal in legal.items() if is_legal)

    @property
    def deals(self) -> tuple[int, ...]:
        """The cards that may come next, if one is dealt next; those in hands are among them."""
        if not self._round_is_over or self.is_terminal:
            return ()
        return tuple(card for card in range(self.rules.n_cards) if card not in self.board)

    def act(self, action: Action) -> PublicState:
        """Return what is seen after the action of the player whose turn it is."""
        player = self.player
        if player is None or action not in self.actions:
            legal = ", ".join(a.name for a in self.actions) or "none: it is nobody's turn"
            raise ValueError(f"{self}: action {action!r} is not legal, expected {legal}")
        chips = list(self.chips)
        if action != Action.FOLD:
            chips[player] = chips[1 - player] + (action == Action.RAISE) * self._round.size
        betting = (*self.betting[:-1], (*self.betting[-1], Action(action)))
        return replace(self, betting=betting, chips=(chips[0], chips[1]))

    def deal(self, card: int) -> PublicState:
        """Return what is seen when a card has come: a new round begins."""
        if card not in self.deals:
            raise ValueError(f"{self}: card {card} cannot be dealt, expected one of {self.deals}")
        return replace(self, betting=(*self.betting, ()), board=(*self.board, card))

    def payoff(self, hands: tuple[int, int]) -> int:
        """Return what player 0 wins and player 1 loses when the game is over, in antes."""
        if not self.is_terminal:
            raise ValueError(f"{self}: the game is not over, so nobody has won yet")
        if self._is_folded:
            loser = (len(self.betting[-1]) - 1) % 2
            return self.chips[loser] * (-1 if loser == 0 else 1)
        first, second = (self.rules.strength(hand, self.board) for hand in hands)
        return self.chips[0] * ((first > second) - (first < second))

    def probability(self, hands: tuple[int, int]) -> float:
        """Return the probability that chance deals these hands and this board."""
        cards = (*hands, *self.board)
        if len(set(cards)) < len(cards):
            return 0.0
        return 1 / math.perm(self.rules.n_cards, len(cards))

    @property
    def _round(self) -> Betting:
        return self.rules.rounds[len(self.betting) - 1]

    @property
    def _is_folded(self) -> bool:
        return self.betting[-1][-1:] == (Action.FOLD,)

    @property
    def _round_is_over(self) -> bool:
        # A call ends the round, but the first action of a round can only be a check.
        actions = self.betting[-1]
        return self._is_folded or (len(actions) > 1 and actions[-1] == Action.CALL)

    def __str__(self) -> str:
        """Name the state as players write it: ``cr`` or, with a board, ``crc/4:r``."""
        rounds = ("".join(action.letter for action in actions) for actions in self.betting)
        first, *later = rounds
        return first + "".join(
            f"/{card}:{text}" for card, text in zip(self.board, later, strict=True)
        )
