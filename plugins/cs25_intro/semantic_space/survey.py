"""What there is to measure of one relation in one space, and over all relations of a space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.stats import spearmanr

from cs25 import Measure
from cs25_intro.semantic_space.analogy import Retrieval, solve_all
from cs25_intro.semantic_space.offsets import Parallelism, parallelism
from cs25_intro.semantic_space.plane import plane_of
from cs25_intro.semantic_space.relations import Pair
from cs25_intro.semantic_space.space import Space

__all__ = ["Finding", "commonness", "over_relations", "survey"]


@dataclass(frozen=True)
class Finding:
    """What one relation is like in one space.

    Args:
        space: parallelism of its offsets in all dimensions.
        plane: the same in the plane of its words' first two principal components.
        share: of the variance of its words, what that plane holds.
        kept: of the mean offset's squared length, what that plane holds.
        retrieval: what becomes of its analogies.
    """

    space: Parallelism
    plane: Parallelism
    share: float
    kept: float
    retrieval: Retrieval


def survey(space: Space, pairs: Sequence[Pair]) -> Finding:
    """Measure a relation: the pairs' words are candidates among all others of the space."""
    rows = [space.rows(words) for words in zip(*pairs, strict=True)]
    first, second = (space.vectors[row] for row in rows)
    plane = plane_of(np.concatenate([first, second]))
    return Finding(
        space=parallelism(first, second),
        plane=parallelism(plane.project(first), plane.project(second)),
        share=plane.share,
        kept=plane.kept(second.mean(axis=0) - first.mean(axis=0)),
        retrieval=solve_all(space.vectors, *rows),
    )


def over_relations(findings: Sequence[Finding], *, chance: float) -> dict[str, Measure]:
    """Return means over relations with their 95 % intervals.

    Args:
        findings: of each relation, two or more.
        chance: share of variance that the best plane holds of random words.
    """

    def mean(values: Sequence[float], unit: str, *, least: float = -1) -> Measure:
        return Measure.mean_of(values, unit, least=least, most=1)

    retrievals = [finding.retrieval for finding in findings]
    return {
        "parallel": mean([f.space.excess for f in findings], "cosine"),
        "plane_parallel": mean([f.plane.excess for f in findings], "cosine"),
        "share": mean([f.share for f in findings], "share", least=0),
        "concentration": mean([f.share - chance for f in findings], "share"),
        "kept": mean([f.kept for f in findings], "share", least=0),
        "literal": mean([r.literal for r in retrievals], "share", least=0),
        "stays": mean([r.stays for r in retrievals], "share", least=0),
        "solved": mean([r.solved for r in retrievals], "share", least=0),
        "nearest": mean([r.nearest for r in retrievals], "share", least=0),
        "gain": mean([r.solved - r.nearest for r in retrievals], "share"),
    }


def commonness(vectors: Float[np.ndarray, "word dim"], numbers: Sequence[int]) -> Measure:
    """Return how well the first principal component of all words tells common from rare ones.

    Args:
        vectors: of all words.
        numbers: of their tokens. A tokenizer made of merges gives a low number to what it merged
            first, which is what was most frequent.

    Returns:
        The rank correlation of the component with the numbers, without its sign.
    """
    along = plane_of(vectors).project(vectors)[:, 0]
    return Measure(abs(float(spearmanr(along, numbers).statistic)), "rank correlation")
