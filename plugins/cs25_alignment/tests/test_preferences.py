"""Comparisons, the loss of a reward model, and reward models of three sizes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from cs25_alignment.preferences.comparisons import Rankings, compare
from cs25_alignment.preferences.linear import differences, fit_linear
from cs25_alignment.preferences.loss import comparison_loss
from cs25_alignment.preferences.networks import (
    SIZES,
    BagOfSymbols,
    Size,
    centred,
    reward_model,
    reward_table,
)
from cs25_alignment.preferences.training import n_steps, texts, train_reward_model
from cs25_alignment.world.corpus import Corpus
from cs25_alignment.world.gold import Gold
from cs25_alignment.world.language import RESPONSES, prompts, responses


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_each_two_of_a_ranking_are_compared_by_bradley_and_terry() -> None:
    # One prompt, and three responses that can come at all.
    gold = torch.zeros(1, RESPONSES, dtype=torch.double)
    gold[0, :3] = torch.tensor([0.0, 1.0, 2.5])
    log_policy = torch.full_like(gold, -torch.inf)
    log_policy[0, :3] = torch.tensor([0.2, 0.3, 0.5]).log()
    n = 60_000
    ranked = compare(log_policy, gold, torch.tensor([0]), n=n, k=3, generator=generator())
    _, chosen, rejected = ranked.pairs()
    for one, other in ((0, 1), (0, 2), (1, 2)):
        wins = int(((chosen == one) & (rejected == other)).sum())
        losses = int(((chosen == other) & (rejected == one)).sum())
        expected = float(expit(float(gold[0, one] - gold[0, other])))
        # Four standard errors of a share; comparisons of one ranking are not independent.
        assert wins / (wins + losses) == pytest.approx(
            expected, abs=4 * 0.5 / (wins + losses) ** 0.5
        )
    shares = torch.bincount(ranked.responses.flatten(), minlength=3)[:3] / ranked.responses.numel()
    np.testing.assert_allclose(shares, [0.2, 0.3, 0.5], atol=0.01)


def test_comparisons_are_spread_over_the_prompts_that_are_asked() -> None:
    every = prompts()
    gold, log_ref = Gold(0).table(every), Corpus(0).log_probs(every)
    asked = torch.tensor([3, 10, 11, 40])
    ranked = compare(log_ref, gold, asked, n=600, k=4, generator=generator())
    assert ranked.n_comparisons == 600
    assert torch.bincount(ranked.prompt)[asked].tolist() == [25] * 4
    prompt, chosen, rejected = ranked.pairs()
    assert len(prompt) == 600
    # Who prefers by gold mostly gets the better one, and by how much is known.
    margin = gold[prompt, chosen] - gold[prompt, rejected]
    likely = torch.sigmoid(margin.abs())
    assert float((margin > 0).double().mean()) == pytest.approx(float(likely.mean()), abs=0.08)
    coin = compare(log_ref, 0 * gold, asked, n=6000, k=4, generator=generator())
    prompt, chosen, rejected = coin.pairs()
    right = (gold[prompt, chosen] > gold[prompt, rejected]).double().mean()
    assert float(right) == pytest.approx(0.5, abs=0.04)


def test_loss_of_one_comparison() -> None:
    rewards = torch.tensor([[1.5, 0.5]])
    # -log sigma(1) and -log sigma(-1)
    assert float(comparison_loss(rewards, torch.tensor([[0, 1]]))) == pytest.approx(
        0.313262, abs=1e-5
    )
    assert float(comparison_loss(rewards, torch.tensor([[1, 0]]))) == pytest.approx(
        1.313262, abs=1e-5
    )


def test_an_element_of_a_ranking_is_the_mean_over_its_pairs() -> None:
    rewards, ranks = torch.tensor([[0.3, -1.0, 2.0, 0.7]]), torch.tensor([[2, 3, 0, 1]])
    pairs = [(2, 3), (2, 0), (2, 1), (3, 0), (3, 1), (0, 1)]  # better, worse
    one_by_one = [comparison_loss(rewards[:, list(pair)], torch.tensor([[0, 1]])) for pair in pairs]
    together = comparison_loss(rewards, ranks)
    assert float(together) == pytest.approx(float(torch.stack(one_by_one).mean()), abs=1e-6)


def test_a_constant_of_each_prompt_changes_no_comparison() -> None:
    rewards, ranks = torch.randn(5, 4, generator=generator()), torch.arange(4).expand(5, -1)
    moved = rewards + torch.arange(5)[:, None]
    assert float(comparison_loss(moved, ranks)) == pytest.approx(
        float(comparison_loss(rewards, ranks)), abs=1e-6
    )
    log_ref = torch.randn(5, 4, generator=generator(1)).double().log_softmax(-1)
    table = centred(rewards.double(), log_ref)
    torch.testing.assert_close(table, centred(moved.double(), log_ref), atol=1e-6, rtol=0)
    torch.testing.assert_close((log_ref.exp() * table).sum(-1), torch.zeros(5).double())


def test_the_linear_reward_agrees_with_scikit_learn() -> None:
    random = np.random.default_rng(0)
    features = random.normal(size=(120, 4, 6))
    d = differences(features)
    penalty = 1e-3
    # scikit-learn wants two classes: half of the differences are turned round, and labelled so.
    sign = np.where(np.arange(len(d)) % 2, 1.0, -1.0)
    peer = LogisticRegression(
        C=1 / (penalty * len(d)), fit_intercept=False, tol=1e-10, max_iter=10_000
    ).fit(sign[:, None] * d, sign)
    np.testing.assert_allclose(fit_linear(d, penalty=penalty), peer.coef_[0], atol=1e-4)


def test_a_bag_of_symbols_is_trained_to_the_minimum_of_the_same_loss() -> None:
    every = prompts()
    gold, log_ref = Gold(0).table(every), Corpus(0).log_probs(every)
    ranked = compare(log_ref, gold, torch.arange(56), n=1200, k=4, generator=generator())
    model = BagOfSymbols()
    train_reward_model(model, ranked, seed=0)
    read, ranks = texts(ranked), torch.arange(4).expand(len(ranked.responses), -1)
    loss = comparison_loss(model.double()(read), ranks)
    (gradient,) = torch.autograd.grad(loss, model.out.weight)
    # What is left is the pull of the penalty, 1e-4 times the weights.
    torch.testing.assert_close(gradient, -1e-4 * model.out.weight.detach(), atol=1e-6, rtol=0)
    assert n_steps(model, ranked) == 0


@pytest.mark.parametrize("size", SIZES)
def test_a_table_holds_what_the_model_says_of_each_response(size: Size) -> None:
    model = reward_model(size, seed=1)
    if isinstance(model, BagOfSymbols):
        torch.nn.init.normal_(model.out.weight, generator=generator())
    asked = prompts()[[3, 30]]
    table = reward_table(model, asked)
    written = torch.randint(RESPONSES, (200,), generator=generator())
    for prompt, row in zip(asked, table, strict=True):
        read = torch.cat([prompt.expand(200, -1), responses()[written]], dim=1)
        torch.testing.assert_close(row[written].float(), model(read).detach(), atol=1e-5, rtol=0)
    assert table.std() > 0


def test_a_network_learns_what_a_bag_of_symbols_cannot() -> None:
    # People here like a response better the more often 1 follows directly on 0.
    every, written = prompts(), responses()
    follows = ((written[:, :-1] == 0) & (written[:, 1:] == 1)).sum(1).double()
    gold = 3 * follows.expand(len(every), -1)
    few = (written < 3).all(1)
    log_ref = torch.where(few, 0.0, -torch.inf).double().log_softmax(-1).expand(len(every), -1)
    ranked = compare(log_ref, gold, torch.arange(40), n=2400, k=4, generator=generator())
    found = {}
    for size in ("bag", "small"):
        model = reward_model(size, seed=0)
        train_reward_model(model, ranked, seed=0, lr=1e-2, epochs=4)
        row = reward_table(model, every[50:51])[0][few]
        found[size] = float(torch.corrcoef(torch.stack([row, follows[few]]))[0, 1])
    assert found["small"] > 0.9 > found["bag"]


def test_training_draws_its_order_from_the_seed_and_touches_no_global_generator() -> None:
    ranked = Rankings(torch.arange(40), torch.randint(RESPONSES, (40, 3), generator=generator()))
    tables = []
    for seed in (1, 1, 2):
        before = torch.get_rng_state()
        model = reward_model("small", seed=0)
        train_reward_model(model, ranked, seed=seed, epochs=0.5)
        assert torch.equal(before, torch.get_rng_state())
        tables.append(reward_table(model, prompts()[:1]))
    assert torch.equal(tables[0], tables[1])
    assert not torch.equal(tables[0], tables[2])
