"""People who compare responses: the labels that a reward model is trained on.

Somebody who sees two responses y and y' to a prompt x prefers y with the probability

    P(y preferred to y') = sigma(r(x, y) - r(x, y')),

where r is the gold reward and sigma the logistic function. Somebody who sees K responses puts them
in an order, which holds K (K - 1) / 2 comparisons. The order is that of the gold rewards with
independent standard Gumbel noise: the difference of two such noises is logistic, so each two of
the K are compared with just that probability.

Sources: Bradley and Terry 1952 (Biometrika 39) for two, Luce 1959 and Plackett 1975 for K; Ouyang
et al. 2022 (arXiv 2203.02155), section 3.5, for rankings of K responses.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from cs25_alignment.world.exact import Table, draw

__all__ = ["Rankings", "compare"]


@dataclass(frozen=True)
class Rankings:
    """Rankings of K responses to a prompt each.

    Args:
        prompt: the prompt of each ranking, a row of the tables that it was drawn from.
        responses: numbers of the responses, the preferred ones first.
    """

    prompt: Int[Tensor, " ranking"]
    responses: Int[Tensor, "ranking k"]

    @property
    def n_comparisons(self) -> int:
        """Pairs of responses of which one was preferred."""
        n, k = self.responses.shape
        return n * k * (k - 1) // 2

    def pairs(
        self,
    ) -> tuple[Int[Tensor, " pair"], Int[Tensor, " pair"], Int[Tensor, " pair"]]:
        """Return prompt, chosen and rejected response of each comparison.

        >>> ranked = Rankings(torch.tensor([4]), torch.tensor([[30, 10, 20]]))
        >>> [numbers.tolist() for numbers in ranked.pairs()]
        [[4, 4, 4], [30, 30, 10], [10, 20, 20]]
        """
        k = self.responses.shape[1]
        better, worse = torch.triu_indices(k, k, offset=1)
        return (
            self.prompt.repeat_interleave(len(better)),
            self.responses[:, better].flatten(),
            self.responses[:, worse].flatten(),
        )


def compare(
    log_policy: Table,
    gold: Table,
    prompts: Int[Tensor, " asked"],
    *,
    n: int,
    k: int = 2,
    generator: torch.Generator,
) -> Rankings:
    """Draw responses from a policy, and have them ranked.

    Args:
        log_policy: whose responses are compared.
        gold: the reward by which people compare; where it is constant, a coin decides.
        prompts: rows of both tables, which are asked equally often, but for what is left over.
        n: comparisons at least; as many more as fill the last ranking.
        k: responses of a ranking, at least 2. They are drawn one by one, so one may come twice.
        generator: draws responses and labels.
    """
    n_rankings = -(-n // (k * (k - 1) // 2))
    each = -(-n_rankings // len(prompts))
    drawn = draw(log_policy[prompts], each * k, generator).view(len(prompts) * each, k)
    asked = prompts.repeat_interleave(each)
    kept = torch.randperm(len(drawn), generator=generator)[:n_rankings]
    asked, drawn = asked[kept], drawn[kept]
    return Rankings(asked, _ranked(drawn, gold[asked[:, None], drawn], generator))


def _ranked(
    responses: Int[Tensor, "ranking k"],
    rewards: Float[Tensor, "ranking k"],
    generator: torch.Generator,
) -> Int[Tensor, "ranking k"]:
    noise = torch.empty_like(rewards).exponential_(generator=generator).log().neg()  # Gumbel
    return responses.gather(1, (rewards + noise).argsort(1, descending=True))
