"""Pooling over seeds, and the verdict on a claim.

Source: architecture of the course, "Seeds, verdicts, presets, controls". The interval is
Student's t at 95 % over seeds; no p-value appears anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cs25.card import DEFAULT_PRESET, Claim
from cs25.criteria import Greater
from cs25.result import Measure, Result
from cs25.student import mean_and_margin

__all__ = ["Judgement", "Pooled", "Verdict", "judge", "pool", "pool_result"]

Verdict = Literal["supported", "contradicted", "inconclusive", "untested"]

#: From this many seeds on, the spread over seeds decides; below it, the demo's own interval does.
SEEDS_FOR_AN_INTERVAL = 3


@dataclass(frozen=True)
class Pooled:
    """A measure over seeds.

    Args:
        value: mean over seeds.
        unit: the measure's unit.
        low: lower end of the 95 % interval, or None where there is none.
        high: its upper end.
        n: number of seeds.
        per_seed: the value of each seed, in the order of the seeds.
    """

    value: float
    unit: str
    low: float | None
    high: float | None
    n: int
    per_seed: tuple[float, ...]


@dataclass(frozen=True)
class Judgement:
    """How a claim came out.

    Args:
        claim: the claim.
        measured: the pooled number its criterion looks at, or None if it was not measured.
        met: whether the point estimate meets the criterion, or None if it was not measured.
        verdict: the verdict, or None where the parameters are not those the claim was fixed for.
        note: why there is no verdict, or why it is inconclusive; empty where nothing needs saying.
    """

    claim: Claim
    measured: Pooled | None
    met: bool | None
    verdict: Verdict | None
    note: str = ""


def pool(measures: Sequence[Measure], *, exact: bool = False) -> Pooled:
    """Pool one measure over seeds.

    Args:
        measures: one for each seed.
        exact: the demo takes no seed: its number has no spread, so low = high = value.

    With three seeds or more the interval is mean ± t(0.975, n-1) s / sqrt(n). With fewer, it is
    the smallest interval that holds every interval the demo itself reported; if one of them is
    missing, there is none.
    """
    values = tuple(measure.value for measure in measures)
    n = len(values)
    mean, margin = mean_and_margin(values)
    low, high = None, None
    if exact:
        low = high = mean
    elif margin is not None and n >= SEEDS_FOR_AN_INTERVAL:
        low, high = mean - margin, mean + margin
    else:
        lows = [measure.low for measure in measures if measure.low is not None]
        highs = [measure.high for measure in measures if measure.high is not None]
        if len(lows) == n:
            low, high = min(lows), max(highs)
    return Pooled(mean, measures[0].unit, low, high, n, values)


def pool_result(results: Sequence[Result], *, exact: bool = False) -> dict[str, Pooled]:
    """Pool every measure that all of ``results`` have, in the first one's order."""
    shared = [
        name for name in results[0].measures if all(name in result.measures for result in results)
    ]
    return {
        name: pool([result.measures[name] for result in results], exact=exact) for name in shared
    }


def judge(
    claim: Claim, results: Sequence[Result], *, exact: bool = False, decides: bool = True
) -> Judgement:
    """Judge a claim on the results of one or more seeds.

    Args:
        claim: the claim.
        results: one for each seed.
        exact: the demo takes no seed.
        decides: whether the parameters are those of the claim's preset. If not, the judgement
            says whether the criterion was met and gives no verdict.
    """
    missing = [m for m in claim.metrics if any(m not in result.measures for result in results)]
    if missing:
        note = f"not measured: these results have no {missing[0]}"
        return Judgement(claim, None, None, "inconclusive" if decides else None, note)
    measured = pool([_measured(claim, result) for result in results], exact=exact)
    met = claim.holds.contains(measured.value)
    if not decides:
        settled = "the defaults" if claim.preset == DEFAULT_PRESET else f"preset {claim.preset}"
        note = f"criterion {_met(met)} with these parameters; it was fixed for {settled}"
        return Judgement(claim, measured, met, None, note)
    if measured.low is None or measured.high is None:
        seeds = "one seed" if measured.n == 1 else f"{measured.n} seeds"
        note = f"criterion {_met(met)} on {seeds}"
        return Judgement(claim, measured, met, "inconclusive", note)
    return Judgement(claim, measured, met, _verdict(claim, measured.low, measured.high))


def _verdict(claim: Claim, low: float, high: float) -> Verdict:
    if claim.holds.contains(low) and claim.holds.contains(high):
        return "supported"
    return "contradicted" if claim.holds.contains_none(low, high) else "inconclusive"


def _measured(claim: Claim, result: Result) -> Measure:
    if not isinstance(claim.holds, Greater):
        return result.measures[claim.metrics[0]]
    larger, smaller = (result.measures[name] for name in claim.metrics)
    # Two intervals of one seed say nothing about that of their difference: the halves may be
    # strongly correlated (the same items), so the difference carries none.
    return Measure(larger.value - smaller.value, larger.unit)


def _met(met: bool) -> str:
    return "met" if met else "missed"
