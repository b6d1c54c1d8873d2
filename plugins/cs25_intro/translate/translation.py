"""The demo `translate`: the machine of 2017 learns to read numbers and to say them.

Source: Vaswani et al. 2017 (arXiv 1706.03762).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from annotated_types import Interval, MinLen, MultipleOf

from cs25 import Result
from cs25.nn import Job, TransformerConfig, run_fleet
from cs25_intro.translate.corpus import LONGEST, split
from cs25_intro.translate.exact_match import summarise
from cs25_intro.translate.examination import Examination, n_parts
from cs25_intro.translate.translator import Recipe
from cs25_intro.translate.vocabulary import TOKENS

__all__ = ["translate"]

Length = Annotated[int, Interval(ge=2, le=LONGEST)]


def translate(
    *,
    d_model: Annotated[int, Interval(ge=8, le=256), MultipleOf(8)] = 64,
    layers: Annotated[int, Interval(ge=1, le=6)] = 2,
    norm: Literal["last", "first"] = "last",
    positions: Literal["sinusoidal", "learned", "rotary"] = "sinusoidal",
    lengths: Annotated[tuple[Length, ...], MinLen(1)] = (2, 3, 4, 6, 7),
    steps: Annotated[int, Interval(ge=10, le=100_000)] = 2400,
    batch: Annotated[int, Interval(ge=4, le=1024), MultipleOf(2)] = 128,
    warmup: Annotated[int, Interval(ge=1, le=100_000)] = 200,
    smoothing: Annotated[float, Interval(ge=0, lt=1)] = 0.1,
    beam: Annotated[int, Interval(ge=1, le=32)] = 4,
    alpha: Annotated[float, Interval(ge=0, le=2)] = 0.6,
    early: Annotated[int, Interval(ge=1, le=100_000)] = 100,
    tests: Annotated[int, Interval(ge=2, le=2000)] = 150,
    control: Literal["none", "shuffled"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Train an encoder-decoder on number words and digits, and ask for numbers it never saw.

    Args:
        d_model: width of the model, which has four heads.
        layers: blocks of the encoder, and as many of the decoder.
        norm: "last" normalises after each addition, as in 2017; "first" before each part, as now.
        positions: how the model is told the order of the tokens.
        lengths: how many words a taught number may have, from 2 on; all others are held-out
            lengths. Numbers of one word are always taught.
        steps: optimiser steps.
        batch: pairs in a step, half of them from words to digits and half back.
        warmup: steps for which the learning rate rises.
        smoothing: share of each label that is spread over all tokens; a twin is trained without.
        beam: translations under way in the beam search.
        alpha: exponent of its length penalty; early there is none.
        early: the step after which decoders and twins are first compared.
        tests: most held-out numbers of each length; of two and of three words there are fewer.
        control: "shuffled" teaches each source the translation of another.
        seed: seeds held-out numbers, batches and weights.
    """
    held_out = split(lengths, seed=seed).held_out
    numbers = np.concatenate([held_out[length][:tests] for length in sorted(held_out)])
    examination = Examination(
        numbers=numbers,
        early=early,
        shown=int(held_out[max(lengths)][0]),
        width=beam,
        alpha=alpha,
    )
    config = TransformerConfig(
        d_vocab=len(TOKENS),
        d_model=d_model,
        n_layers=layers,
        n_heads=4,
        n_ctx=LONGEST + 1,
        norm_first=norm == "first",
        positions=positions,
    )
    smoothed = Recipe(
        config, lengths, smoothing, warmup, steps, batch, shuffled=control == "shuffled", seed=seed
    )
    jobs = [
        Job(
            "cs25_intro.translate.examination:examine",
            {"recipe": recipe, "examination": examination},
            n_steps=steps + (1 + (early <= steps)) * n_parts(examination),
        )
        for recipe in (smoothed, replace(smoothed, smoothing=0.0))
    ]
    outcomes = run_fleet(jobs, desc="training and translating")
    return summarise(examination, lengths=lengths, smoothed=outcomes[0], plain=outcomes[1])
