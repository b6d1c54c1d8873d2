"""PPO: rollouts, ratios, and a world of nine answers in which it finds the best policy."""

import copy
from dataclasses import replace

import pytest
import torch

from cs25.nn import Decoder, TransformerConfig, next_token_loss
from cs25_alignment.rlhf.critic import Critic
from cs25_alignment.rlhf.gae import generalised_advantages
from cs25_alignment.rlhf.ppo import ActorCritic, PPOSettings, optimise_policy, ppo_loss
from cs25_alignment.rlhf.rollouts import response_log_probs, roll_out
from cs25_alignment.world import exact

#: Three symbols, a prompt of one, and answers of two.
TINY = TransformerConfig(d_vocab=3, d_model=16, n_layers=1, n_heads=2, n_ctx=3)
PROMPTS = torch.arange(3)[:, None]
ANSWERS = torch.cartesian_prod(torch.arange(3), torch.arange(3))
LENGTH = 2


def table(policy: torch.nn.Module) -> exact.Table:
    """Return the log-probability of each of the nine answers to each prompt."""
    with torch.no_grad():
        rows = [response_log_probs(policy, p.expand(9, 1), ANSWERS).sum(-1) for p in PROMPTS]
    return torch.stack(rows).double().log_softmax(-1)  # single precision sums to 1 nearly


@pytest.fixture(scope="module")
def reward() -> exact.Table:
    draw = torch.Generator().manual_seed(7)
    return torch.randn(3, 9, generator=draw).double()


def scorer(reward: exact.Table):
    return lambda text: reward[text[:, 0], 3 * text[:, 1] + text[:, 2]].float()


def learn(reward: exact.Table, settings: PPOSettings) -> tuple[exact.Table, exact.Table]:
    """Return the tables of the policy that PPO finds, and of the reference."""
    ref = Decoder(TINY, seed=0)
    policy = copy.deepcopy(ref)
    optimise_policy(
        policy, ref, Critic(TINY, seed=0), scorer(reward), PROMPTS, settings, length=LENGTH,
        generator=torch.Generator().manual_seed(0), progress=None,
    )  # fmt: skip
    return table(policy), table(ref)


SETTINGS = PPOSettings(beta=0.5, iterations=80, batch=512, minibatches=2, epochs=1, lr=1e-2)


def test_ppo_arrives_at_the_best_policy(reward: exact.Table) -> None:
    policy, ref = learn(reward, SETTINGS)
    best = exact.tilted(ref, reward, 0.5)
    assert exact.kl(best, ref) > 0.5
    assert exact.kl(policy, best) < 0.01
    # Every policy misses the best value by its divergence from the best policy.
    missed = exact.optimal_value(ref, reward, 0.5) - exact.objective(policy, ref, reward, 0.5)
    assert exact.kl(policy, best) == pytest.approx(missed / 0.5, abs=1e-9)


def test_a_dear_nat_keeps_the_policy_where_it_is(reward: exact.Table) -> None:
    policy, ref = learn(reward, replace(SETTINGS, beta=20.0, iterations=15))
    assert exact.kl(policy, ref) < 0.03  # at a price of 0.5 it goes 0.7 nats far


def test_rollouts_are_what_the_networks_say(reward: exact.Table) -> None:
    policy, ref, critic = Decoder(TINY, seed=1), Decoder(TINY, seed=0), Critic(TINY, seed=0)
    torch.nn.init.normal_(critic.value.weight, generator=torch.Generator().manual_seed(0))
    asked = PROMPTS.repeat(1000, 1)
    found = roll_out(
        policy, ref, critic, scorer(reward), asked, length=LENGTH, beta=0.3,
        generator=torch.Generator().manual_seed(0),
    )  # fmt: skip
    number = 3 * found.responses[:, 0] + found.responses[:, 1]
    log_policy, log_ref = table(policy), table(ref)
    earned = reward - 0.3 * (log_policy - log_ref)
    total = earned[asked[:, 0], number]
    torch.testing.assert_close(found.rewards.sum(1).double(), total, atol=1e-5, rtol=0)
    # 3,000 answers; four standard errors of their mean
    near = 4 * float(total.std()) / 3000**0.5
    objective = exact.objective(log_policy, log_ref, reward, 0.3)
    assert float(total.mean()) == pytest.approx(objective, abs=near)
    assert near < 0.1
    # A state's value knows the prompt and what has been written, not what comes next.
    same = (asked[:, 0] == 1) & (found.responses[:, 0] == 2)
    assert len(found.responses[same].unique(dim=0)) == 3
    assert float(found.values[same].std(0).max()) < 1e-6
    assert float(found.values.std()) > 0.01


def test_before_the_first_step_every_ratio_is_one(reward: exact.Table) -> None:
    policy, critic = Decoder(TINY, seed=1), Critic(TINY, seed=0)
    found = roll_out(
        policy, Decoder(TINY, seed=0), critic, scorer(reward), PROMPTS.repeat(100, 1),
        length=LENGTH, beta=0.3, generator=torch.Generator().manual_seed(0),
    )  # fmt: skip
    log_probs, values = ActorCritic(policy, critic)(found.prompts, found.responses)
    assert (log_probs - found.log_probs).exp().tolist() == torch.ones(300, 2).tolist()
    # So the gradient is that of the policy-gradient theorem, clipped nowhere.
    advantages = generalised_advantages(found.rewards, found.values)
    then = torch.stack([found.log_probs, advantages, found.values, advantages + found.values])
    weight = policy.unembedding.weight
    (clipped,) = torch.autograd.grad(
        ppo_loss(torch.stack([log_probs, values]), then, clip=0.2), weight, retain_graph=True
    )
    (plain,) = torch.autograd.grad(-(log_probs * advantages).mean(), weight)
    torch.testing.assert_close(clipped, plain)


def test_pre_training_text_is_mixed_in() -> None:
    text = torch.tensor([[0, 1, 2], [1, 2, 0], [2, 0, 1]])

    def texts():
        while True:
            yield text[:, :-1], text[:, 1:]

    losses = {}
    for ptx in (0.0, 5.0):
        ref = Decoder(TINY, seed=0)
        policy = copy.deepcopy(ref)
        optimise_policy(
            policy, ref, Critic(TINY, seed=0), scorer(torch.zeros(3, 9).double()), PROMPTS,
            replace(SETTINGS, iterations=10, ptx=ptx), length=LENGTH, text=texts(),
            generator=torch.Generator().manual_seed(0),
        )  # fmt: skip
        with torch.no_grad():
            losses[ptx] = float(next_token_loss(policy(text[:, :-1]), text[:, 1:]))
    assert losses[5.0] < 0.1 < 0.5 < losses[0.0]
