"""Optimising a proxy too far: what is wanted rises, and then falls, while the proxy goes on rising.

A gold reward stands in for people. Proxies are trained on comparisons that it decides, and are
optimised by best-of-n and by reinforcement learning. The judge is always the gold reward. All is
exact: both methods' policies are known in closed form, over all responses.

Source: Gao et al. 2022 (arXiv 2210.10760), with a gold reward model of 6 billion parameters and
proxies of 3 million to 3 billion.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Annotated, Literal

import numpy as np
import torch
from annotated_types import Interval, Len
from tqdm.auto import tqdm

from cs25 import ParameterError, Result
from cs25_alignment.goodhart.best_of_n import BestOfN, estimated_best_of_n
from cs25_alignment.goodhart.frontier import best_of_n_frontier, tilted_frontier
from cs25_alignment.goodhart.pressure import favourites
from cs25_alignment.goodhart.proxies import Proxy, Wanted, held_out, survey, train_proxy, wanted
from cs25_alignment.goodhart.summary import Optimised, measures, tables
from cs25_alignment.preferences.networks import SIZES, reward_model
from cs25_alignment.preferences.training import n_steps
from cs25_alignment.world.exact import draw, expected

__all__ = ["optimise_proxies"]

Comparisons = Annotated[int, Interval(ge=10, le=200_000)]

#: Reinforcement learning is looked at for so many betas, every second one half the one before.
_BETAS = 18

#: Samples for each prompt that best-of-n is estimated from, for each of the largest n.
_SAMPLES = 2

#: Steps of training that take as long as optimising a proxy, for the progress bar.
_EQUALS = 20


def optimise_proxies(
    *,
    worlds: Annotated[int, Interval(ge=1, le=10)] = 2,
    comparisons: Annotated[tuple[Comparisons, ...], Len(2, 5)] = (200, 2000, 20_000),
    doublings: Annotated[int, Interval(ge=2, le=17)] = 14,
    epochs: Annotated[int, Interval(ge=1, le=100)] = 4,
    control: Literal["none", "gold"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Train proxies of three sizes, optimise each ever harder, and ask the gold reward.

    Args:
        worlds: with a gold reward, a reference and proxies of their own; numbers are means.
        comparisons: numbers of comparisons that proxies are trained on.
        doublings: best-of-n goes up to n = 2 to the power of this, and reinforcement learning to
            the same KL from the reference.
        epochs: how often a proxy sees each comparison.
        control: "gold" optimises the gold reward itself in place of every proxy.
        seed: draws worlds, comparisons, weights and batches.
    """
    amounts = sorted(set(comparisons))
    if len(amounts) < 2:
        raise ParameterError(
            parameter="comparisons", found=comparisons, expected="two or more that differ"
        )
    numbers = [2**doubling for doubling in range(doublings + 1)]
    # Worlds of their own for each seed: no two seeds share one.
    seeds = np.random.SeedSequence(seed).generate_state(worlds).tolist()
    jobs = [
        (world, size, rankings)
        for world in map(wanted, seeds)
        for size, rankings in product(SIZES, [survey(world, n) for n in amounts])
    ]
    steps = [n_steps(reward_model(size, seed=0), made, epochs=epochs) for _, size, made in jobs]
    optimised = []
    with tqdm(total=sum(steps) + _EQUALS * len(jobs), desc="optimising proxies") as bar:
        for world, size, rankings in jobs:
            asked = held_out(world)
            if control == "gold":
                proxy = Proxy(size, 0, rankings.n_comparisons, asked.gold)
            else:
                proxy = train_proxy(world, size, rankings, epochs=epochs, progress=bar.update)
            optimised.append(_optimise(proxy, asked, numbers))
            bar.update(_EQUALS)
    return Result(measures(optimised), tables=tables(optimised))


def _optimise(proxy: Proxy, asked: Wanted, numbers: Sequence[int]) -> Optimised:
    bon = best_of_n_frontier(asked.log_ref, proxy.rewards, asked.gold, numbers)
    rl = tilted_frontier(
        asked.log_ref, proxy.rewards, asked.gold, furthest=float(bon.kl[-1]), points=_BETAS
    )
    samples = draw(asked.log_ref, _SAMPLES * numbers[-1], torch.Generator().manual_seed(asked.seed))
    rewards, gold = (table.gather(-1, samples).numpy() for table in (proxy.rewards, asked.gold))
    sampled = estimated_best_of_n(rewards, gold, numbers).mean(axis=1)
    ideal = BestOfN(asked.log_ref, asked.gold).policy(numbers[-1])
    liked = favourites(asked.log_ref, proxy.rewards)
    return Optimised(
        proxy.size, proxy.n_weights, proxy.comparisons, bon, rl,
        favourites=expected(liked, asked.gold), ideal=expected(ideal, asked.gold),
        sampled=sampled,
    )  # fmt: skip
