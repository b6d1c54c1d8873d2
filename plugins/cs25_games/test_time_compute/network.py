"""A small network that looks at a board and says which move is good, and who will win.

Two hidden layers. Their width is the size of the model. torch trains it; a search asks it for one
position after another, millions of times, in compiled loops that skip what is zero.

Source: Silver et al. 2017 (doi 10.1038/nature24270), equation 1: policy and value of one network.
"""

from __future__ import annotations

import math
from typing import NamedTuple, cast

import numpy as np
from jaxtyping import Float, Float32
from torch import Tensor, nn

from cs25_games.boards.compiled import compiled
from cs25_games.boards.rules import Game, Position, cell

__all__ = [
    "CompiledNetwork",
    "PolicyValueNet",
    "Scratch",
    "evaluate",
    "n_moves",
    "n_weights",
    "new_scratch",
]


class CompiledNetwork(NamedTuple):
    """Weights and biases of the three layers, as compiled code reads them: input times weight."""

    w_1: Float32[np.ndarray, "stone width"]
    b_1: Float32[np.ndarray, " width"]
    w_2: Float32[np.ndarray, "width width"]
    b_2: Float32[np.ndarray, " width"]
    w_3: Float32[np.ndarray, "width answer"]
    b_3: Float32[np.ndarray, " answer"]


class Scratch(NamedTuple):
    """Room for what the layers of a network give; the last one holds logits, then the value."""

    first: Float32[np.ndarray, " width"]
    second: Float32[np.ndarray, " width"]
    answer: Float32[np.ndarray, " answer"]


class PolicyValueNet(nn.Module):
    """The network that torch trains.

    Args:
        game: whose boards it sees: a stone of either player on each cell.
        width: of the hidden layers.
    """

    def __init__(self, game: Game, width: int) -> None:
        super().__init__()
        stones, answers = 2 * game.columns * game.rows, n_moves(game) + 1
        self.layers = nn.Sequential(
            nn.Linear(stones, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(),
            nn.Linear(width, answers),
        )  # fmt: skip

    def forward(self, stones: Float[Tensor, "batch stone"]) -> Float[Tensor, "batch answer"]:
        """Return the logits of all moves, then what the value is the hyperbolic tangent of."""
        return cast("Tensor", self.layers(stones))

    def compiled(self) -> CompiledNetwork:
        """Return the weights for `evaluate`."""
        linear = [cast("nn.Linear", self.layers[i]) for i in (0, 2, 4)]
        arrays = [
            np.array(tensor.detach().numpy(), order="C")  # a copy: training goes on in place
            for layer in linear
            for tensor in (layer.weight.T, layer.bias)
        ]
        return CompiledNetwork(*arrays)


def n_moves(game: Game) -> int:
    """Return how many moves the policy tells apart: columns that stones fall down, or cells."""
    return game.columns if game.drops else game.columns * game.rows


def n_weights(network: PolicyValueNet) -> int:
    """Return the number of weights and biases of a network.

    >>> from cs25_games.boards.rules import CONNECT_FOUR
    >>> n_weights(PolicyValueNet(CONNECT_FOUR, 4))
    400
    """
    return sum(parameter.numel() for parameter in network.parameters())


def new_scratch(network: CompiledNetwork) -> Scratch:
    """Return room for `evaluate` to work in."""
    return Scratch(*(np.empty_like(bias) for bias in (network.b_1, network.b_2, network.b_3)))


@compiled
def evaluate(network: CompiledNetwork, game: Game, position: Position, scratch: Scratch) -> float:
    """Run the network on one position.

    Args:
        network: its weights.
        game: the rules.
        position: nobody has won yet.
        scratch: room to work in; ``scratch.answer`` holds the logits of all moves afterwards, legal
            or not.

    Returns:
        The value for the player to move, from -1 to 1.
    """
    scratch.first[:] = network.b_1
    row = 0
    for column in range(game.columns):
        for height in range(game.rows):
            here = cell(game, column, height)
            if position.mine & here:
                scratch.first[:] += network.w_1[row]
            elif position.theirs & here:
                scratch.first[:] += network.w_1[row + 1]
            row += 2
    _layer(scratch.first, network.w_2, network.b_2, scratch.second)
    _layer(scratch.second, network.w_3, network.b_3, scratch.answer)
    return math.tanh(scratch.answer[-1])


@compiled
def _layer(
    given: Float32[np.ndarray, " inputs"],
    weight: Float32[np.ndarray, "inputs outputs"],
    bias: Float32[np.ndarray, " outputs"],
    out: Float32[np.ndarray, " outputs"],
) -> None:
    """Rectify what is given, and multiply."""
    out[:] = bias
    for i in range(len(given)):
        if given[i] > 0:
            for j in range(len(out)):
                out[j] += given[i] * weight[i, j]
