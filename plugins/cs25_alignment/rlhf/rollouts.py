"""What the policy does, and what it earns: the score of the answer, less a penalty on every token.

r_t = −β (log π(y_t | x, y_<t) − log π_ref(y_t | x, y_<t)),  and at the last token also r(x, y).

Summed over the tokens this is the reward of the whole answer, r(x, y) − β log π(y|x)/π_ref(y|x),
whose mean under the policy is the objective J: the mean score less β times the Kullback-Leibler
divergence from the reference.

Source: Ziegler et al. 2019 (arXiv 1909.08593), equation 2; Ouyang et al. 2022 (arXiv 2203.02155),
equation 2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from cs25.nn import Decoder, generate

__all__ = ["Rollouts", "Scorer", "response_log_probs", "roll_out", "token_rewards"]

#: A reward model: of texts, each a prompt and its response, one number for each.
Scorer = Callable[[Int[Tensor, "batch pos"]], Float[Tensor, " batch"]]


@dataclass(frozen=True)
class Rollouts:
    """Answers that a policy gave, and what is known of each of their tokens.

    Args:
        prompts: what was asked.
        responses: what the policy answered.
        log_probs: of each token, under the policy that wrote it.
        values: of the state before each token, as the value function saw it then.
        rewards: of each token.
        scores: of each answer, by the reward model.
    """

    prompts: Int[Tensor, "batch asked"]
    responses: Int[Tensor, "batch step"]
    log_probs: Float[Tensor, "batch step"]
    values: Float[Tensor, "batch step"]
    rewards: Float[Tensor, "batch step"]
    scores: Float[Tensor, " batch"]


@torch.no_grad()
def roll_out(
    policy: Decoder,
    ref_model: Decoder,
    critic: nn.Module,
    scorer: Scorer,
    prompts: Int[Tensor, "batch asked"],
    *,
    length: int,
    beta: float,
    generator: torch.Generator,
) -> Rollouts:
    """Let the policy answer every prompt once, and reward each of its tokens.

    Args:
        policy: answers, at temperature 1.
        ref_model: whom it should stay near.
        critic: the value function.
        scorer: the reward model.
        prompts: what is asked.
        length: tokens of an answer.
        beta: price of a nat of divergence, in units of the score.
        generator: draws the tokens.
    """
    # A copy: what is made in inference mode cannot be learned from.
    responses = generate(policy, prompts, length, generator=generator).clone()
    log_probs = response_log_probs(policy, prompts, responses)
    ref_log_probs = response_log_probs(ref_model, prompts, responses)
    scores = scorer(torch.cat([prompts, responses], dim=1))
    rewards = token_rewards(log_probs, ref_log_probs, scores, beta=beta)
    values = critic(prompts, responses)
    return Rollouts(prompts, responses, log_probs, values, rewards, scores)


def response_log_probs(
    policy: nn.Module,
    prompts: Int[Tensor, "batch asked"],
    responses: Int[Tensor, "batch step"],
) -> Float[Tensor, "batch step"]:
    """Return the log-probability of each token of the response, in nats.

    Args:
        policy: returns the logits of the next token at every position.
        prompts: what was asked.
        responses: what was answered.
    """
    read = torch.cat([prompts, responses[:, :-1]], dim=1)
    logits = policy(read)[:, prompts.shape[1] - 1 :]
    chosen: Tensor = logits.log_softmax(dim=-1).gather(-1, responses[..., None])
    return chosen.squeeze(-1)


def token_rewards(
    log_probs: Float[Tensor, "batch step"],
    ref_log_probs: Float[Tensor, "batch step"],
    scores: Float[Tensor, " batch"],
    *,
    beta: float,
) -> Float[Tensor, "batch step"]:
    """Return the reward of each token.

    Args:
        log_probs: under the policy.
        ref_log_probs: under the reference.
        scores: of the whole answers.
        beta: price of a nat of divergence.

    A token that the policy has made likelier costs something:

    >>> half, whole = torch.tensor([[0.5, 0.5]]).log(), torch.tensor([[1.0, 0.25]]).log()
    >>> reward = token_rewards(whole, half, torch.tensor([3.0]), beta=1)
    >>> [round(r, 3) for r in reward[0].tolist()]
    [-0.693, 3.693]
    """
    rewards = beta * (ref_log_probs - log_probs)
    rewards[:, -1] += scores
    return rewards
