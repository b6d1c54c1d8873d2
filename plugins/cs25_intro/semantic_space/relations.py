"""Eight relations between words, thirty pairs each, written for this demo.

The pairs lie beside this file, one on a line: relation, first word, second word. Within a relation
every word occurs once, so that a pair with another's second word is always a wrong pair. All words
are single tokens of SmolLM2 as they are spelt there, and of MiniLM.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np

__all__ = ["N_PAIRS", "RELATIONS", "Pair", "RelationName", "all_pairs", "draw_pairs"]

RelationName = Literal[
    "capital", "gender", "opposite", "comparative", "plural", "past", "adverb", "agent"
]
RELATIONS: tuple[RelationName, ...] = get_args(RelationName)

#: Pairs of each relation.
N_PAIRS = 30


class Pair(NamedTuple):
    """Two words, of which the second is what the relation makes of the first."""

    first: str
    second: str


def all_pairs() -> dict[RelationName, list[Pair]]:
    """Return the pairs of each relation, in the order of the table."""
    pairs: dict[RelationName, list[Pair]] = {name: [] for name in RELATIONS}
    table = Path(__file__).parent / "pairs.tsv"
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            name = next(name for name in RELATIONS if name == row["relation"])
            pairs[name].append(Pair(row["first"], row["second"]))
    return pairs


def draw_pairs(n: int, *, draw: np.random.Generator) -> dict[RelationName, list[Pair]]:
    """Return some pairs of each relation.

    Args:
        n: how many, from 2 to `N_PAIRS`.
        draw: draws them.
    """
    return {
        name: [pairs[i] for i in draw.permutation(N_PAIRS)[:n]]
        for name, pairs in all_pairs().items()
    }
