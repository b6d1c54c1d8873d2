"""Floating-point operations of the stages of RLHF: counted on real steps, and by rule.

PyTorch counts every matrix product while a stage runs. All steps of a stage have the same shapes, so
the first is counted and the rest is multiplied; of PPO, the first batch of answers.

The rule: a network of N weights does 2 N operations for a token that it reads, and 6 N for one that
it learns from.

Source: Kaplan et al. 2020 (arXiv 2001.08361), section 2.1, for the rule.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import torch
from torch.utils.flop_counter import FlopCounterMode

from cs25.nn import Decoder, n_params_non_embedding
from cs25_alignment.preferences.comparisons import Rankings
from cs25_alignment.preferences.networks import RewardNetwork, reward_model
from cs25_alignment.preferences.training import n_steps, train_reward_model
from cs25_alignment.rlhf.stages import Sizes, fine_tune, optimise, pre_train
from cs25_alignment.world.corpus import Corpus
from cs25_alignment.world.language import ASKED, LENGTH, prompts
from cs25_alignment.world.policy import config

__all__ = ["Stage", "bill", "flops"]

#: Tokens of a text, and those that a language model reads of it: the last is only foretold.
_TEXT, _READ = ASKED + LENGTH, ASKED + LENGTH - 1

Progress = Callable[[int], object]


@dataclass(frozen=True)
class Stage:
    """What a stage costs.

    Args:
        n_tokens: of the texts that it learns from, each text counted once for each time that it is
            taken up: PPO's several epochs on one answer are one time.
        flops: operations, counted.
        by_rule: operations by the rule of 2 N and 6 N.
    """

    n_tokens: int
    flops: int
    by_rule: float

    @property
    def per_token(self) -> float:
        """Operations for each token."""
        return self.flops / self.n_tokens

    def scaled(self, n_tokens: int) -> Stage:
        """Return the same stage with another number of tokens."""
        times = n_tokens / self.n_tokens
        return Stage(n_tokens, round(self.flops * times), self.by_rule * times)


class _Enough(Exception):  # noqa: N818  # nothing went wrong
    """So many steps were taken as are to be counted."""


def flops(training: Callable[[Progress], object], *, steps: int) -> int:
    """Return the operations of all matrix products in the first steps of a training.

    Args:
        training: calls what it is given after each step.
        steps: after so many it is stopped.
    """
    left = steps

    def progress(_: int) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise _Enough

    with FlopCounterMode(display=False) as counter, suppress(_Enough):
        training(progress)
    return int(counter.get_total_flops())


def bill(sizes: Sizes, *, comparisons: int) -> dict[str, Stage]:
    """Return what each stage costs: pre-training, SFT, the reward model, PPO.

    Args:
        sizes: of the stages.
        comparisons: that the reward model learns from.
    """
    corpus = Corpus(seed=0)
    base = Decoder(config(d_model=sizes.d_model, n_layers=sizes.n_layers))
    # The first training of a process also tries out a matrix product, which belongs to no stage.
    _pre_training(corpus, sizes)
    return {
        "pre-training": _pre_training(corpus, sizes),
        "SFT": _fine_tuning(base, sizes),
        "reward model": _reward_model(sizes, comparisons),
        "PPO": _optimisation(base, corpus, sizes),
    }


def _pre_training(corpus: Corpus, sizes: Sizes) -> Stage:
    step = flops(lambda progress: pre_train(corpus, sizes, seed=0, progress=progress), steps=1)
    n_tokens = sizes.pretrain_steps * sizes.pretrain_batch * _READ
    return Stage(n_tokens, sizes.pretrain_steps * step, 6 * _policy_weights(sizes) * n_tokens)


def _fine_tuning(base: Decoder, sizes: Sizes) -> Stage:
    any_text = torch.zeros(1, dtype=torch.long), torch.zeros(1, dtype=torch.long)
    step = flops(
        lambda progress: fine_tune(base, any_text, sizes, seed=0, progress=progress), steps=1
    )
    n_tokens = sizes.tune_steps * sizes.tune_batch * _READ
    return Stage(n_tokens, sizes.tune_steps * step, 6 * _policy_weights(sizes) * n_tokens)


def _reward_model(sizes: Sizes, comparisons: int) -> Stage:
    # What is compared costs the same: one response with itself.
    any_pairs = Rankings(
        torch.zeros(comparisons, dtype=torch.long), torch.zeros(comparisons, 2, dtype=torch.long)
    )
    model = reward_model(sizes.reward, seed=0)
    read: list[int] = []
    model.register_forward_pre_hook(lambda _, inputs: read.append(inputs[0].numel()))
    step = flops(
        lambda progress: train_reward_model(
            model, any_pairs, epochs=sizes.reward_epochs, seed=0, progress=progress
        ),
        steps=1,
    )
    steps = n_steps(model, any_pairs, epochs=sizes.reward_epochs)
    n_tokens = steps * read[0]
    return Stage(n_tokens, steps * step, 6 * _judge_weights(sizes) * n_tokens)


def _optimisation(base: Decoder, corpus: Corpus, sizes: Sizes) -> Stage:
    scorer = reward_model(sizes.reward, seed=0)
    rows = torch.arange(len(prompts()))
    iteration = flops(
        lambda progress: optimise(
            base, scorer, rows, sizes, corpus=corpus, seed=0, progress=progress
        ),
        steps=sizes.ppo.n_steps // sizes.ppo.iterations,
    )
    n_tokens = sizes.ppo.iterations * sizes.ppo.batch * _READ
    return Stage(n_tokens, sizes.ppo.iterations * iteration, _ppo_rule(sizes) * n_tokens)


def _ppo_rule(sizes: Sizes) -> float:
    """Return the operations of PPO for each token, by the rule.

    Each is written by the policy; read by the policy, the reference, the value function and the
    reward model; and learned from by policy and value function, once in each epoch. PPO-ptx learns
    from as much text besides.
    """
    policy = _policy_weights(sizes)
    critic = n_params_non_embedding(config(d_model=sizes.critic_width, n_layers=sizes.n_layers))
    reads = 3 * policy + critic + _judge_weights(sizes) * _TEXT / _READ
    learns = policy * (2 if sizes.ppo.ptx else 1) + critic
    return 2 * reads + 6 * sizes.ppo.epochs * learns


def _policy_weights(sizes: Sizes) -> int:
    return n_params_non_embedding(config(d_model=sizes.d_model, n_layers=sizes.n_layers))


def _judge_weights(sizes: Sizes) -> int:
    model = reward_model(sizes.reward, seed=0)
    return n_params_non_embedding(model.body.config) if isinstance(model, RewardNetwork) else 0
