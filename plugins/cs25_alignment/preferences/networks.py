"""Reward models: from one weight for each symbol to a transformer with a scalar output.

A reward model reads prompt and response and says one number. The smallest one here adds up weights
of the symbols that occur, and knows nothing of their order. The others are transformers: in place
of the unembedding there is one linear output. It is read at every symbol of the response, and the
reward is the sum, so a symbol's share depends on all that stands before it. Reading the last
symbol alone, as the papers do, is the same for a model that was pre-trained to carry everything
there; one that begins from nothing learns from fewer comparisons if it may add up.

Source: Stiennon et al. 2020 (arXiv 2009.01325), section 3.4, and Ouyang et al. 2022 (arXiv
2203.02155), section 3.5, for a language model whose unembedding is replaced by a scalar.
"""

from __future__ import annotations

from typing import Literal, get_args

import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from jaxtyping import Float, Int
from torch import Tensor, nn

from cs25 import seeded
from cs25.nn import Decoder, TransformerConfig
from cs25_alignment.world.exact import Table
from cs25_alignment.world.language import ASKED, LENGTH, SYMBOLS, responses

__all__ = [
    "SIZES",
    "BagOfSymbols",
    "RewardModel",
    "RewardNetwork",
    "Size",
    "centred",
    "reward_model",
    "reward_table",
]

Size = Literal["bag", "small", "large"]
SIZES: tuple[Size, ...] = get_args(Size)

#: Width of the transformers, of one block each.
_WIDTH: dict[Size, int] = {"small": 8, "large": 64}


class BagOfSymbols(nn.Module):
    """A linear reward: so much for each time that a symbol occurs, and that one asked for does."""

    def __init__(self) -> None:
        super().__init__()
        self.out = nn.Linear(SYMBOLS + ASKED, 1, bias=False)
        nn.init.zeros_(self.out.weight)

    def forward(self, tokens: Int[Tensor, "*batch pos"]) -> Float[Tensor, "*batch"]:
        """Return the reward of texts of seven symbols, a prompt's two and a response's five."""
        features = self.counts(tokens).to(self.out.weight.dtype)
        return self.out(features)[..., 0]  # type: ignore[no-any-return]

    @staticmethod
    def counts(tokens: Int[Tensor, "*batch pos"]) -> Int[Tensor, "*batch feature"]:
        """Return how often each symbol occurs, then the first asked for, then the second.

        >>> BagOfSymbols.counts(torch.tensor([7, 0, 0, 0, 7, 1, 0])).tolist()
        [3, 1, 0, 0, 0, 0, 0, 1, 1, 3]
        """
        asked, response = tokens[..., :ASKED], tokens[..., ASKED:]
        occurs = F.one_hot(response, SYMBOLS).sum(-2)
        return torch.cat([occurs, occurs.gather(-1, asked)], dim=-1)

    def every(self, prompt: Int[Tensor, " asked"]) -> Float[Tensor, " response"]:
        """Return the reward of every response to a prompt."""
        written = responses()
        rewards: Tensor = self(torch.cat([prompt.expand(len(written), -1), written], dim=1))
        return rewards


class RewardNetwork(nn.Module):
    """A transformer with a scalar output, summed over the symbols of the response.

    Args:
        config: the sizes; the language decides its vocabulary and its context.
        seed: draws the initial weights.
    """

    def __init__(self, config: TransformerConfig, *, seed: int = 0) -> None:
        super().__init__()
        self.body = Decoder(config, seed=seed)
        del self.body.unembedding  # the scalar output takes its place
        with seeded(seed):
            self.out = nn.Linear(config.d_model, 1, bias=False)

    def forward(self, tokens: Int[Tensor, "*batch pos"]) -> Float[Tensor, "*batch"]:
        """Return the reward of texts of seven symbols, a prompt's two and a response's five."""
        hidden = self.body.hidden(tokens.flatten(0, -2))[:, ASKED:]
        shares: Tensor = self.out(hidden)
        return shares.sum((1, 2)).view(tokens.shape[:-1])

    def every(self, prompt: Int[Tensor, " asked"]) -> Float[Tensor, " response"]:
        """Return the reward of every response to a prompt.

        Responses that begin alike share the work: keys and values of a beginning are kept for all
        that follow it, and so is the reward so far.
        """
        cache = self.body.new_cache()
        self.body.hidden(prompt[None], cache=cache)
        rewards = torch.zeros(1)
        for _ in range(LENGTH):
            beginnings = len(rewards)
            rows = torch.arange(beginnings).repeat_interleave(SYMBOLS)
            for block in cache:
                block.own.keep(rows, n_rows=beginnings)
            tokens = torch.arange(SYMBOLS).repeat(beginnings)[:, None]
            share: Tensor = self.out(self.body.hidden(tokens, cache=cache))[:, 0, 0]
            rewards = rewards[rows] + share
        return rewards


RewardModel = BagOfSymbols | RewardNetwork


def reward_model(size: Size, *, seed: int) -> RewardModel:
    """Return an untrained reward model.

    Args:
        size: "bag" has 10 weights, "small" about 1,200 and "large" about 67,000.
        seed: draws the weights of a transformer; those of the bag are 0.
    """
    if size == "bag":
        return BagOfSymbols()
    config = TransformerConfig(
        d_vocab=SYMBOLS,
        d_model=_WIDTH[size],
        n_layers=1,
        n_heads=4,
        n_ctx=ASKED + LENGTH,
        mlp="swiglu",
    )
    return RewardNetwork(config, seed=seed)


@torch.inference_mode()
def reward_table(model: RewardModel, prompts: Int[Tensor, "prompt asked"]) -> Table:
    """Return the reward of all 32,768 responses to each prompt, in double precision."""
    return torch.stack([model.every(prompt) for prompt in prompts]).double()


def centred(rewards: Table, log_ref: Table) -> Table:
    """Return rewards less their mean under a reference policy, prompt by prompt.

    Comparisons are within a prompt, so they leave a constant of each prompt open, and it changes
    neither a comparison nor the best policy. This settles it (as in section 3.5 of Ouyang et al.).
    """
    return rewards - (log_ref.exp() * rewards).sum(-1, keepdim=True)
