"""The value function: a network of its own that foretells what an answer will still earn.

Source: Ziegler et al. 2019 (arXiv 1909.08593), section 2.2; in InstructGPT, too, it shares no
weights with the policy.
"""

from __future__ import annotations

from typing import cast

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.utils import skip_init

from cs25.nn import Decoder, TransformerConfig

__all__ = ["Critic"]


class Critic(nn.Module):
    """A decoder that reads a number off every state instead of the next token.

    Args:
        config: its sizes.
        seed: draws the initial weights.

    At first it foretells nothing: every value is 0.
    """

    def __init__(self, config: TransformerConfig, *, seed: int = 0) -> None:
        super().__init__()
        self.decoder = Decoder(config, seed=seed)
        # Not drawn: the global generators stay as they were.
        self.value = skip_init(nn.Linear, config.d_model, 1)  # type: ignore[no-untyped-call]
        nn.init.zeros_(self.value.weight)
        nn.init.zeros_(self.value.bias)

    def forward(
        self, prompts: Int[Tensor, "batch asked"], responses: Int[Tensor, "batch step"]
    ) -> Float[Tensor, "batch step"]:
        """Return the value of the state before each token of the response."""
        read = torch.cat([prompts, responses[:, :-1]], dim=1)
        hidden = self.decoder.hidden(read)[:, prompts.shape[1] - 1 :]
        return cast("Tensor", self.value(hidden)).squeeze(-1)
