"""Self-consistency: sample many chains and take the answer that most of them reach.

Three models: one that knows most addition facts and may add the terms in any order, its twin that
always adds them from left to right, and one too small to add. Chains in different orders need
different facts, so a gap in what a model knows spoils some of them only; for the twin every
sample falls into the same gap.

Source: Wang et al. 2022 (arXiv 2203.11171).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import torch
from annotated_types import Interval
from jaxtyping import Int
from matplotlib.figure import Figure
from torch import Tensor

from cs25 import Measure, Result, Table
from cs25.nn import Decoder, Job, TransformerConfig, generate, n_params, run_fleet, train
from cs25_emergence.free_order import (
    BASE,
    Order,
    answer_of,
    batches,
    chain,
    d_vocab,
    gaps,
    prompt,
)
from cs25_emergence.intervals import paired_difference, share
from cs25_emergence.vote import counts, vote, vote_accuracy

__all__ = ["draw", "sample_answers", "self_consistency"]

#: Sizes of the vote; the last one decides.
VOTES = (1, 3, 5, 10, 20, 40)

#: Peak learning rate at width 1; narrow models bear larger steps.
_LR = 0.05

_N_SHOWN = 10
_CHAINS_AT_ONCE = 2048  # keys and values of this many stay in the cache of one core


def self_consistency(
    *,
    d_model: Annotated[int, Interval(ge=4, le=256)] = 32,
    d_small: Annotated[int, Interval(ge=4, le=256)] = 8,
    n_terms: Annotated[int, Interval(ge=2, le=8)] = 6,
    untaught: Annotated[float, Interval(ge=0, le=0.5)] = 0.2,
    steps: Annotated[int, Interval(ge=10, le=100_000)] = 800,
    batch: Annotated[int, Interval(ge=1, le=1024)] = 64,
    questions: Annotated[int, Interval(ge=50, le=10_000)] = 500,
    limit_samples: Annotated[int, Interval(ge=20, le=2000)] = 300,
    control: Literal["none", "shuffled"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Compare one greedy chain with the vote of up to 40 sampled ones.

    Args:
        d_model: width of the large model and of its left-to-right twin; a multiple of 4.
        d_small: width of the small model; a multiple of 4.
        n_terms: digits to add, mod 10.
        untaught: share of the 100 addition facts that training never teaches.
        steps: optimiser steps for each model.
        batch: questions in a step.
        questions: new questions for every model.
        limit_samples: separate samples of each question that show what a vote can reach.
        control: "shuffled" trains on the chains of other questions.
        seed: seeds questions, gaps, training data, weights, samples and ties.
    """
    draw = torch.Generator().manual_seed(2 * seed + 1)  # the training data have even seeds
    terms = torch.randint(BASE, (questions, n_terms), generator=draw)
    learners = (
        _Learner("any", d_model, "any", VOTES[-1] + limit_samples),
        _Learner("written", d_model, "written", VOTES[-1]),
        _Learner("small", d_small, "any", VOTES[-1]),
    )
    shared = {
        "terms": terms,
        "untaught": untaught,
        "steps": steps,
        "batch": batch,
        "shuffled": control == "shuffled",
        "seed": seed,
    }
    jobs = [learner.job(shared) for learner in learners]
    outputs = run_fleet(jobs, desc="training and sampling")
    return _result(terms, dict(zip(learners, outputs, strict=True)), np.random.default_rng(seed))


@dataclass(frozen=True)
class _Learner:
    """One of the models that are compared."""

    name: str
    d_model: int
    order: Order
    samples: int

    def job(self, shared: dict[str, Any]) -> Job:
        own = {"d_model": self.d_model, "order": self.order, "samples": self.samples}
        n_parts = math.ceil(len(shared["terms"]) * self.samples / _CHAINS_AT_ONCE)
        return Job(
            "cs25_emergence.self_consistency:sample_answers",
            {**own, **shared},
            n_steps=shared["steps"] + n_parts,
            cost_per_step=4e4 + 24 * self.d_model**2,
        )


def _result(
    terms: Tensor, outputs: dict[_Learner, dict[str, np.ndarray]], ties: np.random.Generator
) -> Result:
    right = (terms.sum(dim=1) % BASE).numpy()
    n_options = d_vocab(terms.shape[1])
    measures: dict[str, Measure] = {}
    sizes: list[tuple[str, int, int]] = []
    votes: list[tuple[str, int, float, float]] = []
    for learner, output in outputs.items():
        samples = output["samples"][:, : VOTES[-1]]
        voted = vote(samples, n_options, draw=ties)
        greedy = output["greedy"] == right
        measures |= _compare(learner.name, greedy, voted == right)
        for k in VOTES[:-1]:
            accuracy = vote_accuracy(samples, right, k=k, n_options=n_options, draw=ties)
            votes.append((learner.name, k, accuracy, greedy.mean().item()))
        votes.append((learner.name, VOTES[-1], (voted == right).mean().item(), votes[-1][-1]))
        sizes.append((learner.name, learner.d_model, output["n_params"].item()))
        if learner.name == "any":
            rest = output["samples"][:, VOTES[-1] :]
            modal = vote(rest, n_options, draw=ties) == right
            measures["limit"] = share(modal)
            if measures["vote_gain"].value >= _LEAST_GAIN:
                # Guesses have a limit too, at chance, and a vote of guesses is at it.
                measures["limit_gap"] = paired_difference(modal, voted == right)
            worse = _worse(terms, right, output["greedy"], voted, rest)
    tables = (
        Table("models", ("model", "d_model", "n_params"), tuple(sizes)),
        Table("votes", ("model", "samples", "accuracy", "greedy"), tuple(votes)),
        worse,
    )
    return Result(measures, tables)


#: Below this gain there is nothing whose limit could be asked for.
_LEAST_GAIN = 0.01


def sample_answers(
    *,
    d_model: int,
    order: Order,
    samples: int,
    terms: Int[Tensor, "question term"],
    untaught: float,
    steps: int,
    batch: int,
    shuffled: bool,
    seed: int,
    progress: Callable[[int], None],
) -> dict[str, np.ndarray]:
    """Train one model; return its greedy answers and its sampled ones, (question, sample)."""
    n_terms = terms.shape[1]
    config = TransformerConfig(
        d_vocab=d_vocab(n_terms),
        d_model=d_model,
        n_layers=2,
        n_heads=2 if d_model < 32 else 4,
        n_ctx=3 * n_terms + 1,
    )
    model = Decoder(config, seed=seed)
    data = batches(
        n_terms=n_terms,
        batch=batch,
        order=order,
        untaught=gaps(untaught, seed=seed),
        seed=2 * seed,
        shuffled=shuffled,
    )
    train(model, data, n_steps=steps, lr=_LR / math.sqrt(d_model), progress=progress)
    asked = prompt(terms)
    n_new = chain(terms[:1], torch.arange(n_terms)[None]).shape[1]
    greedy = answer_of(generate(model, asked, n_new, temperature=0))
    noise = torch.Generator().manual_seed(seed)
    sampled = []
    for part in torch.split(asked.repeat_interleave(samples, dim=0), _CHAINS_AT_ONCE):
        sampled.append(answer_of(generate(model, part, n_new, generator=noise)))
        progress(1)
    return {
        "n_params": np.array(n_params(model)),
        "greedy": greedy.numpy(),
        "samples": torch.cat(sampled).view(len(terms), samples).numpy(),
    }


def _compare(name: str, greedy: np.ndarray, voted: np.ndarray) -> dict[str, Measure]:
    prefix = "" if name == "any" else f"{name}_"
    return {
        f"{prefix}greedy": share(greedy),
        f"{prefix}vote": share(voted),
        f"{prefix}vote_gain": paired_difference(voted, greedy),
        f"{prefix}worse": Measure((greedy & ~voted).mean(), "share"),
    }


def _worse(
    terms: Tensor, right: np.ndarray, greedy: np.ndarray, voted: np.ndarray, samples: np.ndarray
) -> Table:
    """List questions that the greedy chain gets right and the vote gets wrong."""
    tally = counts(samples, BASE) / samples.shape[1]
    lost = np.flatnonzero((greedy == right) & (voted != right))[:_N_SHOWN]
    rows = [
        (
            " ".join(map(str, terms[i].tolist())),
            right[i].item(),
            voted[i].item(),
            tally[i, right[i]].item(),
            tally[i, voted[i]].item() if voted[i] < BASE else 0.0,
        )
        for i in lost
    ]
    return Table("worse", ("terms", "right", "voted", "share_right", "share_voted"), tuple(rows))


_LABELS = {
    "any": ("C0", "o-", "any order"),
    "written": ("C1", "s-", "left to right"),
    "small": ("C2", "^-", "small model"),
}


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw the accuracy of the vote against the number of samples."""
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.subplots()
    for model, (colour, style, label) in _LABELS.items():
        votes, greedy = _curves(results, model)
        axes.plot(VOTES, votes.mean(axis=0), style, color=colour, ms=4, label=f"vote, {label}")
        if len(results) > 1:
            axes.fill_between(
                VOTES, votes.min(axis=0), votes.max(axis=0), color=colour, alpha=0.2, lw=0
            )
        axes.axhline(float(greedy.mean()), ls="--", lw=1, color=colour, label=f"greedy, {label}")
    limit = float(np.mean([result.measures["limit"].value for result in results]))
    axes.axhline(limit, ls=":", lw=1.5, color="C4", label="limit of the vote, any order")
    if control:
        votes, _ = _curves(control, "any")
        axes.plot(VOTES, votes.mean(axis=0), "x--", color="C3", ms=4, label="control: shuffled")
    axes.set(
        xscale="log", ylim=(-0.03, 1.03), xlabel="Samples in the vote",
        ylabel="Right answers (share)",
    )  # fmt: skip
    axes.set_xticks(VOTES, [str(k) for k in VOTES])
    axes.minorticks_off()
    axes.legend(fontsize="x-small", ncols=2, loc="lower right", bbox_to_anchor=(1, 0.13))
    title = _finding(results)
    axes.set_title(title, fontsize="medium")
    bands = " Bands: range over seeds." if len(results) > 1 else ""
    figure.set_label(
        f"{title}. Share of right answers against the number of sampled chains in the vote, for "
        "a model that may add in any order, its left-to-right twin and a small model; dashed, "
        f"one greedy chain.{bands}" + (f" {_reach(control)}" if control else "")
    )
    return figure


def _reach(control: Sequence[Result]) -> str:
    votes, _ = _curves(control, "any")
    return f"Trained on shuffled chains: from {votes.min():.2f} to {votes.max():.2f}."


def _curves(results: Sequence[Result], model: str) -> tuple[np.ndarray, np.ndarray]:
    rows = [[row for row in result.table("votes").rows if row[0] == model] for result in results]
    return (
        np.array([[row[2] for row in one] for one in rows]),
        np.array([one[0][3] for one in rows]),
    )


def _finding(results: Sequence[Result]) -> str:
    gain, twin = (
        100 * np.mean([result.measures[name].value for result in results])
        for name in ("vote_gain", "written_vote_gain")
    )
    return (
        f"A vote of {VOTES[-1]} chains changes accuracy by {round(gain):+d} points if their orders "
        f"differ, by {round(twin):+d} if not"
    )
