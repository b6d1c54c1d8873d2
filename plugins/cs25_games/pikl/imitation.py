"""Behaviour cloning: a small network that says what people do in a state.

It is an honest opponent: early stopping is chosen by cross-validation, and the network is then
trained on all samples.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from jaxtyping import Float, Int
from torch import Tensor

__all__ = ["clone"]

#: Width of the one hidden layer.
D_HIDDEN = 64
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 1.0
FOLDS = 4

Policy = Callable[[Float[np.ndarray, "state feature"]], Float[np.ndarray, "state action"]]


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep torch to one thread: networks this small wait for the others longer than they work."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@_one_thread()
def clone(
    seen: Float[np.ndarray, "sample feature"],
    actions: Int[np.ndarray, " sample"],
    n_actions: int,
    *,
    max_steps: int,
    draw: torch.Generator,
    progress: Callable[[], object] = lambda: None,
) -> Policy:
    """Return a policy that gives each action the probability that people take it.

    Args:
        seen: states in which people acted.
        actions: what they did.
        n_actions: how many there are.
        max_steps: the most optimiser steps that cross-validation may choose.
        draw: draws folds and parameters.
        progress: called after each of the networks that are trained, `FOLDS` + 1 in all.
    """
    x, y = torch.from_numpy(seen).float(), torch.from_numpy(actions)
    mean, scale = x.mean(dim=0), x.std(dim=0)
    x = (x - mean) / scale
    folds = torch.randperm(len(x), generator=draw) % FOLDS
    held_out = torch.zeros(max_steps)
    for fold in range(FOLDS):
        train, test = folds != fold, folds == fold
        network = _Network(x.shape[1], n_actions, draw)
        for step in range(max_steps):
            network.step(x[train], y[train])
            with torch.no_grad():
                held_out[step] += F.cross_entropy(network(x[test]), y[test])
        progress()
    network = _Network(x.shape[1], n_actions, draw)
    for _ in range(int(held_out.argmin()) + 1):
        network.step(x, y)
    progress()

    def policy(seen: Float[np.ndarray, "state feature"]) -> Float[np.ndarray, "state action"]:
        with torch.no_grad():
            logits = network((torch.from_numpy(seen).float() - mean) / scale)
        probs: Float[np.ndarray, "state action"] = logits.double().softmax(dim=-1).numpy()
        return probs

    return policy


class _Network:
    """One hidden layer, and its optimiser. The last layer starts at zero: all actions alike."""

    def __init__(self, d_in: int, n_actions: int, draw: torch.Generator) -> None:
        hidden = torch.randn(d_in, D_HIDDEN, generator=draw) / math.sqrt(d_in)
        shapes = ((D_HIDDEN,), (D_HIDDEN, n_actions), (n_actions,))
        self.parameters = [hidden, *(torch.zeros(shape) for shape in shapes)]
        for parameter in self.parameters:
            parameter.requires_grad_()
        self.optimiser = torch.optim.AdamW(
            self.parameters, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY
        )

    def __call__(self, x: Float[Tensor, "state feature"]) -> Float[Tensor, "state action"]:
        hidden, hidden_bias, out, out_bias = self.parameters
        return (x @ hidden + hidden_bias).relu() @ out + out_bias

    def step(self, x: Float[Tensor, "state feature"], y: Int[Tensor, " state"]) -> None:
        self.optimiser.zero_grad()
        F.cross_entropy(self(x), y).backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
