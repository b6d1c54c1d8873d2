"""Whom Team Human recruits, if evaluation reaches only so far, and what a rule mends.

Source: the lecture's picture of a Team Human, which recruits AI players and writes the rules.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

import numpy as np
from annotated_types import Interval
from jaxtyping import Float, Int
from tqdm.auto import tqdm

from cs25 import DemoError, Measure, Result, Table
from cs25_alignment.team_human.agents import Agents, draw_agents
from cs25_alignment.team_human.evaluation import ALL, Flaws, planted, read_works, steps_read
from cs25_alignment.team_human.selection import alignment_gap, recruit

__all__ = ["recruit_players"]

#: Audits choose among so many times the recruits that are wanted.
_FINALISTS = 2

#: Groups of agents by capability, in the table.
_GROUPS = 8


def recruit_players(
    *,
    agents: Annotated[int, Interval(ge=1000, le=200_000)] = 20_000,
    share: Annotated[float, Interval(ge=0.02, le=0.5)] = 0.1,
    works: Annotated[int, Interval(ge=1, le=200)] = 20,
    read: Annotated[int, Interval(ge=1, le=1000)] = 8,
    length: Annotated[int, Interval(ge=1, le=1000)] = 16,
    doublings: Annotated[float, Interval(ge=0, le=3)] = 1.0,
    correlation: Annotated[float, Interval(ge=-0.95, le=0.95)] = 0.0,
    flaws: Flaws = "one",
    slips: Annotated[float, Interval(ge=0, le=0.9)] = 0.2,
    audits: Annotated[int, Interval(ge=1, le=200)] = 10,
    control: Literal["none", "whole"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Recruit agents by a trial that judges read in part, with and without a rule of audits.

    Args:
        agents: who can be recruited.
        share: of the agents that is recruited.
        works: that each agent hands in on trial.
        read: steps that a judge reads of each work on trial; an audit reads all.
        length: steps of a work of the average agent.
        doublings: of that length, for each standard deviation of capability.
        correlation: of capability and alignment.
        flaws: "one" hides a planted flaw at a single step of a work; "any-step" plants flaws at any
            step, in long works more of them.
        slips: share of works in which an agent makes a slip that it did not mean.
        audits: works of each finalist that are read in full, where the rule asks for it.
        control: "whole" lets judges read all of every work on trial, too.
        seed: draws agents, flaws, slips, and lots among equals.
    """
    draw = np.random.default_rng(seed)
    everyone = draw_agents(
        agents, correlation=correlation, length=length, doublings=doublings, draw=draw
    )
    limit = ALL if control == "whole" else read
    wanted = round(share * agents)

    def flaws_found(of: Agents, works: int, limit: int) -> Int[np.ndarray, " agent"]:
        return read_works(
            of, works, limit=limit, flaws=flaws, slips=slips, length=length, draw=draw
        )

    with tqdm(total=3, desc="evaluating agents") as bar:
        found = flaws_found(everyone, works, limit)
        reading = steps_read(everyone, limit)
        bar.update()

        finalists = recruit(found, min(_FINALISTS * wanted, agents), draw)
        audited = flaws_found(everyone[finalists], audits, ALL)
        in_audits = audits * int(everyone.steps[finalists].sum())
        bar.update()

        # No fewer steps than the audits read, for a longer trial of everyone
        more = math.ceil(in_audits / reading.sum())
        longer = found + flaws_found(everyone, more, limit)
        bar.update()

    recruits = {
        "trial": recruit(found, wanted, draw),
        "corrected": recruit(found * everyone.steps / reading, wanted, draw),
        "longer": recruit(longer, wanted, draw),
        "audited": finalists[recruit(audited, wanted, draw)],
    }
    harm = planted(everyone, flaws=flaws, length=length)
    return Result(
        _measures(everyone, recruits, harm)
        | {"audit_cost": Measure(in_audits / (works * reading.sum()), "of the trial's steps")},
        tables=(_by_capability(everyone, recruits),),
    )


def _measures(
    everyone: Agents,
    recruits: dict[str, Int[np.ndarray, " recruit"]],
    harm: Float[np.ndarray, " agent"],
) -> dict[str, Measure]:
    capable = everyone.capability > np.median(everyone.capability)
    measures: dict[str, Measure] = {}
    for rule, chosen in recruits.items():
        gap = alignment_gap(everyone.alignment[chosen], capable[chosen])
        if gap is None:
            raise DemoError(
                f"team-human: of {len(chosen)} recruits ({rule}) {capable[chosen].sum()} are of the "
                "more capable half, expected two or more of each half",
                remedy="Recruit a larger share of more agents, or choose fewer doublings.",
            )
        measures |= {
            f"gap_{rule}": gap,
            f"harm_{rule}": Measure.mean_of(harm[chosen], "flaws per work", least=0),
            f"capable_{rule}": Measure(capable[chosen].mean(), "share"),
        }
    return measures


def _by_capability(everyone: Agents, recruits: dict[str, Int[np.ndarray, " recruit"]]) -> Table:
    """Return whom each rule recruits, by groups of capability, the least capable first."""
    rank = np.argsort(np.argsort(everyone.capability))
    group = rank * _GROUPS // len(everyone)
    steps = [float(np.median(everyone.steps[group == number])) for number in range(_GROUPS)]
    rows = []
    for rule, chosen in recruits.items():
        for number in range(_GROUPS):
            mine = chosen[group[chosen] == number]
            alignment = float(everyone.alignment[mine].mean()) if len(mine) else None
            rows.append((rule, number + 1, steps[number], len(mine) / len(chosen), alignment))
    return Table("recruits", ("rule", "group", "steps", "share", "alignment"), tuple(rows))
