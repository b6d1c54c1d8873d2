"""Proximal policy optimisation: several steps on one batch of answers, none of them too far.

L = −mean min( ρ A, clip(ρ, 1 − ε, 1 + ε) A ),   ρ = π(token) / π_old(token)

The advantage A says how much better a token was than expected. Once the policy has made a good
token likelier by the factor 1 + ε, or a bad one less likely by 1 − ε, the batch has no more to say
about it. A value function learns beside it what to expect.

Source: Schulman et al. 2017 (arXiv 1707.06347), equations 7 and 9 and algorithm 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from cs25.nn import Decoder, TrainingLog, next_token_loss, train
from cs25_alignment.rlhf.critic import Critic
from cs25_alignment.rlhf.gae import generalised_advantages
from cs25_alignment.rlhf.rollouts import Rollouts, Scorer, response_log_probs, roll_out

__all__ = [
    "ActorCritic",
    "PPOSettings",
    "clipped_surrogate",
    "clipped_value_loss",
    "optimise_policy",
    "ppo_loss",
    "standardised",
]

#: Log-probabilities, advantages, values and returns of each token of some rollouts, all of them
#: as they were when the policy wrote them.
Experience = Float[Tensor, "4 batch step"]


@dataclass(frozen=True)
class PPOSettings:
    """How a policy is optimised.

    Args:
        beta: price of a nat of divergence from the reference, in units of the score.
        iterations: batches of answers.
        batch: answers in each.
        minibatches: parts of a batch, one for each step of the optimiser.
        epochs: how often each answer is learned from.
        lr: peak learning rate.
        clip: how far a ratio, or a value, may move on one batch: ε.
        gae_lambda: of the advantages.
        ptx: weight of the loss on pre-training text; it is 0 for plain PPO, and 27.8 for
            InstructGPT's PPO-ptx.
    """

    beta: float = 0.25
    iterations: int = 180
    batch: int = 512
    minibatches: int = 2
    epochs: int = 2
    lr: float = 3e-3
    clip: float = 0.2
    gae_lambda: float = 0.95
    ptx: float = 0.0

    @property
    def n_steps(self) -> int:
        """Steps of the optimiser."""
        return self.iterations * self.epochs * self.minibatches


class ActorCritic(nn.Module):
    """A policy and its value function, which share no weights.

    Args:
        policy: the actor.
        critic: says what to expect.
    """

    def __init__(self, policy: Decoder, critic: Critic) -> None:
        super().__init__()
        self.policy, self.critic = policy, critic

    def forward(
        self, prompts: Int[Tensor, "batch asked"], responses: Int[Tensor, "batch step"]
    ) -> Float[Tensor, "2 batch step"]:
        """Return the log-probability of each token, and the value of the state before it."""
        log_probs = response_log_probs(self.policy, prompts, responses)
        return torch.stack([log_probs, self.critic(prompts, responses)])


def optimise_policy(
    policy: Decoder,
    ref_model: Decoder,
    critic: Critic,
    scorer: Scorer,
    prompts: Int[Tensor, "prompt asked"],
    settings: PPOSettings,
    *,
    length: int,
    generator: torch.Generator,
    text: Iterator[tuple[Tensor, Tensor]] | None = None,
    progress: Callable[[int], object] | None = None,
) -> TrainingLog:
    """Optimise a policy and its value function in place.

    Args:
        policy: what learns.
        ref_model: whom it is held to; its weights stay.
        critic: the value function, which learns too.
        scorer: the reward model.
        prompts: what may be asked.
        settings: how.
        length: tokens of an answer.
        generator: draws prompts, answers and minibatches.
        text: pre-training text and its next tokens, batch by batch; needed for ``settings.ptx``.
        progress: called with 1 after each step of the optimiser.
    """

    def loss(now: Float[Tensor, "2 batch step"], then: Experience) -> Float[Tensor, ""]:
        total = ppo_loss(now, then, clip=settings.clip)
        if settings.ptx and text is not None:
            tokens, following = next(text)
            total = total + settings.ptx * next_token_loss(policy(tokens), following)
        return total

    collect = partial(
        roll_out, policy, ref_model, critic, scorer,
        length=length, beta=settings.beta, generator=generator,
    )  # fmt: skip
    return train(
        ActorCritic(policy, critic),
        _experience(collect, prompts, settings, generator),
        n_steps=settings.n_steps,
        lr=settings.lr,
        weight_decay=0.0,  # it would pull the policy towards no policy at all
        loss=loss,
        prefetch_depth=0,  # the next batch is written by the policy that this one makes
        progress=progress,
    )


def _experience(
    collect: Callable[[Int[Tensor, "batch asked"]], Rollouts],
    prompts: Int[Tensor, "prompt asked"],
    settings: PPOSettings,
    generator: torch.Generator,
) -> Iterator[tuple[Tensor, Tensor, Experience]]:
    """Yield minibatches of answers that the policy of the moment wrote."""
    for _ in range(settings.iterations):
        asked = torch.randint(len(prompts), (settings.batch,), generator=generator)
        rollouts = collect(prompts[asked])
        advantages = generalised_advantages(
            rollouts.rewards, rollouts.values, gae_lambda=settings.gae_lambda
        )
        returns = advantages + rollouts.values
        experience = torch.stack(
            [rollouts.log_probs, standardised(advantages), rollouts.values, returns]
        )
        for _ in range(settings.epochs):
            order = torch.randperm(settings.batch, generator=generator)
            for rows in order.chunk(settings.minibatches):
                yield rollouts.prompts[rows], rollouts.responses[rows], experience[:, rows]


def ppo_loss(
    now: Float[Tensor, "2 batch step"], then: Experience, *, clip: float
) -> Float[Tensor, ""]:
    """Return the policy's clipped surrogate plus the value function's loss.

    Args:
        now: log-probabilities and values by the networks that learn.
        then: what the rollouts say.
        clip: how far either may move on one batch, ε.
    """
    log_probs, values = now
    old_log_probs, advantages, old_values, returns = then
    return clipped_surrogate(log_probs, old_log_probs, advantages, clip=clip) + clipped_value_loss(
        values, old_values, returns, clip=clip
    )


def clipped_surrogate(
    log_probs: Float[Tensor, "*batch"],
    old_log_probs: Float[Tensor, "*batch"],
    advantages: Float[Tensor, "*batch"],
    *,
    clip: float,
) -> Float[Tensor, ""]:
    """Return what the policy minimises: the clipped surrogate objective, times -1.

    Args:
        log_probs: of the tokens, under the policy that learns.
        old_log_probs: under the policy that wrote them.
        advantages: of the tokens.
        clip: how far the ratio may move from 1 and still be learned from, ε.

    A good token that has become likelier by half counts as if by a fifth:

    >>> ratio = torch.tensor([1.5])
    >>> loss = clipped_surrogate(ratio.log(), torch.zeros(1), torch.ones(1), clip=0.2)
    >>> round(float(loss), 4)
    -1.2
    """
    ratio = (log_probs - old_log_probs).exp()
    clipped = ratio.clamp(1 - clip, 1 + clip)
    return -torch.minimum(ratio * advantages, clipped * advantages).mean()


def clipped_value_loss(
    values: Float[Tensor, "*batch"],
    old_values: Float[Tensor, "*batch"],
    returns: Float[Tensor, "*batch"],
    *,
    clip: float,
) -> Float[Tensor, ""]:
    """Return half the squared error of the values, the larger of the plain and the clipped one.

    Args:
        values: of the states, by the value function that learns.
        old_values: by the one that saw the rollouts.
        returns: what it should have said.
        clip: how far a value may move on one batch.
    """
    near = old_values + (values - old_values).clamp(-clip, clip)
    return torch.maximum((values - returns) ** 2, (near - returns) ** 2).mean() / 2


def standardised(advantages: Float[Tensor, "batch step"]) -> Float[Tensor, "batch step"]:
    """Return advantages with mean 0 and standard deviation 1 over the whole batch."""
    return (advantages - advantages.mean()) / (advantages.std() + 1e-8)
