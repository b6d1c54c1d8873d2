"""Scaling laws: how well does a power law foretell the loss of a larger model, or of more data?

A family of small language models is trained on a source of known entropy rate. The largest model
is held out, and a power law through the others must foretell its loss; likewise for the run with
the most data. Through all sizes, the law's floor E must be the entropy rate.

E + A/N^alpha is fitted where the data are the same for all, so its floor still holds what an
endless model would lack for want of data. E + A/N^alpha + B/D^beta, fitted to all runs, sets out
to remove that; here it removes too much, since larger models also learn more from the same data.
Both floors are measured.

Source: Kaplan et al. 2020 (arXiv 2001.08361); Hoffmann et al. 2022 (arXiv 2203.15556), section 3.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from annotated_types import Interval
from jaxtyping import Float

from cs25 import Measure, ParameterError, Result, Table
from cs25_emergence.extrapolation import Forecast, forecast
from cs25_emergence.power_law import fit_power_law, r_squared
from cs25_emergence.sweep import Run, Score, data_sweep, language, size_sweep, train_sweep

__all__ = ["scaling_law"]

N_CURVE = 30  # points of a fitted curve


def scaling_law(
    *,
    sizes: Annotated[int, Interval(ge=4, le=12)] = 6,
    largest: Annotated[int, Interval(ge=32, le=256)] = 96,
    steps: Annotated[int, Interval(ge=20, le=20_000)] = 2000,
    data_share: Annotated[float, Interval(ge=0.001, le=0.5)] = 0.125,
    control: Literal["none", "shuffled"] = "none",
    seed: int = 0,
) -> Result:
    """Train a family of small language models and fit loss against size and data.

    Args:
        sizes: how many model sizes to train, and how many amounts of data.
        largest: width of the largest model, rounded to a multiple of 8; the smallest has width 12.
        steps: optimiser steps of the longest run, each of 128 sequences of 16 words.
        data_share: the least data, as a share of the most.
        control: "shuffled" trains on text whose words are in random order, where nothing can be
            learned from context.
        seed: seeds the source, the texts and the initial weights.
    """
    if sizes > largest // 8:
        expected = f"at most {largest // 8}, since widths are multiples of 8 up to {largest}"
        raise ParameterError(parameter="sizes", found=sizes, expected=expected)
    by_size = size_sweep(sizes, largest=largest, n_steps=steps)
    middle = sizes // 2
    by_data = data_sweep(by_size[middle], sizes, share=data_share)
    runs = [*by_size, *by_data[:-1]]  # the last one is the family's own
    scores = train_sweep(runs, shuffled=control == "shuffled", seed=seed)
    in_size, in_data = slice(sizes), [*range(sizes, len(runs)), middle]

    loss = np.array([score.loss for score in scores])
    n_params = np.array([float(run.n_params) for run in runs])
    n_tokens = np.array([float(run.n_tokens) for run in runs])
    size_forecast = forecast(loss[in_size], n_params[in_size])
    data_forecast = forecast(loss[in_data], n_tokens[in_data])
    size_law = fit_power_law(loss[in_size], n_params[in_size, None])
    data_law = fit_power_law(loss[in_data], n_tokens[in_data, None])
    joint_law = fit_power_law(loss, np.stack([n_params, n_tokens], axis=1))
    source = language(seed)
    entropy_rate, word_entropy = source.entropy_rate_nats, source.word_entropy_nats
    entropies = {"entropy_rate": entropy_rate, "word_entropy": word_entropy}

    measures = {
        "size_miss": Measure(size_forecast.miss(**entropies)),
        "size_power_law_error": Measure(size_forecast.power_law_error, "nats"),
        "size_rival_error": Measure(size_forecast.rival_error, "nats"),
        "data_miss": Measure(data_forecast.miss(**entropies)),
        "data_power_law_error": Measure(data_forecast.power_law_error, "nats"),
        "data_rival_error": Measure(data_forecast.rival_error, "nats"),
        "fitted_floor": Measure(size_law.floor, "nats"),
        "entropy_rate": Measure(entropy_rate, "nats"),
        "floor_error": Measure(size_law.floor - entropy_rate, "nats"),
        "joint_floor_error": Measure(joint_law.floor - entropy_rate, "nats"),
        "word_entropy": Measure(word_entropy, "nats"),
        "size_exponent": Measure(size_law.exponents[0]),
        "data_exponent": Measure(data_law.exponents[0]),
        "r_squared": Measure(r_squared(loss[in_size], size_law.predict(n_params[in_size, None]))),
        "training_flops": Measure(sum(run.flops for run in runs), "FLOP"),
        "training_tokens": Measure(sum(run.n_tokens for run in runs), "tokens"),
    }
    return Result(
        measures,
        tables=(
            _sweep_table("by_size", by_size, [scores[i] for i in range(sizes)], size_forecast),
            _sweep_table("by_data", by_data, [scores[i] for i in in_data], data_forecast),
            _curve_table("size_curve", size_forecast, n_params[in_size]),
            _curve_table("data_curve", data_forecast, n_tokens[in_data]),
        ),
    )


def _sweep_table(
    name: str, runs: Sequence[Run], scores: Sequence[Score], foretold: Forecast
) -> Table:
    """Return a row for each run; the last one also has what was foretold of it."""
    columns = (
        "d_model", "n_params", "n_tokens", "batch", "steps", "learning_rate", "flops",
        "loss_nats", "standard_error", "power_law", "constant", "straight_line",
    )  # fmt: skip
    held_out = (foretold.predicted, foretold.constant, foretold.straight_line)
    guesses = [*[(None, None, None)] * (len(runs) - 1), held_out]
    rows = tuple(
        (
            run.d_model, run.n_params, run.n_tokens, run.batch, run.n_steps, run.lr, run.flops,
            score.loss, score.standard_error, *guess,
        )
        for run, score, guess in zip(runs, scores, guesses, strict=True)
    )  # fmt: skip
    return Table(name, columns, rows)


def _curve_table(name: str, foretold: Forecast, scale: Float[np.ndarray, " run"]) -> Table:
    """Return the power law of a forecast, from the smallest run to the held-out one."""
    grid = np.geomspace(scale.min(), scale.max(), N_CURVE)
    return Table(
        name,
        ("scale", "loss_nats"),
        tuple(zip(grid, foretold.law.predict(grid[:, None]), strict=True)),
    )
