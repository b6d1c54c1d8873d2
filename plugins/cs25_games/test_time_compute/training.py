"""AlphaZero's loop: the network guides a search, and learns to foretell what the search does.

Source: Silver et al. 2017 (doi 10.1038/nature24270), figure 1 and equation 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import cross_entropy, mse_loss

from cs25 import seeded
from cs25.nn import train
from cs25_games.boards.rules import Game
from cs25_games.boards.streams import new_stream
from cs25_games.test_time_compute.network import PolicyValueNet
from cs25_games.test_time_compute.puct import new_guided
from cs25_games.test_time_compute.self_play import Lessons, mirrored, play_itself, together

__all__ = ["learn", "learn_by_self_play"]

_BATCH = 256
_LEARNING_RATE = 3e-3

#: The network learns from the games of so many rounds, the last ones.
_WINDOW = 10


def learn_by_self_play(
    game: Game,
    *,
    width: int,
    rounds: int,
    n_games: int,
    evaluations: int,
    steps: int,
    seed: int,
    progress: Callable[[], object],
) -> Lessons:
    """Let a network and its search teach each other.

    Args:
        game: the rules.
        width: of the network.
        rounds: of games and training.
        n_games: in each round.
        evaluations: of the network, for each move.
        steps: of the optimiser, in each round.
        seed: draws weights, moves and batches.
        progress: called after each round.

    Returns:
        The last games.
    """
    with seeded(seed):
        net = PolicyValueNet(game, width)
    stream = new_stream(seed)
    window: list[Lessons] = []
    for number in range(rounds):
        guided = new_guided(game, net.compiled(), evaluations)
        lessons = play_itself(guided, game, evaluations=evaluations, n_games=n_games, stream=stream)
        window = [*window, lessons][-_WINDOW:]
        _fit(net, game, together(window), steps=steps, seed=seed + number)
        progress()
    return together(window)


def learn(game: Game, width: int, lessons: Lessons, *, steps: int, seed: int) -> PolicyValueNet:
    """Train a network of a width, from random weights, on the games of another."""
    with seeded(seed):
        net = PolicyValueNet(game, width)
    _fit(net, game, lessons, steps=steps, seed=seed)
    return net


def _fit(net: PolicyValueNet, game: Game, lessons: Lessons, *, steps: int, seed: int) -> None:
    draw = torch.Generator().manual_seed(seed)
    stones, visits, result = (
        torch.from_numpy(rows) for rows in together((lessons, mirrored(game, lessons)))
    )
    stones, answers = stones.flatten(1), torch.column_stack((visits, result))

    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        for _ in range(steps):
            rows = torch.randint(len(stones), (_BATCH,), generator=draw)
            yield stones[rows], answers[rows]

    train(net, batches(), n_steps=steps, lr=_LEARNING_RATE, loss=_loss, prefetch_depth=0)


def _loss(found: Float[Tensor, "batch answer"], wanted: Float[Tensor, "batch answer"]) -> Tensor:
    """Return the policy's cross-entropy to the visits, plus the value's squared error."""
    policy = cross_entropy(found[:, :-1], wanted[:, :-1])
    return policy + mse_loss(torch.tanh(found[:, -1]), wanted[:, -1])
