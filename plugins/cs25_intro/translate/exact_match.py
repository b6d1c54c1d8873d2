"""What is counted: translations that are right to the last token.

A number that was taught, one of a taught length that was held out, one of a length inside the
range of the taught ones that was held out as a whole, and one that is longer than all of them are
four different questions; only the last three are asked.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import numpy as np
import torch
from jaxtyping import Bool, Int
from scipy.stats import binomtest

from cs25 import Measure, Result, Table
from cs25_intro.translate.corpus import DIRECTIONS, pair
from cs25_intro.translate.examination import Examination
from cs25_intro.translate.gain import gain
from cs25_intro.translate.number_words import n_words
from cs25_intro.translate.vocabulary import decode

__all__ = ["summarise"]

#: How the translator with smoothed labels answered, and when.
_WAYS = ("beam", "greedy", "early_beam", "early_greedy")

#: Wrong translations that are shown, for each direction of taught and of held-out lengths.
_N_WRONG = 2

Numbers = Int[np.ndarray, " number"]
Right = Bool[np.ndarray, "direction number"]

#: What `cs25_intro.translate.examination.examine` returns.
Outcome = Mapping[str, np.ndarray]


def summarise(
    examination: Examination, *, lengths: Collection[int], smoothed: Outcome, plain: Outcome
) -> Result:
    """Compare what was written with what is right.

    Args:
        examination: what was asked.
        lengths: how many words the taught numbers had.
        smoothed: what the translator with smoothed labels made of it.
        plain: what its twin made of it.
    """
    numbers = examination.numbers
    n = n_words(numbers)
    taught = np.isin(n, list(lengths))
    regions = {"gap": ~taught & (n < max(lengths)), "longer": n > max(lengths)}
    right = {way: _right(numbers, smoothed, way) for way in _WAYS if f"to_digits_{way}" in smoothed}
    without = {way: _right(numbers, plain, way) for way in right if way.endswith("beam")}
    beam = right["beam"]
    measures = {"exact_match": _share(beam[:, taught])}
    measures |= {name: _share(beam[[i]][:, taught]) for i, name in enumerate(DIRECTIONS)}
    measures |= {name: _share(beam[:, which]) for name, which in regions.items() if which.any()}
    if (longer := regions["longer"]).any():
        for i, name in enumerate(DIRECTIONS):
            measures[f"longer_{name}"] = _share(beam[[i]][:, longer])
    measures["beam_gain"] = gain(beam[:, taught], right["greedy"][:, taught])
    measures["smoothing_gain"] = gain(beam[:, taught], without["beam"][:, taught])
    if "early_beam" in right:
        early = {way: right[f"early_{way}"][:, taught] for way in ("beam", "greedy")}
        early["plain"] = without["early_beam"][:, taught]
        measures |= {f"early_{way}": _share(of) for way, of in early.items()}
        measures["early_beam_gain"] = gain(early["beam"], early["greedy"])
        measures["early_smoothing_gain"] = gain(early["beam"], early["plain"])
    measures["perplexity"] = _perplexity(smoothed, taught)
    measures["plain_perplexity"] = _perplexity(plain, taught)
    measures["n_params"] = Measure(int(smoothed["n_params"]), "parameters")
    right["plain"] = without["beam"]
    tables = (
        _by_length(n, lengths, right),
        _examples(numbers, taught, smoothed, beam),
        _attention(examination.shown, smoothed),
    )
    return Result(measures, tables)


def _right(numbers: Numbers, outcome: Outcome, way: str) -> Right:
    return np.array(
        [
            [
                decode(torch.from_numpy(tokens)) == pair(int(number), direction)[1]
                for number, tokens in zip(numbers, outcome[f"{direction}_{way}"], strict=True)
            ]
            for direction in DIRECTIONS
        ]
    )


def _share(right: Right) -> Measure:
    """Return the share that is right, with Wilson's interval at 95 %."""
    interval = binomtest(int(right.sum()), right.size).proportion_ci(method="wilson")
    return Measure(right.mean(), "share", interval.low, interval.high)


def _perplexity(outcome: Outcome, which: Bool[np.ndarray, " number"]) -> Measure:
    nats, n_tokens = (
        sum(outcome[f"{direction}_{name}"][which].sum() for direction in DIRECTIONS)
        for name in ("nats", "n_tokens")
    )
    return Measure(math.exp(nats / n_tokens))


def _by_length(n: Numbers, lengths: Collection[int], right: Mapping[str, Right]) -> Table:
    rows = []
    for length in np.unique(n):
        shares = [
            of[i, n == length].mean() for of in right.values() for i in range(len(DIRECTIONS))
        ]
        rows.append((length, length in lengths, np.sum(n == length), *shares))
    named = (f"{direction}_{way}" for way in right for direction in DIRECTIONS)
    return Table("by_length", ("n_words", "taught", "numbers", *named), tuple(rows))


def _examples(
    numbers: Numbers, taught: Bool[np.ndarray, " number"], outcome: Outcome, right: Right
) -> Table:
    """List one right translation and some wrong ones of each kind, of the longest numbers."""
    rows = []
    for known in (True, False):
        for i, direction in enumerate(DIRECTIONS):
            of_kind = np.flatnonzero(taught == known)
            is_right = right[i, of_kind]
            picked = [*of_kind[is_right][-1:], *of_kind[~is_right][-_N_WRONG:]]
            for j in picked:
                written = decode(torch.from_numpy(outcome[f"{direction}_beam"][j]))
                texts = (*pair(int(numbers[j]), direction), written)
                rows.append((known, right[i, j], *map(_text, texts)))
    columns = ("taught_length", "right", "source", "translation", "written")
    return Table("examples", columns, tuple(rows))


def _text(tokens: tuple[str, ...]) -> str:
    return ("" if "".join(tokens).isdigit() else " ").join(tokens)


def _attention(number: int, outcome: Outcome) -> Table:
    source, target = ((*tokens, "stop") for tokens in pair(number, "to_digits"))
    weights = outcome["attention"]
    rows = [
        (i, j, written, read, weights[i, j])
        for i, written in enumerate(target)
        for j, read in enumerate(source)
    ]
    return Table("attention", ("row", "column", "written", "read", "weight"), tuple(rows))
