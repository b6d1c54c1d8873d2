"""UCT: its formula, its bookkeeping, and the moves it finds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cs25_games.boards.playouts import count
from cs25_games.boards.rules import (
    CONNECT_FOUR,
    TIC_TAC_TOE,
    Position,
    after,
    cell,
    has_won,
    line_game,
    start,
)
from cs25_games.boards.streams import new_stream
from cs25_games.mcts.tree import GOES_ON, NOBODY, ROOT, Tree, back_up, new_tree
from cs25_games.mcts.uct import best_bound, search


def children(tree: Tree, node: int) -> list[int]:
    found, child = [], int(tree.first_child[node])
    while child != NOBODY:
        found.append(child)
        child = int(tree.next_child[child])
    return found


def searched(position: Position, n: int, *, seed: int = 0, game=TIC_TAC_TOE) -> Tree:
    tree = new_tree(n)
    search(tree, game, position, n, 1.4, new_stream(seed))
    return tree


def stones(*where: tuple[int, int]) -> int:
    return sum(cell(TIC_TAC_TOE, column, row) for column, row in where)


def test_the_child_with_the_highest_bound_is_chosen() -> None:
    tree = searched(start(), 9)
    visits, value = (
        np.array([10, 20, 5, 8, 7, 15, 9, 16, 10]),
        np.array([4, 9, 1, 3, 2, 7, 4, 8, 0]),
    )
    at = children(tree, ROOT)
    tree.visits[ROOT], tree.visits[at], tree.value[at] = 100, visits, value
    for c in (0.0, 0.3, 1.4):
        bounds = value / visits + c * np.sqrt(math.log(100) / visits)
        assert best_bound(tree, ROOT, c) == at[int(bounds.argmax())]
    # greedy takes the mean of 1/2, and the curious one the child with fewest visits
    assert best_bound(tree, ROOT, 0.0) == at[7]
    assert best_bound(tree, ROOT, 5.0) == at[2]


@pytest.mark.parametrize("n", [2, 3, 10, 100, 1000])
def test_two_moves_are_pulled_as_ucb1_pulls_two_arms(n: int) -> None:
    # The last two cells: one wins, the other leaves a draw. No playout has any chance in it.
    game = line_game(1, 5, 2)
    position = Position(cell(game, 0, 2) + cell(game, 0, 4), cell(game, 0, 1), 0)
    wins = cell(game, 0, 3)
    tree = searched(position, n, game=game)

    pulls, sums = [1, 1], [1.0, 0.0]
    for t in range(2, n):
        bounds = [
            s / k + 1.4 * math.sqrt(math.log(t) / k) for s, k in zip(sums, pulls, strict=True)
        ]
        arm = bounds.index(max(bounds))
        pulls[arm] += 1
        sums[arm] += 1 - arm
    found = {int(tree.move[c]) == wins: int(tree.visits[c]) for c in children(tree, ROOT)}
    assert [found[True], found[False]] == pulls


def test_every_simulation_is_counted_once_on_each_level() -> None:
    n = 3000
    tree = searched(start(), n)
    assert tree.visits[ROOT] == n
    nodes = [ROOT]
    for node in nodes:  # grows as children are found
        below = children(tree, node)
        nodes += below
        own = tree.visits[node] - tree.visits[below].sum()
        if node == ROOT:
            assert own == 0
        elif tree.result[node] == GOES_ON:
            # the playout that it was added with, seen from the other side than the children's
            assert own == 1
            assert tree.value[node] + tree.value[below].sum() in (-1, 0, 1)
        else:
            assert not below
            assert tree.value[node] == tree.result[node] * tree.visits[node]
        assert (tree.parent[below] == node).all()
        moves = [int(move) for move in tree.move[below]]
        assert len(set(moves)) == len(moves)
        assert not any(move & int(tree.untried[node]) for move in moves)
    assert 1000 < len(nodes) <= n + 1


def test_results_change_sign_from_level_to_level() -> None:
    tree = searched(after(start(), cell(TIC_TAC_TOE, 1, 1)), 200)
    leaf = next(node for node in range(150) if tree.parent[node] not in (ROOT, NOBODY))
    parent = int(tree.parent[leaf])
    before = tree.value[[leaf, parent]].copy(), tree.visits[[leaf, parent, ROOT]].copy()
    back_up(tree, leaf, 1.0)
    assert (tree.value[[leaf, parent]] - before[0]).tolist() == [1.0, -1.0]
    assert (tree.visits[[leaf, parent, ROOT]] - before[1]).tolist() == [1, 1, 1]


def test_it_wins_at_once_and_stops_a_win() -> None:
    mine, theirs = stones((0, 0), (1, 0)), stones((0, 2), (1, 2))
    tree = new_tree(500)
    for seed in range(5):
        move = search(tree, TIC_TAC_TOE, Position(mine, theirs, 0), 500, 1.4, new_stream(seed))
        assert move == cell(TIC_TAC_TOE, 2, 0)
        blocked = Position(stones((0, 0), (1, 1)), stones((0, 2), (1, 2)), 0)
        # 2, 2 stops a line and makes one
        move = search(tree, TIC_TAC_TOE, blocked, 500, 1.4, new_stream(seed))
        assert move == cell(TIC_TAC_TOE, 2, 2)
        assert has_won(TIC_TAC_TOE, after(blocked, move))


def test_of_the_first_moves_of_connect_four_it_prefers_the_centre() -> None:
    # the only one that wins by perfect play (Allis 1988)
    tree = new_tree(20_000)
    move = search(tree, CONNECT_FOUR, start(), 20_000, 1.4, new_stream(0))
    assert move == cell(CONNECT_FOUR, 3, 0)


def test_a_seed_fixes_the_search() -> None:
    one, same, other = (searched(start(), 300, seed=seed) for seed in (1, 1, 2))
    assert (one.visits == same.visits).all()
    assert (one.move[1:] == same.move[1:]).all()
    assert (one.visits[:50] != other.visits[:50]).any()


def test_a_search_overwrites_what_another_left() -> None:
    tree, fresh = new_tree(400), new_tree(400)
    search(tree, CONNECT_FOUR, start(), 400, 1.4, new_stream(5))
    for t in (tree, fresh):
        search(t, TIC_TAC_TOE, start(), 400, 1.4, new_stream(6))
    assert (tree.visits == fresh.visits).all()
    assert count(TIC_TAC_TOE.cells) == len(children(tree, ROOT)) == 9
