"""The milestones of the timeline: every date can be checked against its source."""

import calendar
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import cs25_intro
from cs25_intro.timeline.milestones import MILESTONES

BY_NAME = {milestone.name: milestone for milestone in MILESTONES}


def months(year: int, month: int | None) -> int:
    return 12 * year + (month or 6)


def arxiv_date(number: str) -> tuple[int, int]:
    """Read year and month off an arXiv number (https://info.arxiv.org/help/arxiv_identifier.html)."""
    found = re.fullmatch(r"(\d\d)(\d\d)\.\d{4,5}", number)
    assert found, number
    return 2000 + int(found[1]), int(found[2])


def test_milestones_are_in_the_order_of_their_dates():
    dates = [months(milestone.year, milestone.month) for milestone in MILESTONES]
    assert dates == sorted(dates)
    assert len(BY_NAME) == len(MILESTONES)


def test_an_era_is_one_stretch_of_time():
    eras = [milestone.era for milestone in MILESTONES]
    changes = [new for old, new in zip(["", *eras], eras, strict=False) if new != old]
    assert changes == list(dict.fromkeys(eras))


@pytest.mark.parametrize("milestone", MILESTONES, ids=lambda milestone: milestone.name)
def test_a_source_agrees_with_the_date(milestone):
    assert urlsplit(milestone.url).scheme == "https"
    assert str(milestone.year) in milestone.cite
    if milestone.arxiv:
        assert arxiv_date(milestone.arxiv) == (milestone.year, milestone.month)
    elif milestone.month:  # an announcement: its source names the day
        month = calendar.month_name[milestone.month]
        assert re.search(rf", \d+ {month} {milestone.year}$", milestone.cite)
    if milestone.paper:
        year, month = arxiv_date(milestone.paper)
        assert abs(months(year, month) - months(milestone.year, milestone.month)) <= 12


def test_gpt_3_is_of_2020_and_gpt_of_2018():
    """The erratum: the notes that this course grew from have GPT-3 in 2018."""
    assert (BY_NAME["GPT-3"].year, BY_NAME["GPT-3"].arxiv) == (2020, "2005.14165")
    assert [m.name for m in MILESTONES if m.year == 2018] == ["GPT", "BERT"]


def test_what_the_lecture_names_is_there():
    named = {
        1990: {"Elman network"}, 1997: {"LSTM"}, 2014: {"Attention"}, 2017: {"Transformer"},
        2018: {"GPT", "BERT"}, 2020: {"GPT-3", "Vision transformer", "AlphaFold 2"},
        2021: {"Codex", "Decision transformer", "DALL-E"},
        2022: {"ChatGPT", "Whisper", "RT-1", "Stable Diffusion"},
    }  # fmt: skip
    for year, names in named.items():
        assert names <= {m.name for m in MILESTONES if m.year == year}


def test_the_notes_link_every_date_to_its_source():
    notes = (Path(cs25_intro.__file__).parent / "notes.md").read_text(encoding="utf-8")
    places = []
    for milestone in MILESTONES:
        date = f"{calendar.month_name[milestone.month or 0]} {milestone.year}".strip()
        line = f"- {date}, {milestone.name}: [{milestone.cite}]({milestone.url})"
        assert line in notes
        places.append(notes.index(line))
        assert f"https://arxiv.org/abs/{milestone.paper or milestone.arxiv}" in notes
    assert places == sorted(places)
