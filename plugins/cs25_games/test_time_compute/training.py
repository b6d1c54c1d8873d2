"""AlphaZero's loop: the network guides a search, and learns to foretell what the search does.

Source: Silver et al. 2017 (doi 10.1038/nature24270), equation 1; figure 1.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn.functional import cross_entropy, mse_loss

from cs25 import seeded
from cs25_games.boards.rules import Game
from cs25_games.boards.streams import new_stream
from cs25_games.test_time_compute.network import PolicyValueNet
from cs25_games.test_time_compute.puct import new_guided
from cs25_games.test_time_compute.self_play import Lessons, mirrored, play_itself, together

__all__ = ["learn_by_self_play", "train"]

_BATCH = 256
_LEARNING_RATE, _WEIGHT_DECAY = 2e-3, 1e-5

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
        for _ in range(rounds):
            guided = new_guided(game, net.compiled(), evaluations)
            lessons = play_itself(
                guided, game, evaluations=evaluations, n_games=n_games, stream=stream
            )
            window = [*window, lessons][-_WINDOW:]
            _fit(net, game, together(window), steps)
            progress()
    return together(window)


def train(game: Game, width: int, lessons: Lessons, *, steps: int, seed: int) -> PolicyValueNet:
    """Train a network of a width, from random weights, on the games of another."""
    with seeded(seed):
        net = PolicyValueNet(game, width)
        _fit(net, game, lessons, steps)
    return net


def _fit(net: PolicyValueNet, game: Game, lessons: Lessons, steps: int) -> None:
    """Take steps down the loss: cross-entropy to the visits, squared error of the result."""
    stones, visits, result = (
        torch.from_numpy(rows) for rows in together((lessons, mirrored(game, lessons)))
    )
    optimiser = torch.optim.Adam(net.parameters(), _LEARNING_RATE, weight_decay=_WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        rows = torch.randint(len(stones), (_BATCH,))
        logits, value = net(stones[rows].flatten(1))
        loss = cross_entropy(logits, visits[rows]) + mse_loss(value, result[rows])
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
