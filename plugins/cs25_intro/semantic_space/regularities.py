"""Regularities of the space that words live in: parallel offsets, analogies, two dimensions.

Source: Mikolov, Yih and Zweig 2013 for the regularities; Linzen 2016, and Rogers, Drozd and Li 2017,
for what a test of them can get wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import numpy as np
from annotated_types import Interval
from tqdm.auto import tqdm

from cs25 import Measure, Result, Table
from cs25.errors import ParameterError
from cs25.lm import load, load_encoder
from cs25_intro.semantic_space.analogy import best_words
from cs25_intro.semantic_space.lexicon import shared_lexicon
from cs25_intro.semantic_space.offsets import alikeness
from cs25_intro.semantic_space.plane import chance_share, plane_of
from cs25_intro.semantic_space.relations import N_PAIRS, Pair, RelationName, all_pairs, draw_pairs
from cs25_intro.semantic_space.space import SPACES, Space, SpaceName, spaces_of
from cs25_intro.semantic_space.survey import Finding, commonness, over_relations, survey

__all__ = ["semantic_space"]

#: Random sets of words that a relation's words are compared with.
SUBSETS = 100

#: Answers to the analogy that are shown.
N_ANSWERS = 5

Spaces = Mapping[SpaceName, Space]


def semantic_space(
    *,
    pairs: Annotated[int, Interval(ge=4, le=N_PAIRS)] = 20,
    vocabulary: Annotated[int, Interval(ge=1000, le=16_000)] = 5000,
    analogy: tuple[str, str, str] = ("man", "woman", "king"),
    words: tuple[str, ...] = (),
    show: RelationName = "capital",
    control: Literal["none", "shuffled"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Look for regularities among the points where SmolLM2 and MiniLM put words.

    Args:
        pairs: pairs of each relation.
        vocabulary: words among which the answer to an analogy is looked for.
        analogy: a, b and c of your own: a is to b as c is to what?
        words: pairs of your own to be drawn in two dimensions, such as king,queen,man,woman; two
            pairs or more.
        show: the relation that is drawn where you give no words.
        control: "shuffled" deals the points out among the words at random.
        seed: draws pairs, vocabulary, and the random words to compare with.
    """
    draw = np.random.default_rng(seed)
    model, encoder = load("smollm2-135m"), load_encoder("minilm")
    lexicon = shared_lexicon(model.tokenizer.get_vocab(), encoder.tokenizer.get_vocab())
    question = lexicon.find(analogy, parameter="analogy")
    own = _in_pairs(lexicon.find(words, parameter="words"))
    drawn = draw_pairs(pairs, draw=draw)
    shipped = [word for some in all_pairs().values() for pair in some for word in pair]
    typed = [*question, *(word for pair in own for word in pair)]
    candidates = lexicon.sample(vocabulary, [*shipped, *typed], draw=draw)
    spaces = spaces_of(
        candidates, lexicon, model, encoder, shuffled=control == "shuffled", draw=draw
    )

    findings: dict[SpaceName, list[Finding]] = {name: [] for name in SPACES}
    measures: dict[SpaceName, dict[str, Measure]] = {}
    chance: dict[SpaceName, float] = {}
    with tqdm(total=len(spaces) * len(drawn), desc="relations") as bar:
        for name, space in spaces.items():
            for some in drawn.values():
                findings[name].append(survey(space, some))
                bar.update()
            chance[name] = chance_share(space.vectors, 2 * pairs, subsets=SUBSETS, draw=draw)
            measures[name] = over_relations(findings[name], chance=chance[name])
    numbers = [lexicon.tokens[word] for word in candidates]
    answers = _answers(spaces, question)
    return Result(
        _summary(measures, chance)
        | {"commonness": commonness(spaces["tokens"].vectors, numbers)}
        | {"vocabulary": Measure(len(candidates), "words")},
        tables=(
            _relations(list(drawn), findings),
            _drawn(spaces, own or drawn[show]),
            answers,
        ),
        text=_told(question, answers),
    )


def _in_pairs(words: Sequence[str]) -> list[Pair]:
    """Return words two by two.

    Raises:
        ParameterError: one is left over, there is one pair only, or a word comes twice.
    """
    if len(words) % 2 or len(words) == 2 or len(set(words)) < len(words):
        raise ParameterError(
            parameter="words",
            found=",".join(words),
            expected="two pairs or more, of words that differ: king,queen,man,woman",
        )
    return [Pair(*pair) for pair in zip(words[::2], words[1::2], strict=True)]


def _summary(
    measures: Mapping[SpaceName, Mapping[str, Measure]], chance: Mapping[SpaceName, float]
) -> dict[str, Measure]:
    """Return what is claimed of both spaces, as it is in the worse one, and what differs."""
    both = {
        name: min((measures[space][name] for space in SPACES), key=lambda m: m.value)
        for name in ("parallel", "plane_parallel", "gain", "literal", "stays")
    }
    each = {
        f"{name}_{space}": measures[space][name]
        for name in ("solved", "nearest", "share", "concentration", "kept")
        for space in SPACES
    }
    return both | each | {f"chance_{name}": Measure(chance[name], "share") for name in SPACES}


def _relations(
    names: Sequence[RelationName], findings: Mapping[SpaceName, Sequence[Finding]]
) -> Table:
    columns = (
        "space", "relation", "alike", "alike_shuffled", "plane_alike", "plane_alike_shuffled",
        "share", "kept", "literal", "solved", "nearest", "plus",
    )  # fmt: skip
    rows = tuple(
        (
            space, name, found.space.own, found.space.shuffled, found.plane.own,
            found.plane.shuffled, found.share, found.kept, found.retrieval.literal,
            found.retrieval.solved, found.retrieval.nearest, found.retrieval.plus,
        )
        for space, of_space in findings.items()
        for name, found in zip(names, of_space, strict=True)
    )  # fmt: skip
    return Table("relations", columns, rows)


def _drawn(spaces: Spaces, pairs: Sequence[Pair]) -> Table:
    """Return words in the plane of their first two components; the mean offset points up right."""
    rows = []
    for name, space in spaces.items():
        first, second = (space.vectors[space.rows(words)] for words in zip(*pairs, strict=True))
        plane = plane_of(np.concatenate([first, second]))
        begins, ends = plane.project(first), plane.project(second)
        sign = np.where((ends - begins).mean(axis=0) < 0, -1, 1)
        for pair, begin, end, alike in zip(
            pairs, begins * sign, ends * sign, alikeness(first, second), strict=True
        ):
            rows.append((name, *pair, *begin, *end, alike, plane.share))
    columns = ("space", "first", "second", "x1", "y1", "x2", "y2", "alike", "share")
    return Table("plane", columns, tuple(rows))


def _answers(spaces: Spaces, question: Sequence[str]) -> Table:
    """Return the words nearest to c + b - a, of all and without a, b and c."""
    rows = []
    for name, space in spaces.items():
        a, b, c = (space.places[word] for word in question)
        found = [
            best_words(space.vectors, (a, b, c), N_ANSWERS, exclude=exclude)
            for exclude in (False, True)
        ]
        for rank, (of_all, of_others) in enumerate(zip(*found, strict=True), start=1):
            (row, cosine), (other_row, other_cosine) = of_all, of_others
            rows.append(
                (name, rank, space.words[row], cosine, space.words[other_row], other_cosine)
            )
    columns = ("space", "rank", "of_all", "cosine", "of_others", "others_cosine")
    return Table("analogy", columns, tuple(rows))


def _told(question: Sequence[str], answers: Table) -> str:
    a, b, c = question
    best = [row for row in answers.rows if row[1] == 1]
    (_, _, first, _, other, _), (_, _, text_first, _, text_other, _) = best
    return (
        f"{a} is to {b} as {c} is to … {first} (embeddings), {text_first} (activations); "
        f"without the words of the question: {other}, {text_other}."
    )
