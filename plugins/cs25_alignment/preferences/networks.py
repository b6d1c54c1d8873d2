"""Reward models: from one weight for each symbol to a transformer with a scalar output.

A reward model reads prompt and response and says one number. The smallest one here adds up weights
of the symbols that occur, and knows nothing of their order. The others are transformers, which
judge a response symbol by symbol and add that up: what they make of a symbol in its place is read
off before it, as a language model's logit of what comes next, and after it, by one linear output.

Two things are other than in the papers, where a large model that was pre-trained has one scalar
output at the last symbol. These networks begin from nothing: they learn from fewer comparisons if
they may add up, and if they are told which symbols the prompt asks for.

Source: Stiennon et al. 2020 (arXiv 2009.01325), section 3.4, and Ouyang et al. 2022 (arXiv
2203.02155), section 3.5, for a language model that says a scalar.
"""

from __future__ import annotations

from typing import Literal, get_args

import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.utils import skip_init

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

#: Standard deviation of embeddings before training.
_STD = 0.02

#: Width of the transformers, of one block each.
_WIDTH: dict[Size, int] = {"small": 8, "large": 48}


class BagOfSymbols(nn.Module):
    """A linear reward: so much for each time that a symbol occurs, and that one asked for does."""

    def __init__(self) -> None:
        super().__init__()
        # Not drawn: the global generators stay as they were.
        self.out = skip_init(nn.Linear, SYMBOLS + ASKED, 1, bias=False)  # type: ignore[no-untyped-call]
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
    """A transformer that judges a response symbol by symbol: r = sum_t logit(y_t) + w · h_t.

    The logit of a symbol y_t is that of the position before it; h_t is the vector at its own.

    Args:
        config: the sizes; the language decides its vocabulary and its context.
        seed: draws the initial weights.
    """

    def __init__(self, config: TransformerConfig, *, seed: int = 0) -> None:
        super().__init__()
        self.body = Decoder(config, seed=seed)
        with seeded(seed):
            self.body.embedding = MarkedEmbedding(config)  # type: ignore[assignment]  # called alike
            self.out = nn.Linear(config.d_model, 1, bias=False)

    def forward(self, tokens: Int[Tensor, "*batch pos"]) -> Float[Tensor, "*batch"]:
        """Return the reward of texts of seven symbols, a prompt's two and a response's five."""
        texts = tokens.flatten(0, -2)
        written = texts[:, ASKED:]
        hidden = self.body.hidden(torch.cat([texts[:, :ASKED], marked(texts)], dim=1))
        logits = self.body.unembedding(hidden[:, ASKED - 1 : -1])
        before = logits.gather(2, written[..., None])[..., 0]
        after: Tensor = self.out(hidden[:, ASKED:])[..., 0]
        rewards: Tensor = (before + after).sum(1)
        return rewards.view(tokens.shape[:-1])

    def every(self, prompt: Int[Tensor, " asked"]) -> Float[Tensor, " response"]:
        """Return the reward of every response to a prompt.

        Responses that begin alike share the work: keys and values of a beginning are kept for all
        that follow it, and so is the reward so far.
        """
        alphabet = torch.arange(SYMBOLS)[:, None]
        choices = marked(torch.cat([prompt.expand(SYMBOLS, -1), alphabet], dim=1))
        cache = self.body.new_cache()
        hidden = self.body.hidden(prompt[None], cache=cache)[:, -1]
        rewards = torch.zeros(1)
        for _ in range(LENGTH):
            before = self.body.unembedding(hidden).flatten()
            beginnings = len(rewards)
            rows = torch.arange(beginnings).repeat_interleave(SYMBOLS)
            for block in cache:
                block.own.keep(rows, n_rows=beginnings)
            hidden = self.body.hidden(choices.repeat(beginnings, 1), cache=cache)[:, -1]
            rewards = rewards[rows] + before + self.out(hidden)[:, 0]
        return rewards


class MarkedEmbedding(nn.Module):
    """A vector for each symbol, one for its mark, and one for its place, added up."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.token = nn.Embedding(SYMBOLS, config.d_model)
        self.mark = nn.Embedding(1 + ASKED, config.d_model)
        self.position = nn.Embedding(config.n_ctx, config.d_model)
        for table in (self.token, self.mark, self.position):
            nn.init.normal_(table.weight, std=_STD)

    def forward(
        self, tokens: Int[Tensor, "batch pos"], *, start: int = 0
    ) -> Float[Tensor, "batch pos d_model"]:
        """Embed marked symbols that stand at positions ``start``, ``start + 1``, ..."""
        places = self.position.weight[start : start + tokens.shape[1]]
        vectors: Tensor = self.token(tokens % SYMBOLS) + self.mark(tokens // SYMBOLS) + places
        return vectors


def marked(texts: Int[Tensor, "*batch pos"]) -> Int[Tensor, "*batch written"]:
    """Return what follows on the prompt, plus 8 for the first symbol asked for, 16 for the second.

    >>> marked(torch.tensor([7, 0, 0, 3, 7])).tolist()
    [16, 3, 15]
    """
    first, second, written = texts[..., :1], texts[..., 1:ASKED], texts[..., ASKED:]
    return written + SYMBOLS * (written == first) + 2 * SYMBOLS * (written == second)


RewardModel = BagOfSymbols | RewardNetwork


def reward_model(size: Size, *, seed: int) -> RewardModel:
    """Return an untrained reward model.

    Args:
        size: "bag" has 10 weights, "small" about 900 and "large" about 24,000.
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
        mlp_ratio=2,
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
