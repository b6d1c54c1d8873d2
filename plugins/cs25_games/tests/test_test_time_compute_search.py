"""The network in compiled code against torch's, and PUCT against a plain search of dictionaries."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from cs25_games.boards.rules import (
    CONNECT_FOUR,
    TIC_TAC_TOE,
    Game,
    Position,
    after,
    cell,
    has_won,
    hex_game,
    legal_moves,
    start,
)
from cs25_games.boards.streams import new_stream
from cs25_games.mcts.match import draw_openings
from cs25_games.mcts.tree import NOBODY, ROOT, Tree
from cs25_games.test_time_compute.network import (
    PolicyValueNet,
    evaluate,
    n_moves,
    n_weights,
    new_scratch,
)
from cs25_games.test_time_compute.puct import EXPLORATION, guided_search, new_guided


def random_net(game: Game, width: int = 8, *, scale: float = 1.0, seed: int = 0) -> PolicyValueNet:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = PolicyValueNet(game, width)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter *= scale
    return net


def cells_of(game: Game) -> list[int]:
    return [cell(game, column, row) for column in range(game.columns) for row in range(game.rows)]


def stones_of(game: Game, position: Position) -> torch.Tensor:
    return torch.tensor(
        [[bool(side & c) for side in (position.mine, position.theirs)] for c in cells_of(game)]
    ).float()


def place_in_policy(game: Game, move: int) -> int:
    place = cells_of(game).index(move)
    return place // game.rows if game.drops else place


def root_visits(tree: Tree) -> dict[int, int]:
    visits, child = {}, tree.first_child[ROOT]
    while child != NOBODY:
        visits[int(tree.move[child])] = int(tree.visits[child])
        child = tree.next_child[child]
    return visits


@pytest.mark.parametrize("game", [CONNECT_FOUR, hex_game(3)])
def test_compiled_network_is_torchs(game: Game) -> None:
    net = random_net(game, 16, scale=2)
    network, scratch = net.compiled(), new_scratch(net.compiled())
    for position in draw_openings(game, 20, 5, new_stream(1)):
        value = evaluate(network, game, position, scratch)
        expected = net(stones_of(game, position).flatten()[None])[0].detach()
        assert value == pytest.approx(expected[-1].tanh().item(), abs=1e-5)
        assert scratch.answer == pytest.approx(expected.numpy(), abs=1e-5)


def test_weights_are_counted() -> None:
    # 84 stones and a bias, 4 units and a bias, to 4 units; 4 units and a bias to 7 moves, 1 value.
    assert n_weights(PolicyValueNet(CONNECT_FOUR, 4)) == 85 * 4 + 5 * 4 + 5 * 8
    assert (n_moves(CONNECT_FOUR), n_moves(TIC_TAC_TOE)) == (7, 9)


class PlainSearch:
    """PUCT as in the paper's text: a dictionary for each of N, W and P, keyed by the moves made."""

    def __init__(self, game: Game, net: PolicyValueNet) -> None:
        self.game, self.network = game, net.compiled()
        self.n: dict[tuple[int, ...], int] = {(): 0}
        self.w: dict[tuple[int, ...], float] = {}
        self.p: dict[tuple[int, ...], float] = {}
        self.moves: dict[tuple[int, ...], list[int]] = {}

    def simulate(self, path: tuple[int, ...], position: Position) -> float:
        """Return the value for the player who moved to this position."""
        self.n[path] += 1
        if path and has_won(self.game, position):
            return 1.0
        if not legal_moves(self.game, position):
            return 0.0
        if path not in self.moves:
            return -self.expand(path, position)
        best = max(self.moves[path], key=lambda move: self.bound(path, move))
        value = -self.simulate((*path, best), after(position, best))
        self.w[(*path, best)] += -value
        return value

    def bound(self, path: tuple[int, ...], move: int) -> float:
        child = (*path, move)
        q = self.w[child] / self.n[child] if self.n[child] else 0.0
        # The visit that is under way has been counted in the parent already.
        u = EXPLORATION * self.p[child] * math.sqrt(self.n[path] - 1) / (1 + self.n[child])
        return q + u

    def expand(self, path: tuple[int, ...], position: Position) -> float:
        scratch = new_scratch(self.network)
        value = evaluate(self.network, self.game, position, scratch)
        moves = [c for c in cells_of(self.game) if legal_moves(self.game, position) & c]
        logits = [scratch.answer[place_in_policy(self.game, move)] for move in moves]
        shares = np.exp(logits) / np.exp(logits).sum()
        # Of equal bounds the last move wins.
        self.moves[path] = moves[::-1]
        for move, share in zip(moves, shares, strict=True):
            child = (*path, move)
            self.n[child], self.w[child], self.p[child] = 0, 0.0, float(share)
        return value


@pytest.mark.parametrize("game", [CONNECT_FOUR, TIC_TAC_TOE, hex_game(3)])
def test_search_visits_what_a_plain_search_visits(game: Game) -> None:
    net = random_net(game, scale=2)
    guided = new_guided(game, net.compiled(), 150)
    for position in draw_openings(game, 3, 4, new_stream(2)):
        plain = PlainSearch(game, net)
        for _ in range(150):
            plain.simulate((), position)
        guided_search(guided, game, position, 150, EXPLORATION, 0.0)
        expected = {move: plain.n[(move,)] for move in plain.moves[()]}
        assert root_visits(guided.tree) == expected
        assert sum(expected.values()) == 149  # the root's own evaluation went to none


def test_one_evaluation_plays_the_policys_first_choice() -> None:
    net = random_net(CONNECT_FOUR, scale=2)
    guided = new_guided(CONNECT_FOUR, net.compiled(), 1)
    for position in draw_openings(CONNECT_FOUR, 20, 6, new_stream(3)):
        logits = net(stones_of(CONNECT_FOUR, position).flatten()[None])
        moves = [c for c in cells_of(CONNECT_FOUR) if legal_moves(CONNECT_FOUR, position) & c]
        best = max(moves, key=lambda move: logits[0, place_in_policy(CONNECT_FOUR, move)].item())
        assert guided_search(guided, CONNECT_FOUR, position, 1, EXPLORATION, 0.0) == best


def three_in_the_first_column() -> Position:
    position = start()
    for column, row in ((0, 0), (6, 0), (0, 1), (6, 1), (0, 2), (5, 0)):
        position = after(position, cell(CONNECT_FOUR, column, row))
    return position


def test_search_finds_the_winning_move_that_the_policy_dislikes() -> None:
    net = random_net(CONNECT_FOUR)
    with torch.no_grad():
        net.layers[4].bias[0] -= 3  # the first column's logit
    guided = new_guided(CONNECT_FOUR, net.compiled(), 400)
    position, win = three_in_the_first_column(), cell(CONNECT_FOUR, 0, 3)
    assert guided_search(guided, CONNECT_FOUR, position, 1, EXPLORATION, 0.0) != win
    assert guided_search(guided, CONNECT_FOUR, position, 400, EXPLORATION, 0.0) == win
    # So curious that no result counts, it stays with the policy: the control.
    assert guided_search(guided, CONNECT_FOUR, position, 400, 1e18, 0.0) != win


def test_spread_is_a_share_of_the_roots_policy() -> None:
    guided = new_guided(CONNECT_FOUR, random_net(CONNECT_FOUR, scale=3).compiled(), 8)
    guided_search(guided, CONNECT_FOUR, start(), 8, EXPLORATION, 0.0)
    plain = guided.prior[1:8].copy()
    guided_search(guided, CONNECT_FOUR, start(), 8, EXPLORATION, 0.25)
    assert guided.prior[1:8] == pytest.approx(0.75 * plain + 0.25 / 7, abs=1e-6)
    assert plain.sum() == pytest.approx(1, abs=1e-6)
