"""The text that a model is pre-trained on: it stays on the topic, and follows no instruction.

A text is a prompt and a response that was never written to please: each symbol is one of the
prompt's with some probability, else what often follows on the symbol before it.
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from cs25_alignment.world.language import ASKED, LENGTH, SYMBOLS, prompts, responses

__all__ = ["Corpus"]

#: Probability that a symbol is one of the prompt's.
_TOPIC = 0.2

#: Concentration of the Dirichlet distribution of what follows on a symbol: 1 is uniform over all
#: distributions, and smaller means that fewer symbols follow.
_CONCENTRATION = 1.0


class Corpus:
    """A source of text with known probabilities.

    Args:
        seed: draws what follows on each symbol.
    """

    def __init__(self, seed: int) -> None:
        draw = np.random.default_rng([seed, 2])
        habit = draw.dirichlet(np.full(SYMBOLS, _CONCENTRATION), size=SYMBOLS)
        #: Probability of the next symbol, shape (symbol, next).
        self.habit: Float[Tensor, "symbol next"] = torch.from_numpy(habit)

    def draw(self, n: int, generator: torch.Generator) -> Int[Tensor, "n pos"]:
        """Return texts, each a prompt of two symbols and a response of five."""
        all_prompts = prompts()
        asked = all_prompts[torch.randint(len(all_prompts), (n,), generator=generator)]
        text = torch.empty(n, ASKED + LENGTH, dtype=torch.long)
        text[:, :ASKED] = asked
        for pos in range(ASKED, ASKED + LENGTH):
            weights = self._next(asked)[torch.arange(n), text[:, pos - 1]]
            text[:, pos] = torch.multinomial(weights, 1, generator=generator)[:, 0]
        return text

    def log_probs(self, prompts: Int[Tensor, "prompt asked"]) -> Float[Tensor, "prompt response"]:
        """Return the exact log-probability of every response to each prompt, in nats."""
        log_next = self._next(prompts).log()
        every = responses()
        start = log_next[torch.arange(len(prompts)), prompts[:, -1]]
        steps = log_next[:, every[:, :-1], every[:, 1:]].sum(-1)
        return start[:, every[:, 0]] + steps

    def _next(self, prompts: Int[Tensor, "prompt asked"]) -> Float[Tensor, "prompt symbol next"]:
        topic = torch.zeros(len(prompts), SYMBOLS, dtype=torch.double)
        topic.scatter_(1, prompts, 1 / ASKED)
        return _TOPIC * topic[:, None] + (1 - _TOPIC) * self.habit
