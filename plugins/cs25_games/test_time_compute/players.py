"""Players that search: as long as they are told to, with playouts or with a network."""

from __future__ import annotations

from collections.abc import Callable

from cs25_games.boards.rules import Cells, Game, Position
from cs25_games.boards.streams import Stream
from cs25_games.mcts.match import Searcher, choose
from cs25_games.mcts.tree import new_tree
from cs25_games.test_time_compute.network import CompiledNetwork
from cs25_games.test_time_compute.puct import guided_search, new_guided

__all__ = ["Player", "guided_player", "playout_player"]

#: Chooses a move where the game goes on; the stream, of the game's own, draws what is random.
Player = Callable[[Position, Stream], Cells]


def playout_player(game: Game, n_simulations: int, *, exploration: float) -> Player:
    """Return a player that searches by UCT with random playouts (`cs25_games.mcts`).

    Args:
        game: the rules.
        n_simulations: before each move.
        exploration: the c of its bound.
    """
    tree, searcher = new_tree(n_simulations), Searcher(n_simulations, exploration)

    def play(position: Position, stream: Stream) -> Cells:
        return choose(game, position, searcher, tree, stream)

    return play


def guided_player(
    game: Game, network: CompiledNetwork, evaluations: int, *, exploration: float
) -> Player:
    """Return a player that searches with a network; it draws nothing.

    Args:
        game: the rules.
        network: guides the search.
        evaluations: of the network, before each move; one is no search.
        exploration: the c of its bound.
    """
    guided = new_guided(game, network, evaluations)

    def play(position: Position, stream: Stream) -> Cells:
        return guided_search(guided, game, position, evaluations, exploration, 0.0)

    return play
