"""What is told of all proxies together: measures for the claims, tables for the figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from cs25 import Measure, Table
from cs25_alignment.goodhart.frontier import Frontier, explained
from cs25_alignment.preferences.networks import SIZES

__all__ = ["Optimised", "measures", "tables"]

_UNIT = "log-odds"


@dataclass(frozen=True)
class Optimised:
    """A proxy, and what becomes of the gold reward where it is optimised.

    Args:
        size: of the proxy.
        n_weights: that were trained.
        comparisons: that they were trained on.
        bon: by best-of-n.
        rl: by reinforcement learning, in the end to the same KL.
        favourites: gold of the responses that the proxy likes most.
        ideal: gold in the end of best-of-n where gold itself is optimised.
        sampled: gold by best-of-n, estimated from samples.
    """

    size: str
    n_weights: int
    comparisons: int
    bon: Frontier
    rl: Frontier
    favourites: float
    ideal: float
    sampled: Float[np.ndarray, " point"]

    @property
    def kept(self) -> float:
        """Gold in the end of best-of-n, as a share of what it could be there."""
        return float(self.bon.gold[-1] / self.ideal)

    @property
    def proxy_rise(self) -> float:
        """How far the proxy still rises from where gold has its peak, by best-of-n."""
        return float(self.bon.proxy[-1] - self.bon.proxy[self.bon.peak])


def measures(optimised: Sequence[Optimised]) -> dict[str, Measure]:
    """Return means over worlds, and over all proxies that a measure's name stands for.

    Args:
        optimised: each size with each number of comparisons, in one world or several.
    """
    amounts = {each.comparisons for each in optimised}
    by_size = {size: [each for each in optimised if each.size == size] for size in SIZES}
    weak, strong = by_size[SIZES[0]], by_size[SIZES[-1]]
    found = {
        "loss_weak": _loss(min, weak),
        "loss_smallest": _loss(min, _with(max(amounts), weak)),
        "loss_largest": _loss(max, _with(max(amounts), strong)),
        "proxy_rise": Measure(_mean(lambda each: each.proxy_rise, weak), _UNIT),
        "kept_few": _kept(_with(min(amounts), strong)),
        "kept_many": _kept(_with(max(amounts), strong)),
        "fit_bon": Measure(_mean(lambda each: explained(each.bon, "linear"), optimised)),
        "fit_rl": Measure(_mean(lambda each: explained(each.rl, "log"), optimised)),
    }
    for size, mine in by_size.items():
        found |= {
            f"loss_bon_{size}": Measure(_mean(lambda each: each.bon.loss, mine), _UNIT),
            f"loss_rl_{size}": Measure(_mean(lambda each: each.rl.loss, mine), _UNIT),
            f"worse_{size}": Measure(
                _mean(lambda each: (each.bon.worse + each.rl.worse) / 2, mine), "share of prompts"
            ),
            f"kept_{size}": _kept(mine),
            f"favourites_{size}": Measure(_mean(lambda each: each.favourites, mine), _UNIT),
        }
    return found


def tables(optimised: Sequence[Optimised]) -> tuple[Table, Table, Table]:
    """Return the curves, what samples tell of best-of-n, and a row for each proxy.

    All are means over worlds.
    """
    cells: dict[tuple[str, int], list[Optimised]] = {}
    for each in optimised:
        cells.setdefault((each.size, each.comparisons), []).append(each)
    curves: list[tuple[str | float, ...]] = [
        (*cell, method, *(float(number) for number in point))
        for cell, same in cells.items()
        for method, frontiers in (
            ("bon", [each.bon for each in same]),
            ("rl", [each.rl for each in same]),
        )
        for point in zip(
            *(
                np.mean([getattr(frontier, column) for frontier in frontiers], axis=0)
                for column in ("strength", "kl", "proxy", "gold")
            ),
            strict=True,
        )
    ]
    return (
        Table(
            "curves",
            ("size", "comparisons", "method", "strength", "kl", "proxy", "gold"),
            tuple(curves),
        ),
        Table(
            "samples",
            ("size", "comparisons", "n", "gold"),
            tuple(
                (*cell, int(n), float(gold))
                for cell, same in cells.items()
                for n, gold in zip(
                    same[0].bon.strength, np.mean([each.sampled for each in same], 0), strict=True
                )
            ),
        ),
        Table(
            "proxies",
            ("size", "weights", "comparisons", "loss_bon", "loss_rl", "kept", "favourites"),
            tuple(
                (
                    size,
                    same[0].n_weights,
                    amount,
                    _mean(lambda each: each.bon.loss, same),
                    _mean(lambda each: each.rl.loss, same),
                    _mean(lambda each: each.kept, same),
                    _mean(lambda each: each.favourites, same),
                )
                for (size, amount), same in cells.items()
            ),
        ),
    )


def _with(comparisons: int, among: Sequence[Optimised]) -> list[Optimised]:
    return [each for each in among if each.comparisons == comparisons]


def _loss(which: Callable[..., float], among: Sequence[Optimised]) -> Measure:
    """Return the loss by the method by which it is the least, or the largest."""
    by_method = (
        _mean(lambda each: each.bon.loss, among), _mean(lambda each: each.rl.loss, among)
    )  # fmt: skip
    return Measure(which(by_method), _UNIT)


def _kept(among: Iterable[Optimised]) -> Measure:
    return Measure(_mean(lambda each: each.kept, among), "share")


def _mean(of: Callable[[Optimised], float], among: Iterable[Optimised]) -> float:
    return float(np.mean([of(each) for each in among]))
