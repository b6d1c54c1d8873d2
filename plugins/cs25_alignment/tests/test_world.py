"""The enumerated world against brute force and identities."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from cs25.nn import Decoder
from cs25_alignment.world import exact, policy
from cs25_alignment.world.corpus import Corpus
from cs25_alignment.world.gold import Gold
from cs25_alignment.world.language import (
    LENGTH,
    RESPONSES,
    SYMBOLS,
    number,
    prompts,
    responses,
    split,
)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def tables(n_prompts: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    """A reference policy and a reward, both of the world."""
    asked = prompts()[::13][:n_prompts]
    return Corpus(3).log_probs(asked), Gold(3).table(asked)


class TestLanguage:
    def test_every_response_has_its_number(self) -> None:
        assert responses().shape == (SYMBOLS**LENGTH, LENGTH)
        assert torch.equal(number(responses()), torch.arange(RESPONSES))

    def test_prompts_are_ordered_pairs_of_different_symbols(self) -> None:
        assert prompts().tolist() == [list(pair) for pair in itertools.permutations(range(8), 2)]

    def test_a_split_has_each_prompt_once(self) -> None:
        train, test = split(0)
        assert len(test) == 14
        assert sorted([*train.tolist(), *test.tolist()]) == list(range(56))
        assert not torch.equal(test, split(1)[1])

    @pytest.mark.parametrize("held_out", [0, 56])
    def test_a_split_needs_two_parts(self, held_out: int) -> None:
        with pytest.raises(ValueError, match=rf"held_out is {held_out}, expected 1 to 55"):
            split(0, held_out=held_out)


class TestGold:
    @pytest.mark.parametrize(
        ("response", "explicit", "repeated"),
        [
            ((0, 2, 3, 4, 1), 2, 0),  # asked for 0, later 1
            ((1, 2, 3, 4, 0), 1, 0),  # in the wrong order
            ((1, 0, 1, 4, 0), 2, 2),
            ((5, 1, 1, 1, 1), 0, 3),  # 1 without 0 is not what was asked for
            ((0, 0, 0, 0, 0), 1, 4),
        ],
    )
    def test_by_hand(self, response: tuple[int, ...], explicit: int, repeated: int) -> None:
        gold = Gold(5)
        taste = sum(float(gold.taste[a, b]) for a, b in itertools.pairwise(response))
        reward = gold(torch.tensor([0, 1]), torch.tensor(response))
        assert float(reward) == pytest.approx(explicit + taste - repeated / 2)

    def test_the_table_has_the_reward_of_every_response(self) -> None:
        gold, asked = Gold(1), prompts()[[3, 40]]
        numbers = torch.tensor([0, 77, 32767])
        some = gold(asked[:, None], responses()[numbers])
        assert torch.allclose(gold.table(asked)[:, numbers], some)

    def test_seeds_differ(self) -> None:
        assert not torch.equal(Gold(0).taste, Gold(1).taste)


class TestCorpus:
    def test_probabilities_add_up_to_one(self) -> None:
        log_probs = Corpus(0).log_probs(prompts()[:3])
        assert torch.allclose(log_probs.logsumexp(-1), torch.zeros(3, dtype=torch.double))

    def test_texts_are_drawn_with_these_probabilities(self) -> None:
        corpus = Corpus(0)
        text = corpus.draw(60_000, generator())
        asked = torch.tensor([4, 6])
        begin = text[(text[:, :2] == asked).all(-1)][:, 2:4]
        expected = corpus.log_probs(asked[None]).exp().view(SYMBOLS, SYMBOLS, -1).sum(-1)
        seen = torch.zeros(SYMBOLS, SYMBOLS, dtype=torch.double)
        seen.index_put_((begin[:, 0], begin[:, 1]), torch.ones(1).double(), accumulate=True)
        error = (seen / len(begin) - expected).abs() / (expected / len(begin)).sqrt()
        assert float(error.max()) < 5  # standard errors, of 64 shares


class TestExact:
    def test_the_tilted_policy_has_the_optimal_value(self) -> None:
        ref, reward = tables()
        best = exact.tilted(ref, reward, 0.5)
        value = exact.optimal_value(ref, reward, 0.5)
        assert exact.objective(best, ref, reward, 0.5) == pytest.approx(value, abs=1e-12)

    @pytest.mark.parametrize("beta", [0.1, 1.0])
    def test_the_distance_to_the_optimum_is_the_regret_over_beta(self, beta: float) -> None:
        ref, reward = tables()
        noise = torch.randn(ref.shape, generator=generator(), dtype=torch.double)
        other = (ref + noise).log_softmax(-1)
        regret = exact.optimal_value(ref, reward, beta) - exact.objective(other, ref, reward, beta)
        distance = exact.kl(other, exact.tilted(ref, reward, beta))
        assert distance == pytest.approx(regret / beta, rel=1e-12)

    def test_a_constant_for_each_prompt_changes_nothing(self) -> None:
        ref, reward = tables()
        shifted = reward + torch.tensor([[5.0], [-3.0], [0.0], [100.0]])
        assert torch.allclose(exact.tilted(ref, reward, 0.3), exact.tilted(ref, shifted, 0.3))

    def test_a_known_divergence(self) -> None:
        p = torch.tensor([[0.5, 0.5], [1.0, 1e-300]], dtype=torch.double).log()
        q = torch.tensor([[0.25, 0.75], [0.5, 0.5]], dtype=torch.double).log()
        first = 0.5 * math.log(2) + 0.5 * math.log(2 / 3)
        assert exact.kl(p, q) == pytest.approx((first + math.log(2)) / 2)

    def test_the_win_rate_by_brute_force(self) -> None:
        draw = generator(2)
        p, q = torch.rand(2, 3, 40, generator=draw, dtype=torch.double).log().log_softmax(-1)
        reward = torch.randint(9, (3, 40), generator=draw).double()  # many ties
        better = (reward[:, :, None] > reward[:, None]).double()
        better += (reward[:, :, None] == reward[:, None]).double() / 2
        expected = torch.einsum("bi,bij,bj->b", p.exp(), better, q.exp()).mean()
        assert exact.win_rate(p, q, reward) == pytest.approx(float(expected))
        assert exact.win_rate(p, p, reward) == pytest.approx(0.5)

    def test_draws_follow_the_policy(self) -> None:
        log_policy = torch.tensor([[0.7, 0.2, 0.1], [0.0, 0.5, 0.5]]).double().log()
        drawn = exact.draw(log_policy, 20_000, generator())
        shares = torch.stack([row.bincount(minlength=3) / 20_000 for row in drawn])
        assert torch.allclose(shares, log_policy.exp().float(), atol=0.02)


class TestPolicy:
    def test_the_walk_agrees_with_reading_each_response(self) -> None:
        network = Decoder(policy.config(d_model=16, n_layers=2, n_heads=2), seed=1)
        asked = prompts()[[2, 50]]
        table = policy.log_probs(network, asked)
        assert torch.allclose(table.logsumexp(-1), torch.zeros(2).double(), atol=1e-6)
        numbers = torch.tensor([0, 1, 4711, 32767])
        for row, prompt in zip(table, asked, strict=True):
            text = torch.cat([prompt.expand(4, 2), responses()[numbers]], dim=1)
            with torch.inference_mode():
                log_next = network(text[:, :-1]).log_softmax(-1)[:, 1:]
            each = log_next.gather(-1, text[:, 2:, None])[..., 0].sum(-1)
            assert torch.allclose(row[numbers].float(), each, atol=1e-5)

    def test_pretraining_comes_near_the_corpus(self) -> None:
        corpus, asked = Corpus(0), prompts()[::8]
        network = Decoder(policy.config(d_model=32, n_layers=1, n_heads=2), seed=0)
        before = exact.kl(corpus.log_probs(asked), policy.log_probs(network, asked))
        policy.pretrain(network, corpus, n_steps=300, batch=128, lr=1e-2, seed=0)
        after = exact.kl(corpus.log_probs(asked), policy.log_probs(network, asked))
        assert after < 0.15 < before
