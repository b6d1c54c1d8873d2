"""The notes say what the card says: every demo and claim is in them, and nothing else is."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from cs25_emergence import cs25_lecture

CARD = cs25_lecture()
assert CARD.notes is not None
NOTES = (files("cs25_emergence") / CARD.notes).read_text(encoding="utf-8")


def _directives(name: str) -> list[str]:
    return re.findall(rf"^(?:```|:::)\{{{name}\}} (\S+)$", NOTES, flags=re.MULTILINE)


def test_every_demo_is_shown_once_and_no_other() -> None:
    assert sorted(_directives("demo")) == sorted(f"{CARD.id}.{demo.id}" for demo in CARD.demos)


def test_every_claim_is_shown_once_and_no_other() -> None:
    assert sorted(_directives("claim")) == sorted(f"{CARD.id}.{claim.id}" for claim in CARD.claims)


def test_every_number_in_a_sentence_is_a_measure() -> None:
    measures = {f"{CARD.id}.{demo.id}.{name}" for demo in CARD.demos for name in demo.measures}
    named = re.findall(r"\{value\}`([^`]+)`", NOTES)
    assert named
    assert set(named) <= measures


def test_every_measure_that_decides_a_claim_is_explained() -> None:
    section = NOTES.split("## What each number means")[1].split("## Results")[0]
    explained = set(re.findall(r"`(\w+)`", section))
    assert {metric for claim in CARD.claims for metric in claim.metrics} <= explained


def test_every_fence_is_closed() -> None:
    # Admonitions and directives do not nest here, so fences open and close in turn.
    fences = re.findall(r"^(```.*)$", NOTES, flags=re.MULTILINE)
    assert len(fences) % 2 == 0
    assert all(fence == "```" for fence in fences[1::2])


@pytest.mark.parametrize("reading", CARD.readings, ids=lambda reading: reading.cite)
def test_every_reading_of_the_card_is_listed(reading: object) -> None:
    readings = NOTES.split("## Readings")[1]
    assert reading.cite in readings  # type: ignore[attr-defined]
    assert f"]({reading.url})" in readings  # type: ignore[attr-defined]


def test_sections_follow_the_course() -> None:
    assert re.findall(r"^## (.+)$", NOTES, flags=re.MULTILINE) == [
        "What the lecture says",
        "The idea in one formula",
        "Run it",
        "What each number means",
        "Results",
        "Where this falls short",
        "Exercises",
        "Readings",
    ]
