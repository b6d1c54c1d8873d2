"""Monte Carlo tree search with UCT: upper confidence bounds applied to trees.

A simulation goes down the tree by the child with the highest bound, adds one node, plays the game
to its end at random, and counts the result in every node that it came through. The bound of a
child is

    value / visits + c sqrt(ln(visits of the parent) / visits).

Source: Kocsis and Szepesvári 2006, "Bandit based Monte-Carlo planning"; Browne et al. 2012, "A
survey of Monte Carlo tree search methods", algorithm 2.
"""

from __future__ import annotations

import math

import numpy as np

from cs25_games.boards.compiled import compiled
from cs25_games.boards.playouts import draw_move, playout
from cs25_games.boards.rules import Cells, Game, Position, after
from cs25_games.boards.streams import Stream
from cs25_games.mcts.tree import GOES_ON, NOBODY, ROOT, Tree, add_node, back_up, plant

__all__ = ["EXPLORATION", "best_bound", "most_visited", "search"]

#: The c of the bound, for results from -1 to 1.
EXPLORATION = 1.4


@compiled
def search(
    tree: Tree,
    game: Game,
    root: Position,
    n_simulations: int,
    exploration: float,
    stream: Stream,
) -> Cells:
    """Search from a position and return the move that most simulations went through.

    Args:
        tree: room for ``n_simulations`` (`new_tree`); holds the search afterwards.
        game: the rules.
        root: the game goes on there.
        n_simulations: one or more.
        exploration: the c of the bound.
        stream: draws playouts, and the order in which moves are tried.
    """
    plant(tree, game, root)
    for node in range(1, n_simulations + 1):
        leaf, position = _descend(tree, root, exploration)
        if tree.result[leaf] == GOES_ON:
            move = draw_move(tree.untried[leaf], stream)
            position = after(position, move)
            add_node(tree, node, leaf, move, game, position)
            leaf = node
        if tree.result[leaf] == GOES_ON:
            back_up(tree, leaf, -playout(game, position, stream))
        else:
            back_up(tree, leaf, tree.result[leaf])
    return most_visited(tree)


@compiled
def _descend(tree: Tree, root: Position, exploration: float) -> tuple[int, Position]:
    """Go to the first node that has a move without a child, or that ends the game."""
    node, position = ROOT, root
    while not tree.untried[node] and tree.result[node] == GOES_ON:
        node = best_bound(tree, node, exploration)
        position = after(position, tree.move[node])
    return node, position


@compiled
def best_bound(tree: Tree, node: int, exploration: float) -> int:
    """Return the child with the highest upper confidence bound."""
    log_visits = math.log(tree.visits[node])
    best, highest = NOBODY, -np.inf
    child = tree.first_child[node]
    while child != NOBODY:
        n = tree.visits[child]
        bound = tree.value[child] / n + exploration * math.sqrt(log_visits / n)
        if bound > highest:
            best, highest = child, bound
        child = tree.next_child[child]
    return best


@compiled
def most_visited(tree: Tree) -> Cells:
    """Return the root's move with the most visits; of equals, the one that was tried last."""
    child = best = tree.first_child[ROOT]
    while child != NOBODY:
        if tree.visits[child] > tree.visits[best]:
            best = child
        child = tree.next_child[child]
    return int(tree.move[best])
