"""The tree of a search: one node for each position that a simulation has added."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int8, Int32, Int64

from cs25_games.boards.compiled import compiled
from cs25_games.boards.rules import Cells, Game, Position, has_won, legal_moves

__all__ = ["GOES_ON", "NOBODY", "ROOT", "Tree", "add_node", "back_up", "new_tree", "plant"]

ROOT = 0

#: No node: the parent of the root, and what follows the last child.
NOBODY = -1

#: A node's result where the game has not ended.
GOES_ON = -1


class Tree(NamedTuple):
    """Flat arrays with a place for each node; a search overwrites what the last one has left.

    Args:
        parent: of each node.
        first_child: the child that was added last.
        next_child: of the same parent, added before.
        move: led from the parent here.
        untried: moves that have no child yet.
        result: of a game that has ended here: 1, if ``move`` has won it, or 0.
        visits: simulations that came through.
        value: sum of their results, 1, 0 or -1, for the player who made ``move``.
    """

    parent: Int32[np.ndarray, " node"]
    first_child: Int32[np.ndarray, " node"]
    next_child: Int32[np.ndarray, " node"]
    move: Int64[np.ndarray, " node"]
    untried: Int64[np.ndarray, " node"]
    result: Int8[np.ndarray, " node"]
    visits: Int32[np.ndarray, " node"]
    value: Float64[np.ndarray, " node"]


def new_tree(n_simulations: int) -> Tree:
    """Return room for a search: the root, and a node for each simulation."""
    n = n_simulations + 1
    return Tree(
        parent=np.empty(n, np.int32),
        first_child=np.empty(n, np.int32),
        next_child=np.empty(n, np.int32),
        move=np.empty(n, np.int64),
        untried=np.empty(n, np.int64),
        result=np.empty(n, np.int8),
        visits=np.empty(n, np.int32),
        value=np.empty(n, np.float64),
    )


@compiled
def plant(tree: Tree, game: Game, root: Position) -> None:
    """Clear the tree and make ``root``, where the game goes on, its root."""
    _write(tree, ROOT, NOBODY, 0, legal_moves(game, root), GOES_ON)


@compiled
def add_node(tree: Tree, node: int, parent: int, move: Cells, game: Game, here: Position) -> None:
    """Write a child that stands for the position ``here``, behind ``move``."""
    moves = legal_moves(game, here)
    if has_won(game, here):
        _write(tree, node, parent, move, 0, 1)
    else:
        _write(tree, node, parent, move, moves, GOES_ON if moves else 0)
    tree.next_child[node] = tree.first_child[parent]
    tree.first_child[parent] = node
    tree.untried[parent] ^= move


@compiled
def _write(tree: Tree, node: int, parent: int, move: Cells, untried: Cells, result: int) -> None:
    tree.parent[node] = parent
    tree.first_child[node] = NOBODY
    tree.next_child[node] = NOBODY
    tree.move[node] = move
    tree.untried[node] = untried
    tree.result[node] = result
    tree.visits[node] = 0
    tree.value[node] = 0.0


@compiled
def back_up(tree: Tree, node: int, result: float) -> None:
    """Count a result for a node and all above it; each level sees it with the other sign.

    Args:
        tree: the tree.
        node: the last one of the simulation.
        result: for the player who moved there.
    """
    while node != NOBODY:
        tree.visits[node] += 1
        tree.value[node] += result
        result = -result
        node = tree.parent[node]
