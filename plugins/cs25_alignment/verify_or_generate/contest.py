"""Is an answer easier to check than to write? Two networks of one shape and one budget, three tasks.

Source: the lecture's statement; Cobbe et al. 2021 (arXiv 2110.14168) for the verifier that chooses
among the samples of a generator.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Interval, MultipleOf
from jaxtyping import Float

from cs25 import Measure, ParameterError, Result, Table
from cs25.nn import Job, run_fleet
from cs25_alignment.verify_or_generate.colouring import Colouring, most_edges
from cs25_alignment.verify_or_generate.subset_sum import SubsetSum
from cs25_alignment.verify_or_generate.sudoku import Sudoku
from cs25_alignment.verify_or_generate.task import CertificateTask

__all__ = ["CHOICES", "HARD", "VERIFIED", "generation_when_verified", "verify_or_generate"]

#: A verifier whose area under the curve is this or more tells answers from near misses.
VERIFIED = 0.9

#: Ways to come to one answer with several samples, and what none of them can exceed.
CHOICES = ("one", "majority", "best", "any")

#: A task is hard for a generator that solves this share of its problems or less.
HARD = 0.5

#: How often both networks are tested while they learn.
_CHECKS = 20


def verify_or_generate(
    *,
    numbers: Annotated[int, Interval(ge=4, le=16)] = 8,
    blanks: Annotated[int, Interval(ge=1, le=12)] = 12,
    vertices: Annotated[int, Interval(ge=5, le=12)] = 8,
    edges: Annotated[int, Interval(ge=3, le=40)] = 12,
    steps: Annotated[int, Interval(ge=20, le=50_000)] = 1500,
    width: Annotated[int, Interval(ge=8, le=512), MultipleOf(8)] = 64,
    layers: Annotated[int, Interval(ge=1, le=8)] = 1,
    problems: Annotated[int, Interval(ge=20, le=2000)] = 400,
    samples: Annotated[int, Interval(ge=2, le=128)] = 16,
    control: Literal["none", "shuffled"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Train a generator and a verifier of the same shape on each of three tasks.

    Args:
        numbers: of a subset sum problem, from 1 to 10 each.
        blanks: cells of a four by four sudoku that are to be filled.
        vertices: of a graph to colour with three colours.
        edges: of the graph.
        steps: of the optimiser, for each network; 64 answers each.
        width: d_model of all networks.
        layers: blocks of all networks.
        problems: of each task, that both networks are tested on.
        samples: of which the verifier chooses one, and on which the vote is taken.
        control: "shuffled" trains the verifier with the faults of other answers.
        seed: draws problems, weights and samples.
    """
    if edges > most_edges(vertices):
        raise ParameterError(
            parameter="edges",
            found=edges,
            expected=f"at most {most_edges(vertices)}, for three colours and {vertices} vertices",
        )
    tasks: dict[str, CertificateTask] = {
        "subset_sum": SubsetSum(numbers),
        "sudoku": Sudoku(blanks),
        "colouring": Colouring(vertices, edges),
    }
    jobs = [
        Job(
            "cs25_alignment.verify_or_generate.duel:duel",
            {
                "task": task, "steps": steps, "checks": min(_CHECKS, steps), "width": width,
                "layers": layers, "problems": problems, "samples": samples,
                "shuffled": control == "shuffled", "seed": seed,
            },
            n_steps=2 * steps,
            cost_per_step=task.n_problem + task.n_answer,
        )
        for task in tasks.values()
    ]  # fmt: skip
    found = dict(zip(tasks, run_fleet(jobs, desc="generators and verifiers"), strict=True))
    return Result({**_overall(found), **_by_task(found)}, tables=_tables(tasks, found))


def _overall(found: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, Measure]:
    """Return what decides: the task where the statement holds worst."""
    gains = [Measure.mean_of(duel["best"] - duel["majority"], "share") for duel in found.values()]
    measures = {"gain_over_majority": min(gains, key=lambda gain: gain.value)}
    hard = [duel for duel in found.values() if duel["greedy"][-1] <= HARD]
    if hard:
        measures["auc_where_hard"] = Measure(min(duel["auc"][-1] for duel in hard), "share")
    return measures | {"hard_tasks": Measure(len(hard), "tasks")}


def generation_when_verified(
    auc: Float[np.ndarray, " check"], success: Float[np.ndarray, " check"]
) -> float | None:
    """Return the generator's success at the first check at which the verifier is good enough.

    >>> generation_when_verified(np.array([0.6, 0.95, 0.99]), np.array([0.1, 0.2, 0.7]))
    0.2

    None if it never is.
    """
    good = np.flatnonzero(auc >= VERIFIED)
    return float(success[good[0]]) if len(good) else None


def _by_task(found: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, Measure]:
    measures = {}
    for name, duel in found.items():
        written = generation_when_verified(duel["auc"], duel["greedy"])
        if written is not None:
            measures[f"generation_when_verified_{name}"] = Measure(written, "share")
        measures[f"verifier_auc_{name}"] = Measure(duel["auc"][-1], "share")
        measures[f"generation_{name}"] = Measure(duel["greedy"][-1], "share")
        for choice in CHOICES:
            measures[f"{choice}_{name}"] = Measure.mean_of(duel[choice], "share", least=0, most=1)
        if "own" in duel:
            measures[f"own_auc_{name}"] = Measure(float(duel["own"]), "share")
    return measures


def _tables(
    tasks: Mapping[str, CertificateTask], found: Mapping[str, Mapping[str, np.ndarray]]
) -> tuple[Table, Table]:
    learning = tuple(
        (tasks[name].name, int(step), float(auc), float(success))
        for name, duel in found.items()
        for step, auc, success in zip(duel["step"], duel["auc"], duel["greedy"], strict=True)
    )
    choices: tuple[tuple[Any, ...], ...] = tuple(
        (tasks[name].name, *(float(duel[choice].mean()) for choice in CHOICES))
        for name, duel in found.items()
    )
    return (
        Table("learning", ("task", "step", "auc", "success"), learning),
        Table("choices", ("task", *CHOICES), choices),
    )
