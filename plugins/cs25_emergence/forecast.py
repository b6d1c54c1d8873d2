"""Forecast: can what large models do be foretold from small ones?

Two families are cut in two. From the smaller half, four curves are extended to the larger one; the
best of them counts, seen afterwards, so that no forecast fails for want of the right curve.

The first family writes chains of sums (`chain-of-thought`): exact match against the loss of the
same answers. The second is one kind of network, examined as it trains: the mean loss over many
skills of its own, against single skills that have not been learned yet.

Source: Wei et al. 2022 (arXiv 2206.07682), section 2, for emergence as what cannot be foretold by
extending the curve of smaller models; Michaud et al. 2023 (arXiv 2303.13506) for the skills.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

import numpy as np
import torch
from annotated_types import Interval, MinLen
from jaxtyping import Float

from cs25 import Measure, Result, Table
from cs25_emergence.curves import CURVES, best, extend, miss
from cs25_emergence.family import WIDTHS, family
from cs25_emergence.group import group
from cs25_emergence.metrics import METRICS
from cs25_emergence.power_law import fit_power_law
from cs25_emergence.rise_width import rise
from cs25_emergence.skills import FIRST_STEP, frequencies, train_networks

__all__ = ["forecast"]

#: A score that rises by less of the way to perfection has nothing to foretell.
LEAST = 0.2

#: A skill has begun where so much of it is learned, and is there from so much on.
BEGUN, LEARNED = 0.1, 0.9

#: Ranks of the skills whose curves are kept for the figure.
SHOWN = (1, 2, 4, 8, 16, 32)


def forecast(
    *,
    widths: Annotated[tuple[Annotated[int, Interval(ge=2, le=256)], ...], MinLen(6)] = WIDTHS,
    n_terms: Annotated[int, Interval(ge=2, le=20)] = 6,
    steps: Annotated[int, Interval(ge=10, le=100_000)] = 1000,
    batch: Annotated[int, Interval(ge=1, le=1024)] = 32,
    questions: Annotated[int, Interval(ge=100, le=100_000)] = 5000,
    replicas: Annotated[int, Interval(ge=1, le=100)] = 2,
    skills: Annotated[int, Interval(ge=4, le=128)] = 32,
    bits: Annotated[int, Interval(ge=11, le=64)] = 12,
    skill_steps: Annotated[int, Interval(ge=1000, le=1_000_000)] = 10_000,
    networks: Annotated[int, Interval(ge=1, le=16)] = 2,
    control: Literal["none", "shuffled"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Extend the curves of the smaller half of a family, and compare with the larger half.

    Args:
        widths: of the family that writes chains, as in chain-of-thought.
        n_terms: digits to add, mod 10; the length of a chain.
        steps: optimiser steps for each model of the family.
        batch: questions of each format in a step.
        questions: new questions for every width.
        replicas: models of each width below 32, as in chain-of-thought.
        skills: sparse parities that each network learns, from frequent to rare.
        bits: bits of a question about one of them, three of which count.
        skill_steps: optimiser steps for each network.
        networks: each has skills of its own.
        control: "shuffled" trains on answers that belong to other questions.
        seed: seeds questions, training data and weights.
    """
    shuffled = control == "shuffled"
    chains = family(
        task="sums",
        widths=sorted(widths),
        n_terms=n_terms,
        steps=steps,
        batch=batch,
        questions=questions,
        replicas=replicas,
        shuffled=shuffled,
        seed=seed,
    )
    learning = train_networks(
        n_skills=skills,
        n_bits=bits,
        steps=skill_steps,
        networks=networks,
        shuffled=shuffled,
        seed=seed,
    )
    by_size, chain_tables = _by_size(chains)
    by_step, skill_tables = _by_step(learning)
    return Result({**by_size, **by_step}, tables=(*chain_tables, *skill_tables))


Left = Float[np.ndarray, " run"]


def _by_size(chains: dict[str, np.ndarray]) -> tuple[dict[str, Measure], tuple[Table, ...]]:
    """Foretell exact match and loss of the larger half of the chain family."""
    size = chains["n_params"].astype(float)
    left = _left_of_chains(chains)
    known = len(size) // 2
    ahead = {name: extend(one, size, known=known) for name, one in left.items()}
    misses = {
        name: {curve: miss(left[name], foretold) for curve, foretold in ahead[name].items()}
        for name in left
    }
    chosen = {name: best(left[name], ahead[name]) for name in left}
    exact, loss = (misses[name][chosen[name]] for name in ("exact_match", "log_probability"))
    measures = {}
    if left["exact_match"][0] - left["exact_match"][-1] >= LEAST:
        measures = {
            "exact_miss": Measure(exact, "share"),
            "loss_miss": Measure(loss, "share"),
            "exact_excess": Measure(exact - 2 * loss, "share"),
            "exact_law_miss": Measure(misses["exact_match"]["power law"], "share"),
            "loss_law_miss": Measure(misses["log_probability"]["power law"], "share"),
            "exact_seen": Measure(1 - left["exact_match"][known - 1], "share"),
        }
    columns = {
        "n_params": size.astype(int).tolist(),
        "exact_left": left["exact_match"].tolist(),
        "loss_left": left["log_probability"].tolist(),
        "exact_foretold": [None] * known + ahead["exact_match"][chosen["exact_match"]].tolist(),
        "loss_foretold": [None] * known
        + ahead["log_probability"][chosen["log_probability"]].tolist(),
    }
    tables = (
        Table("chains", tuple(columns), tuple(zip(*columns.values(), strict=True))),
        Table(
            "chain_misses",
            ("score", *CURVES),
            tuple((name, *(misses[name][curve] for curve in CURVES)) for name in left),
        ),
    )
    return measures, tables


def _left_of_chains(chains: dict[str, np.ndarray]) -> dict[str, Left]:
    """Return what is left to learn, by exact match and by log-probability."""
    digits = group("sums")
    sums = digits.partial_products(torch.from_numpy(chains["terms"])).numpy()
    left = {}
    for name, perfect in (("exact_match", 1.0), ("log_probability", 0.0)):
        metric = METRICS[name]
        score = np.array(
            [
                metric.score(written, sums, log_probs)
                for written, log_probs in zip(chains["step"], chains["log_probs"], strict=True)
            ]
        )
        left[name] = (perfect - score) / metric.reach(sums.shape[1], digits.order)
    return left


def _by_step(learning: dict[str, np.ndarray]) -> tuple[dict[str, Measure], tuple[Table, ...]]:
    """Foretell the second half of the training: of the mean loss, and of each new skill."""
    step = learning["step"].astype(float)
    left = learning["loss"] / math.log(2)  # network, exam, skill
    wrong = (1 - learning["accuracy"]) / 0.5
    mean = (left @ frequencies(left.shape[2])).mean(axis=0)
    curves = left.transpose(0, 2, 1).reshape(-1, len(step))
    measures, foretold = _mean_forecast(step, mean)
    if foretold:
        first, known = int(np.argmax(mean <= 1 - BEGUN)), len(step) - len(foretold)
        is_new = np.array([rise(1 - one[:known])[-1] < BEGUN for one in curves])
        wrongs = wrong.transpose(0, 2, 1).reshape(-1, len(step))[is_new, first:]
        measures |= _skill_forecasts(
            step[first:], wrongs, curves[is_new, first:], known=known - first
        )
        measures["skill_excess"] = Measure(
            measures["skill_miss"].value - 2 * measures["mean_miss"].value, "share"
        )
    measures |= _widths(step, curves, mean)
    shown = [rank for rank in SHOWN if rank <= left.shape[2]]
    columns = {
        "step": step.astype(int).tolist(),
        "mean_left": mean.tolist(),
        "mean_foretold": [None] * (len(step) - len(foretold)) + foretold,
        **{f"skill_{rank}": left[0, :, rank - 1].round(5).tolist() for rank in shown},
    }
    return measures, (Table("skills", tuple(columns), tuple(zip(*columns.values(), strict=True))),)


def _mean_forecast(
    step: Float[np.ndarray, " exam"], mean: Left
) -> tuple[dict[str, Measure], list[float]]:
    """Foretell the mean from the first half of its fall; nothing if it does not fall."""
    if mean[-1] > 1 - LEAST:
        return {}, []
    first = int(np.argmax(mean <= 1 - BEGUN))  # before, there is no law to see
    middle = math.sqrt(step[first] * step[-1])
    known = int(np.sum(step[first:] <= middle))
    ahead = extend(mean[first:], step[first:], known=known)
    # As in `scaling-law`, residuals of the logarithm count: the mean falls by powers of ten.
    law = fit_power_law(mean[first:][:known], step[first:][:known, None])
    ahead["power law"] = law.predict(step[first:][known:, None])
    misses = {curve: miss(mean, foretold) for curve, foretold in ahead.items()}
    measures = {
        "mean_miss": Measure(min(misses.values()), "share"),
        "mean_law_miss": Measure(misses["power law"], "share"),
        "mean_rival_miss": Measure(min(misses["no change"], misses["straight line"]), "share"),
    }
    return measures, ahead["power law"].tolist()


def _skill_forecasts(
    step: Float[np.ndarray, " exam"],
    wrong: Float[np.ndarray, "skill exam"],
    left: Float[np.ndarray, "skill exam"],
    *,
    known: int,
) -> dict[str, Measure]:
    """Foretell each skill that has not begun, by its share of right answers and by its loss."""
    measures = {"skills_ahead": Measure(len(wrong), "skills")}
    for name, scores in (("skill_miss", wrong), ("skill_loss_miss", left)):
        misses = []
        for one in scores:
            ahead = extend(one, step, known=known)
            misses.append(miss(one, ahead[best(one, ahead)]))
        measures[name] = Measure(float(np.mean(misses)), "share")
    return measures


def _widths(
    step: Float[np.ndarray, " exam"], curves: Float[np.ndarray, "skill exam"], mean: Left
) -> dict[str, Measure]:
    """Compare the decades of training in which a skill is learned with all there are."""
    quarter = math.log10(step[-1] / FIRST_STEP) / 4
    found = [_decades(step, one) for one in curves]
    widths = np.array([width for width in found if width is not None])
    measures = {"learned": Measure(len(widths) / len(curves), "share")}
    if measures["learned"].value >= LEAST:
        measures["sharp_share"] = Measure(float(np.mean(widths <= quarter)), "share")
        measures["skill_width"] = Measure(float(np.median(widths)), "decades")
    of_mean = _decades(step, mean)
    if of_mean is not None:
        measures["mean_width"] = Measure(of_mean, "decades")
    return measures


def _decades(step: Float[np.ndarray, " exam"], left: Left) -> float | None:
    """Return the decades of steps from begun to learned; None where it is not learned."""
    decades, curve = np.log10(step), rise(1 - left)
    if curve[-1] < LEARNED:
        return None
    begun, learned = (_first_at(decades, curve, level) for level in (BEGUN, LEARNED))
    return learned - begun


def _first_at(x: Float[np.ndarray, " exam"], curve: Left, level: float) -> float:
    after = int(np.argmax(curve >= level))
    if after == 0:
        return float(x[0])
    before = after - 1
    part = (level - curve[before]) / (curve[after] - curve[before])
    return float(x[before] + part * (x[after] - x[before]))
