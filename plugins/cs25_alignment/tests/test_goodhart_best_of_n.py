"""Best-of-n against enumeration, sampling and its continuous limit; its estimator."""

from itertools import combinations, product

import numpy as np
import pytest
import torch

from cs25_alignment.goodhart.best_of_n import BestOfN, continuous_kl, estimated_best_of_n
from cs25_alignment.world.exact import draw, expected, kl

#: Two prompts, four responses, of which some are liked equally.
REF = torch.tensor([[0.4, 0.3, 0.2, 0.1], [0.7, 0.1, 0.1, 0.1]], dtype=torch.double)
PROXY = torch.tensor([[1.0, 2.0, 2.0, 0.0], [0.0, 0.0, 3.0, -1.0]], dtype=torch.double)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_best_of_n_by_writing_down_all_that_can_be_drawn(n: int) -> None:
    found = BestOfN(REF.log(), PROXY).policy(n).exp()
    for probs, rewards, policy in zip(REF.tolist(), PROXY.tolist(), found.tolist(), strict=True):
        expected_ = np.zeros(4)
        for drawn in product(range(4), repeat=n):
            best = max(rewards[i] for i in drawn)
            chosen = [i for i in drawn if rewards[i] == best]
            for i in chosen:  # lots are drawn among equals
                expected_[i] += np.prod([probs[j] for j in drawn]) / len(chosen)
        np.testing.assert_allclose(policy, expected_, atol=1e-12)


def test_kl_with_ties_agrees_with_sampling() -> None:
    n, sets = 8, 200_000
    generator = torch.Generator().manual_seed(0)
    ref = torch.rand(1, 60, generator=generator, dtype=torch.double).pow(3)
    log_ref = (ref / ref.sum()).log()
    proxy = torch.randint(4, (1, 60), generator=generator).double()
    policy = BestOfN(log_ref, proxy).policy(n)
    drawn = draw(log_ref, n * sets, generator)[0].view(sets, n)
    best = drawn.gather(1, proxy[0][drawn].argmax(1, keepdim=True))[:, 0]
    ratio = (policy - log_ref)[0, best]
    assert float(ratio.mean()) == pytest.approx(kl(policy, log_ref), abs=5e-3)  # 5 standard errors
    assert kl(policy, log_ref) < continuous_kl(n) - 0.1


def test_kl_of_the_continuous_limit() -> None:
    # Of 50,000 responses, all liked differently, the best of n of at most 128 is one of many.
    proxy = torch.randperm(50_000, generator=torch.Generator().manual_seed(0)).double()[None]
    log_ref = torch.full((1, 50_000), 1 / 50_000, dtype=torch.double).log()
    best = BestOfN(log_ref, proxy)
    for n in (1, 2, 16, 128):
        assert kl(best.policy(n), log_ref) == pytest.approx(continuous_kl(n), abs=1e-4)


def test_best_of_very_many_is_a_distribution_and_ends_at_what_the_proxy_likes_most() -> None:
    policy = BestOfN(REF.log(), PROXY).policy(2**17)
    assert policy.isfinite().all()
    np.testing.assert_allclose(policy.exp().tolist(), [[0, 0.6, 0.4, 0], [0, 0, 1, 0]], atol=1e-12)


def test_nearly_equal_rewards_are_equal() -> None:
    noisy = PROXY + 1e-8 * torch.arange(8).view(2, 4)
    policies = [BestOfN(REF.log(), rewards).policy(4) for rewards in (PROXY, noisy)]
    np.testing.assert_allclose(policies[0], policies[1])


def test_the_estimator_is_the_mean_over_all_sets() -> None:
    draw_ = np.random.default_rng(0)
    proxy, values = draw_.normal(size=(2, 3, 9))
    for n, found in zip((1, 4, 9), estimated_best_of_n(proxy, values, (1, 4, 9)), strict=True):
        for row in range(3):
            bests = [
                values[row][max(chosen, key=lambda i: proxy[row][i])]
                for chosen in combinations(range(9), n)
            ]
            assert found[row] == pytest.approx(np.mean(bests))


def test_the_estimator_has_no_bias_where_rewards_tie() -> None:
    gold = torch.tensor([[3.0, -1.0, 2.0, 0.5], [1.0, 0.0, -2.0, 4.0]], dtype=torch.double)
    exact = expected(BestOfN(REF.log(), PROXY).policy(4), gold)
    generator = torch.Generator().manual_seed(0)
    tries = []
    for _ in range(2000):
        samples = draw(REF.log(), 8, generator)
        rewards, values = (table.gather(1, samples).numpy() for table in (PROXY, gold))
        tries.append(estimated_best_of_n(rewards, values, [4]).mean())
    error = np.std(tries) / np.sqrt(len(tries))
    assert np.mean(tries) == pytest.approx(exact, abs=4 * error)
    assert error < 0.02
