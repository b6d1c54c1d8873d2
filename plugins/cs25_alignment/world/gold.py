"""The gold reward: what the people of this world want, known exactly.

It has the two parts that the lecture tells apart. What a prompt asks for is the *explicit intent*;
what nobody says and everybody means is the *implicit intent*: here a taste for what follows on
what, and a dislike of repetition.
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from cs25_alignment.world.language import SYMBOLS, responses

__all__ = ["Gold"]

#: Standard deviation of the taste for a pair of neighbours.
_TASTE = 0.5

#: What a symbol costs that the response has had already.
_REPETITION = 0.5


class Gold:
    """The gold reward r(x, y) of a response y to a prompt x.

    It is 1 if the first symbol asked for occurs, and 1 more if the second occurs later than some
    first; plus the taste for each two neighbours; minus 1/2 for each repeated symbol. A labeller
    prefers y to y' with probability sigma(r(x, y) - r(x, y')), so a unit of reward is a unit of
    log-odds.

    Args:
        seed: draws the taste, a matrix of symbol by next symbol.
    """

    def __init__(self, seed: int) -> None:
        draw = np.random.default_rng([seed, 1])
        self.taste = torch.from_numpy(draw.normal(0, _TASTE, (SYMBOLS, SYMBOLS)))

    def __call__(
        self, prompts: Int[Tensor, "*#batch asked"], responses: Int[Tensor, "*#batch pos"]
    ) -> Float[Tensor, "*batch"]:
        """Return the reward of each response, in double precision."""
        return self._explicit(prompts, responses) + self._implicit(responses)

    def table(self, prompts: Int[Tensor, "prompt asked"]) -> Float[Tensor, "prompt response"]:
        """Return the reward of all 32,768 responses to each prompt."""
        every = responses()
        return torch.stack([self._explicit(prompt, every) for prompt in prompts]) + self._implicit(
            every
        )

    @staticmethod
    def _explicit(
        prompts: Int[Tensor, "*#batch asked"], responses: Int[Tensor, "*#batch pos"]
    ) -> Float[Tensor, "*batch"]:
        first = responses == prompts[..., :1]
        second = responses == prompts[..., 1:]
        so_far = first.cummax(-1).values
        return so_far[..., -1].double() + (so_far & second).any(-1).double()

    def _implicit(self, responses: Int[Tensor, "*batch pos"]) -> Float[Tensor, "*batch"]:
        liked = self.taste[responses[..., :-1], responses[..., 1:]].sum(-1)
        ordered = responses.sort(-1).values
        repeated = (ordered[..., 1:] == ordered[..., :-1]).sum(-1)
        return liked - _REPETITION * repeated
