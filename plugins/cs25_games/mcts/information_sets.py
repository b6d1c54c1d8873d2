"""Information-set tree search: UCT where players do not see each other's cards.

Each simulation deals the cards anew. A player chooses by what simulations found before in the same
information set: the same betting, with the same cards as far as the player sees them. Whose turn
it is keeps the count, each for itself, so nobody uses what it cannot know.

Source: Cowling, Powley and Whitehouse 2012, "Information set Monte Carlo tree search", with several
observers (MO-ISMCTS). The paper also counts how often an action was available. Here that is the
count of visits: what players may do in poker depends on nothing hidden.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from cs25_games.mcts.uct import EXPLORATION
from cs25_games.poker import Action, PublicState, Rules

__all__ = ["Hands", "InformationSet", "InformationSetSearch", "Known", "PublicNode"]

#: The cards of players 0 and 1.
Hands = tuple[int, int]

#: The cards that a player sees: its own, or face up all of them.
Known = tuple[int, ...]


@dataclass
class InformationSet:
    """What simulations found where a player knows just so much, for each of its actions.

    Args:
        visits: simulations that took the action.
        value: sum of what the player won then, in antes.
    """

    visits: list[int]
    value: list[float]

    def best_bound(self, exploration: float) -> int:
        """Return the action with the highest upper confidence bound; each has been visited."""
        log_visits = math.log(sum(self.visits))
        bounds = [
            value / n + exploration * math.sqrt(log_visits / n)
            for value, n in zip(self.value, self.visits, strict=True)
        ]
        return bounds.index(max(bounds))


@dataclass
class PublicNode:
    """What both players see, and what simulations found there.

    Args:
        state: the betting, and the cards on the board.
        player: whose turn it is; None if a card comes, or the game is over.
        moves: actions of that player, or the cards that may come.
        children: behind each of them.
        sets: the player's information sets, so far as simulations have been there.
    """

    state: PublicState
    player: int | None
    moves: tuple[Action, ...] | tuple[int, ...]
    children: tuple[PublicNode, ...]
    sets: dict[Known, InformationSet] = field(default_factory=dict)

    @classmethod
    def of(cls, state: PublicState) -> PublicNode:
        """Build everything that can follow a state."""
        if state.player is None:
            children = tuple(cls.of(state.deal(card)) for card in state.deals)
            return cls(state, None, state.deals, children)
        children = tuple(cls.of(state.act(action)) for action in state.actions)
        return cls(state, state.player, state.actions, children)

    def walk(self) -> Iterator[PublicNode]:
        """Yield this node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


class InformationSetSearch:
    """A search from the beginning of a hand, which both players share.

    Args:
        rules: of the game.
        face_up: everybody sees all cards, and it is a game of perfect information.
        exploration: the c of UCT's bound, for the largest pot.
        seed: deals the cards, and draws what is random.

    Attributes:
        root: the beginning of the game.
        n_simulations: so far.
        n_states: states that simulations came through, the ends of games among them.
    """

    def __init__(
        self, rules: Rules, *, face_up: bool, exploration: float = EXPLORATION, seed: int
    ) -> None:
        self.root = PublicNode.of(rules.start)
        self.face_up = face_up
        self.n_simulations = 0
        self.n_states = 0
        self._cards = range(rules.n_cards)
        pots = (max(node.state.chips) for node in self.root.walk())
        self._exploration = exploration * max(pots)
        self._random = random.Random(seed)

    def run(self, n_simulations: int) -> None:
        """Add so many simulations."""
        for _ in range(n_simulations):
            self._simulate(self._deal())
        self.n_simulations += n_simulations

    def known(self, player: int, hands: Hands) -> Known:
        """Return the cards that a player sees."""
        return hands if self.face_up else (hands[player],)

    def probs(self, node: PublicNode, hands: Hands) -> list[float]:
        """Return the share of visits of each action; all alike where no simulation has been."""
        assert node.player is not None
        found = node.sets.get(self.known(node.player, hands))
        if found is None:
            return [1 / len(node.moves)] * len(node.moves)
        total = sum(found.visits)
        return [n / total for n in found.visits]

    def _deal(self) -> Hands:
        first, second = self._random.sample(self._cards, 2)
        return first, second

    def _simulate(self, hands: Hands) -> None:
        node, path, is_playout = self.root, [], False
        while node.children:
            self.n_states += 1
            if node.player is None:
                place = self._draw_card(node, hands)
            elif is_playout:
                place = self._random.randrange(len(node.moves))
            else:
                known = self.known(node.player, hands)
                is_playout = known not in node.sets  # one is added, and the rest is random
                here = node.sets.setdefault(known, _no_visits(len(node.moves)))
                place = self._choose(here)
                path.append((here, place, node.player))
            node = node.children[place]
        self.n_states += 1
        won = node.state.payoff(hands)
        for here, place, player in path:
            here.visits[place] += 1
            here.value[place] += -won if player else won

    def _choose(self, here: InformationSet) -> int:
        if 0 not in here.visits:
            return here.best_bound(self._exploration)
        untried = [place for place, n in enumerate(here.visits) if n == 0]
        return self._random.choice(untried)

    def _draw_card(self, node: PublicNode, hands: Hands) -> int:
        left = [place for place, card in enumerate(node.moves) if card not in hands]
        return self._random.choice(left)


def _no_visits(n_actions: int) -> InformationSet:
    return InformationSet([0] * n_actions, [0.0] * n_actions)
