"""A generator and a verifier of one task: trained alike, and tested on the same problems on the way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cs25.nn import Decoder
from cs25_alignment.verify_or_generate.examples import draw_held_out, draw_lessons, draw_verdicts
from cs25_alignment.verify_or_generate.networks import (
    config,
    fit_generator,
    fit_verifier,
    scores,
    write,
)
from cs25_alignment.verify_or_generate.selection import area_under_curve, best_of, majority
from cs25_alignment.verify_or_generate.task import CertificateTask, accepts

__all__ = ["duel"]

#: Rows of a batch: problems with an answer.
_BATCH = 64


def duel(
    *,
    task: CertificateTask,
    steps: int,
    checks: int,
    width: int,
    layers: int,
    problems: int,
    samples: int,
    shuffled: bool,
    seed: int,
    progress: Callable[[int], object],
) -> dict[str, np.ndarray]:
    """Train both networks of one task, and test them: a job of a fleet.

    Args:
        task: what they write and judge.
        steps: of the optimiser, for each.
        checks: how often both are tested while they learn, evenly; the last time is the end.
        width: d_model of both.
        layers: blocks of both.
        problems: held out.
        samples: answers that the generator draws for each, in the end.
        shuffled: the verifier learns from the faults of other rows.
        seed: draws problems, weights and samples.
        progress: called with 1 after each step.

    Returns:
        ``step``, ``auc`` and ``greedy`` (check,): steps done, how well the verifier tells right
        answers from near misses, and the share of problems that the generator's greedy answer
        solves. ``one``, ``majority``, ``best`` and ``any`` (problem,): how often one sample is
        right, the most frequent of them, the one that the verifier likes best, and any.
        ``own`` (): how well the verifier tells right samples from wrong ones, if there are both.
    """
    draw = np.random.default_rng(seed)
    held_out = draw_held_out(task, problems, draw)
    shape = config(task, width=width, layers=layers)
    generator, verifier = Decoder(shape, seed=seed), Decoder(shape, seed=seed)
    at = [round(steps * (i + 1) / checks) for i in range(checks)]
    greedy: list[float] = []
    auc: list[float] = []

    def test_generator(step: int) -> None:
        progress(1)
        if step in at:
            answers = write(generator, held_out.problems, samples=0, seed=seed)[:, 0]
            greedy.append(accepts(task, held_out.problems, answers).mean())

    def test_verifier(step: int) -> None:
        progress(1)
        if step in at:
            right = scores(verifier, held_out.problems, held_out.answers)
            near = scores(verifier, held_out.near_problems, held_out.near_answers)
            auc.append(area_under_curve(right, near))

    lessons = draw_lessons(task, steps * _BATCH, draw, held_out=held_out)
    fit_generator(generator, *lessons, batch=_BATCH, on_step=test_generator)
    verdicts = draw_verdicts(task, steps * _BATCH, draw, held_out=held_out, shuffled=shuffled)
    fit_verifier(verifier, *verdicts, batch=_BATCH, on_step=test_verifier)

    written = write(generator, held_out.problems, samples=samples, seed=seed)
    asked, answers = np.repeat(held_out.problems, samples, axis=0), np.concatenate(written)
    score, right = scores(verifier, asked, answers), accepts(task, asked, answers)
    by_problem = right.reshape(problems, samples)
    found = {
        "step": np.array(at),
        "auc": np.array(auc),
        "greedy": np.array(greedy),
        "one": by_problem.mean(axis=1),
        "majority": majority(written, by_problem),
        "best": best_of(score.reshape(problems, samples), by_problem),
        "any": by_problem.any(axis=1).astype(float),
    }
    if right.any() and not right.all():
        found["own"] = np.array(area_under_curve(score[right], score[~right]))
    return found
