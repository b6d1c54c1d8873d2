"""Advantages, the losses of PPO and DPO, rewards of tokens: by hand, and against torchrl."""

import math
from itertools import product

import pytest
import torch
from tensordict import TensorDict
from tensordict.nn import ProbabilisticTensorDictModule, ProbabilisticTensorDictSequential
from tensordict.nn import TensorDictModule as Module
from torch import nn
from torchrl.objectives import ClipPPOLoss
from torchrl.objectives.value.functional import generalized_advantage_estimate

from cs25_alignment.rlhf.dpo import PreferenceMargin, dpo_loss
from cs25_alignment.rlhf.gae import generalised_advantages
from cs25_alignment.rlhf.ppo import clipped_surrogate, clipped_value_loss, standardised
from cs25_alignment.rlhf.rollouts import response_log_probs, token_rewards
from cs25_alignment.world import exact


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("gamma", "gae_lambda"), [(1.0, 0.95), (0.9, 0.5), (1.0, 0.0)])
def test_advantages_equal_torchrl(gamma: float, gae_lambda: float) -> None:
    rewards, values = draw(7, 5), draw(7, 5, seed=1)
    ended = torch.zeros(7, 5, 1, dtype=torch.bool)
    ended[:, -1] = True
    following = torch.cat([values[:, 1:], torch.full((7, 1), 9.0)], dim=1)  # 9 must not count
    peer, target = generalized_advantage_estimate(
        gamma, gae_lambda, values[..., None], following[..., None], rewards[..., None], ended
    )
    ours = generalised_advantages(rewards, values, gamma=gamma, gae_lambda=gae_lambda)
    torch.testing.assert_close(ours, peer[..., 0], atol=1e-6, rtol=0)
    torch.testing.assert_close(ours + values, target[..., 0], atol=1e-6, rtol=0)


def test_without_a_value_function_the_advantage_is_the_reward_to_go() -> None:
    rewards = draw(3, 5)
    to_go = rewards.flip(1).cumsum(1).flip(1)
    ours = generalised_advantages(rewards, torch.zeros(3, 5), gamma=1, gae_lambda=1)
    torch.testing.assert_close(ours, to_go)


class _Fixed(nn.Module):
    """Says the same numbers whatever it is shown."""

    def __init__(self, says: torch.Tensor) -> None:
        super().__init__()
        self.says = nn.Parameter(says)

    def forward(self, _: torch.Tensor) -> torch.Tensor:
        return self.says


def test_losses_and_their_gradients_equal_torchrl() -> None:
    n, actions, clip = 40, 6, 0.2
    logits, old_logits = draw(n, actions), draw(n, actions, seed=1)
    logits = old_logits + 0.3 * (logits - old_logits)  # some ratios are clipped, some are not
    values, old_values, returns = draw(n), draw(n, seed=2), draw(n, seed=3)
    action = torch.randint(actions, (n,), generator=torch.Generator().manual_seed(4))
    advantages = draw(n, seed=5)
    of_action = action[:, None]
    old = old_logits.log_softmax(-1).gather(1, of_action)[:, 0]

    actor, critic = _Fixed(logits.clone()), _Fixed(values[:, None].clone())
    peer = ClipPPOLoss(
        ProbabilisticTensorDictSequential(
            Module(actor, in_keys=["seen"], out_keys=["logits"]),
            ProbabilisticTensorDictModule(
                in_keys=["logits"], out_keys=["action"],
                distribution_class=torch.distributions.Categorical, return_log_prob=True,
            ),
        ),
        Module(critic, in_keys=["seen"], out_keys=["state_value"]),
        clip_epsilon=clip, entropy_bonus=False, critic_coeff=0.5, loss_critic_type="l2",
        clip_value=True,
    )  # fmt: skip
    batch = TensorDict(
        {
            "seen": torch.zeros(n, 1), "action": action, "action_log_prob": old,
            "advantage": advantages[:, None], "value_target": returns[:, None],
            "state_value": old_values[:, None],
        },
        batch_size=[n],
    )  # fmt: skip
    theirs = peer(batch)
    assert 0.1 < float(theirs["clip_fraction"]) < 0.9

    logits.requires_grad_()
    values.requires_grad_()
    log_probs = logits.log_softmax(-1).gather(1, of_action)[:, 0]
    surrogate = clipped_surrogate(log_probs, old, advantages, clip=clip)
    value_loss = clipped_value_loss(values, old_values, returns, clip=clip)
    torch.testing.assert_close(surrogate, theirs["loss_objective"], atol=1e-6, rtol=0)
    torch.testing.assert_close(value_loss, theirs["loss_critic"], atol=1e-6, rtol=0)
    (surrogate + value_loss).backward()
    (theirs["loss_objective"] + theirs["loss_critic"]).backward()
    peers = dict(peer.named_parameters())
    found = {p.shape: p.grad for p in peers.values() if p.grad is not None}
    torch.testing.assert_close(logits.grad, found[n, actions], atol=1e-7, rtol=0)
    torch.testing.assert_close(values.grad[:, None], found[n, 1], atol=1e-7, rtol=0)


def test_a_token_that_has_moved_far_enough_teaches_nothing() -> None:
    # Good and likelier by 1.3, good and less likely, bad and likelier, bad and less likely.
    log_ratio = torch.tensor([1.3, 0.7, 1.3, 0.7]).log().requires_grad_()
    advantages = torch.tensor([1.0, 1.0, -1.0, -1.0])
    clipped_surrogate(log_ratio, torch.zeros(4), advantages, clip=0.2).backward()
    assert log_ratio.grad is not None
    assert (log_ratio.grad != 0).tolist() == [False, True, True, False]


def test_standardised_advantages() -> None:
    found = standardised(3 * draw(20, 5) + 7)
    assert float(found.mean()) == pytest.approx(0, abs=1e-6)
    assert float(found.std()) == pytest.approx(1, abs=1e-5)


def test_rewards_of_tokens_sum_to_the_objective() -> None:
    # E_policy[sum of the tokens' rewards] = E[score] - beta KL(policy, ref), and KL >= 0: a reward
    # whose penalty had the other sign would pay for leaving the reference.
    policy, ref = (draw(1, 9, seed=s).double().log_softmax(-1) for s in (0, 1))
    score, beta = draw(1, 9, seed=2).double(), 0.7
    # Each of the nine answers has one token; then the same in two: the penalty is on each.
    one = token_rewards(policy.mT, ref.mT, score[0], beta=beta)
    assert exact.expected(policy, one.T) == pytest.approx(
        exact.objective(policy, ref, score, beta), abs=1e-12
    )
    assert exact.kl(policy, ref) > 0
    assert exact.expected(policy, one.T) < exact.expected(policy, score)
    parts = (policy.mT / 4, 3 * policy.mT / 4), (ref.mT / 2, ref.mT / 2)
    two = token_rewards(*(torch.cat(part, dim=1) for part in parts), score[0], beta=beta)
    torch.testing.assert_close(two.sum(1), one[:, 0])


def test_log_probabilities_of_tokens_are_those_of_the_walk() -> None:
    from cs25.nn import Decoder
    from cs25_alignment.world import language
    from cs25_alignment.world.policy import config, log_probs

    policy = Decoder(config(d_model=8, n_layers=1), seed=0)
    asked, rows = language.prompts()[5:8], torch.tensor([0, 1234, 32767])
    with torch.no_grad():
        found = response_log_probs(policy, asked, language.responses()[rows]).sum(-1)
    walked = log_probs(policy, asked)[torch.arange(3), rows]
    torch.testing.assert_close(found.double(), walked, atol=1e-5, rtol=0)


# -- direct preference optimisation, every comparison of one prompt written down -----------------


def expected_dpo_loss(
    log_policy: torch.Tensor, log_ref: torch.Tensor, reward: torch.Tensor, beta: float
) -> torch.Tensor:
    """Return the loss over all pairs that the reference draws and people label."""
    total = log_policy.new_zeros(())
    for i, j in product(range(len(reward)), repeat=2):
        # i is drawn, j is drawn, and i is preferred
        share = (log_ref[i] + log_ref[j]).exp() * torch.sigmoid(reward[i] - reward[j])
        margin, ref_margin = log_policy[i] - log_policy[j], log_ref[i] - log_ref[j]
        total = total + share * dpo_loss(margin, ref_margin, beta=beta)
    return total


def test_the_exact_policy_is_the_optimum_of_dpo() -> None:
    log_ref, reward, beta = draw(6).double().log_softmax(-1), draw(6, seed=1).double(), 0.4
    best = exact.tilted(log_ref[None], reward[None], beta)[0]
    # The policy is its own reward model, but for a constant.
    implied = beta * (best - log_ref)
    torch.testing.assert_close(implied - implied.mean(), reward - reward.mean())
    logits = best.clone().requires_grad_()
    expected_dpo_loss(logits.log_softmax(-1), log_ref, reward, beta).backward()
    torch.testing.assert_close(logits.grad, torch.zeros(6).double(), atol=1e-12, rtol=0)


def test_dpo_arrives_at_the_exact_policy() -> None:
    log_ref, reward, beta = draw(4).double().log_softmax(-1), draw(4, seed=1).double(), 0.2
    logits = log_ref.clone().requires_grad_()
    steps = torch.optim.LBFGS([logits], max_iter=100, tolerance_grad=1e-9)

    def closure() -> torch.Tensor:
        steps.zero_grad()
        loss = expected_dpo_loss(logits.log_softmax(-1), log_ref, reward, beta)
        loss.backward()
        return loss

    steps.step(closure)
    found = logits.detach().log_softmax(-1)[None]
    best = exact.tilted(log_ref[None], reward[None], beta)
    assert exact.kl(log_ref[None], best) > 0.1
    assert exact.kl(found, best) < 1e-8


def test_the_loss_of_a_policy_that_has_not_moved_is_a_coin_toss() -> None:
    margins = draw(5)
    assert float(dpo_loss(margins, margins, beta=3.0)) == pytest.approx(math.log(2))
    # one that leans towards what was chosen by 2 nats more than the reference: log(1 + exp(-1))
    leaning = dpo_loss(margins + 2, margins, beta=0.5)
    assert float(leaning) == pytest.approx(math.log1p(math.exp(-1)), abs=1e-6)


def test_the_margin_is_chosen_less_rejected() -> None:
    from cs25.nn import Decoder
    from cs25_alignment.world import language
    from cs25_alignment.world.policy import config

    policy = Decoder(config(d_model=8, n_layers=1), seed=0)
    asked, every = language.prompts()[5:8], language.responses()
    chosen, rejected = every[[3, 70, 500]], every[[9, 8, 7]]
    with torch.no_grad():
        margin = PreferenceMargin(policy)(asked, chosen, rejected)
        one, other = (response_log_probs(policy, asked, y).sum(-1) for y in (chosen, rejected))
    torch.testing.assert_close(margin, one - other, atol=1e-5, rtol=0)
    assert float((one - other).abs().min()) > 1e-3
