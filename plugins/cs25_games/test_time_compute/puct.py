"""Tree search that a policy-value network guides: PUCT, the search of AlphaGo Zero.

A simulation walks down the tree to the child with the largest Q + U, where

    U(s, a) = c P(s, a) sqrt(N(s)) / (1 + N(s, a)),

asks the network for the policy P and the value of the position it arrives at, and counts that
value in every node on its way. One evaluation is no search: the move is the policy's first choice.

Source: Silver et al. 2017 (doi 10.1038/nature24270), methods, "Search algorithm".
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32

from cs25_games.boards.compiled import compiled
from cs25_games.boards.rules import Cells, Game, Position, after, cell
from cs25_games.mcts.tree import (
    GOES_ON,
    NOBODY,
    ROOT,
    Tree,
    add_node,
    back_up,
    new_tree,
    plant,
)
from cs25_games.test_time_compute.network import (
    CompiledNetwork,
    Scratch,
    evaluate,
    n_moves,
    new_scratch,
)

__all__ = ["EXPLORATION", "Guided", "guided_search", "new_guided", "strongest"]

#: The c of the bound, for values from -1 to 1.
EXPLORATION = 1.5


class Guided(NamedTuple):
    """A network, and room for its searches, which each overwrites.

    Args:
        network: guides them.
        scratch: room for its layers.
        tree: the nodes.
        prior: what the policy of its parent says of each node.
    """

    network: CompiledNetwork
    scratch: Scratch
    tree: Tree
    prior: Float32[np.ndarray, " node"]


def new_guided(game: Game, network: CompiledNetwork, evaluations: int) -> Guided:
    """Return a network with room for searches of so many evaluations."""
    tree = new_tree(evaluations * n_moves(game))
    prior = np.empty(len(tree.visits), np.float32)
    return Guided(network, new_scratch(network), tree, prior)


@compiled
def guided_search(
    guided: Guided,
    game: Game,
    root: Position,
    evaluations: int,
    exploration: float,
    spread: float,
) -> Cells:
    """Search from a position and return the move that most simulations went through.

    Args:
        guided: the network; its tree holds the search afterwards.
        game: the rules.
        root: the game goes on there.
        evaluations: of the network, the root's counted. A simulation that ends at the end of the
            game needs none and counts as one.
        exploration: the c of the bound.
        spread: share of the root's policy that is spread over all moves alike.
    """
    tree = guided.tree
    plant(tree, game, root)
    tree.visits[ROOT] = 1
    _, n_nodes = _expand(guided, game, root, ROOT, 1)
    for child in range(1, n_nodes):
        guided.prior[child] += spread * (1 / (n_nodes - 1) - guided.prior[child])
    for _ in range(evaluations - 1):
        node, position = ROOT, root
        while tree.first_child[node] != NOBODY:
            node = _best_bound(tree, guided.prior, node, exploration)
            position = after(position, tree.move[node])
        if tree.result[node] == GOES_ON:
            value, n_nodes = _expand(guided, game, position, node, n_nodes)
            back_up(tree, node, -value)
        else:
            back_up(tree, node, tree.result[node])
    return strongest(tree, guided.prior)


@compiled
def strongest(tree: Tree, prior: Float32[np.ndarray, " node"]) -> Cells:
    """Return the most visited move of the root; of equals, the one that the policy prefers."""
    child = best = tree.first_child[ROOT]
    while child != NOBODY:
        more = tree.visits[child] - tree.visits[best]
        if more > 0 or (more == 0 and prior[child] > prior[best]):
            best = child
        child = tree.next_child[child]
    return int(tree.move[best])


@compiled
def _best_bound(
    tree: Tree, prior: Float32[np.ndarray, " node"], node: int, exploration: float
) -> int:
    """Return the child with the largest Q + U; the Q of one without a visit is a draw's."""
    scale = exploration * math.sqrt(tree.visits[node])
    best, highest = NOBODY, -np.inf
    child = tree.first_child[node]
    while child != NOBODY:
        n = tree.visits[child]
        bound = scale * prior[child] / (1 + n)
        if n:
            bound += tree.value[child] / n
        if bound > highest:
            best, highest = child, bound
        child = tree.next_child[child]
    return best


@compiled
def _expand(
    guided: Guided, game: Game, position: Position, leaf: int, n_nodes: int
) -> tuple[float, int]:
    """Give a leaf a child for each move, with the policy's share of it.

    Returns:
        The network's value for the player to move, and the number of nodes that there are then.
    """
    tree, logits = guided.tree, guided.scratch.answer
    value = evaluate(guided.network, game, position, guided.scratch)
    child, index, total = n_nodes, 0, 0.0
    for column in range(game.columns):
        for row in range(game.rows):
            move = tree.untried[leaf] & cell(game, column, row)
            if move:
                add_node(tree, child, leaf, move, game, after(position, move))
                # Logits of a network of this size are far from what exp overflows at.
                guided.prior[child] = math.exp(logits[column if game.drops else index])
                total += guided.prior[child]
                child += 1
            index += 1
    for sibling in range(n_nodes, child):
        guided.prior[sibling] /= total
    return value, child
