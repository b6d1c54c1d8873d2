"""The frontier of reward and divergence."""

import math

import pytest
import torch

from cs25_alignment.rlhf.frontier import frontier_points, frontier_reward
from cs25_alignment.world import exact


@pytest.fixture(scope="module")
def ref() -> exact.Table:
    return torch.randn(3, 8, generator=torch.Generator().manual_seed(0)).double().log_softmax(-1)


@pytest.fixture(scope="module")
def reward() -> exact.Table:
    return torch.randn(3, 8, generator=torch.Generator().manual_seed(1)).double()


def test_a_fair_coin_that_is_bent() -> None:
    # Heads earns 1: who has heads with probability 0.9 has left the fair coin by log 2 - H(0.9).
    fair, heads = torch.full((1, 2), 0.5).double().log(), torch.tensor([[1.0, 0.0]]).double()
    entropy = -0.9 * math.log(0.9) - 0.1 * math.log(0.1)
    assert frontier_reward(fair, heads, math.log(2) - entropy) == pytest.approx(0.9, abs=1e-4)
    assert frontier_reward(fair, heads, 0) == 0.5
    assert frontier_reward(fair, heads, 99) == pytest.approx(1)
    assert frontier_reward(fair, torch.ones(1, 2).double(), 0.1) == 1


def test_the_best_policies_are_on_it(ref: exact.Table, reward: exact.Table) -> None:
    points = frontier_points(ref, reward, [5.0, 1.0, 0.3, 0.1])
    divergences = [divergence for divergence, _ in points]
    assert divergences == sorted(divergences)
    for divergence, gained in points:
        assert frontier_reward(ref, reward, divergence) == pytest.approx(gained, abs=1e-4)


def test_no_policy_is_above_it(ref: exact.Table, reward: exact.Table) -> None:
    draw, below = torch.Generator().manual_seed(2), []
    for beta in (2.0, 0.5, 0.2):
        best = exact.tilted(ref, reward, beta)
        for _ in range(10):
            policy = (best + 0.3 * torch.randn(3, 8, generator=draw)).log_softmax(-1)
            most = frontier_reward(ref, reward, exact.kl(policy, ref))
            below.append(most - exact.expected(policy, reward))
    assert min(below) > 0
    assert max(below) < 0.5
