"""The text of `counting`: in three parts, of which none quotes another."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from cs25.errors import RequirementError
from cs25_intro.counting.learners import documents
from cs25_intro.counting.topics import (
    decode,
    encode,
    origin,
    passage_share,
    python_topics,
    sections,
    shuffled,
    split,
    without_repeats,
)

SECTIONS = [f"{i} " + "".join(chr(97 + (i * j) % 26) for j in range(30 + i)) for i in range(60)]


def test_texts_are_cut_before_their_headings() -> None:
    text = "Intro.\n\nOne\n***\n\nBody of one.\n\nTwo\n===\n\nBody.\n\na\n--\n   x\n   ***\n"
    assert sections([text]) == [
        "Intro.",
        "One\n***\n\nBody of one.",
        "Two\n===\n\nBody.\n\na\n--\n   x\n   ***",
    ]


def test_a_paragraph_that_stood_before_is_left_out_even_if_a_word_was_changed() -> None:
    told = (
        "The quick brown fox jumps over the lazy dog while nobody looks at it, on a very long day."
    )
    retold = told.replace("\n", " ").replace("very long", "short")
    kept = without_repeats([f"A\n\n{told}", f"B\n\n{retold}\n\nNew.", told])
    assert kept == [f"A\n\n{told}", "B\n\nNew."]


def test_no_section_is_in_two_parts_and_none_is_lost() -> None:
    parts = split(SECTIONS, share=1.0, seed=0)
    found = [decode(part) for part in (parts.training, parts.validation, parts.held_out)]
    for section in SECTIONS:
        assert sum(f"{section}\n\n" in text for text in found) == 1
    total = sum(map(len, found))
    assert total == sum(len(section) + 2 for section in SECTIONS)
    for text in found[1:]:
        assert len(text) == pytest.approx(0.1 * total, abs=92)  # the longest section


def test_less_text_is_the_beginning_of_more_and_is_asked_the_same() -> None:
    whole, some = (split(SECTIONS, share=share, seed=3) for share in (1.0, 0.25))
    assert len(some.training) == round(len(whole.training) / 4)
    assert np.array_equal(some.training, whole.training[: len(some.training)])
    assert np.array_equal(some.held_out, whole.held_out)
    assert np.array_equal(some.validation, whole.validation)
    other = split(SECTIONS, share=1.0, seed=4)
    assert not np.array_equal(other.held_out[:50], whole.held_out[:50])


def test_shuffled_text_keeps_its_characters_and_nothing_else() -> None:
    text = split(SECTIONS, share=1.0, seed=0)
    control = shuffled(text, seed=0)
    for name in ("training", "validation", "held_out"):
        before, after = getattr(text, name), getattr(control, name)
        assert np.array_equal(np.bincount(before), np.bincount(after))
        assert not np.array_equal(before, after)


def test_the_held_out_text_does_not_quote_the_training_text() -> None:
    repeated, plain = [
        np.mean(
            [
                passage_share(t.held_out, t.training)
                for t in (split(s, share=1.0, seed=seed) for seed in range(5))
            ]
        )
        for s in (sections(python_topics()), documents())
    ]
    assert repeated > 0.1, "expected Python's topics to quote each other"
    assert plain < 0.05


def test_a_passage_counts_as_repeated_where_all_of_it_stands_in_training() -> None:
    text = encode("".join(chr(33 + i % 90) for i in range(80)))
    assert passage_share(text, text) == 1
    assert passage_share(text, text[:60]) == 21 / 41
    assert passage_share(text, text[::-1]) == 0


def test_the_text_says_which_it_is() -> None:
    said = origin(documents())
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in said
    assert "PSF" in said
    assert said != origin(documents()[1:])


def test_a_python_without_its_topics_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    with pytest.raises(RequirementError, match="part of Python, and missing from this one"):
        python_topics()
