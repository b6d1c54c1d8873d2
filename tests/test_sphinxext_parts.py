"""Notes of several parts in the book: a page for each, in order, with all that one page has."""

import re
import sys

import pytest
from page_text import text_of

FIRST = "# Coins\n\nThey fall, as [time](long-run.md#for-ever) shows.\n"
SECOND = """# In the *long* run

Heads: {value}`bench.coin.heads`; see [the start](notes.md) and its [sequel](./notes.md#a-sequel).

```{demo} bench.coin
Toss it **often**.
```

```{claim} bench.fair
```

```{drawing} bench_lecture.picture:draw
Old coins.
```

![a sketch](pictures/sketch.svg)

## For ever
"""
SKETCH = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>\n'
PICTURE = """
def draw():
    from matplotlib.figure import Figure

    figure = Figure()
    figure.add_subplot().plot([1, 2])
    figure.set_label("Coins, by age")
    return figure
"""


def set_notes(lecture, notes: str) -> None:
    """Let the card name other notes, as another process would read it."""
    card = (lecture.folder / "bench_lecture/__init__.py").read_text()
    lecture.write("bench_lecture/__init__.py", re.sub(r"notes=.*", f"notes={notes},", card))
    sys.modules.pop("bench_lecture", None)


@pytest.fixture
def lecture(two_parts, book, record):
    two_parts.write("bench_lecture/notes.md", FIRST + "\n## A sequel\n")
    two_parts.write("bench_lecture/long-run.md", SECOND)
    two_parts.write("bench_lecture/picture.py", PICTURE)
    two_parts.write("bench_lecture/pictures/sketch.svg", SKETCH)
    record(0.5, 0.5, 0.52, 0.48, 0.5)
    return two_parts


def test_a_further_part_is_a_page_with_all_that_notes_can_show(book, lecture):
    built = book.build(myst_heading_anchors=2)
    assert (built.status, built.warnings) == (0, "")
    page = built.page("lectures/bench/long-run")
    text = text_of(page)
    assert "<h1>In the <em>long</em> run" in page
    assert '<span class="cs25-value">0.5</span>' in page
    assert "<p>Toss it <strong>often</strong>.</p>" in page
    assert "criterion : heads at least 0.3" in text
    assert 'alt="Coins, by age"' in page
    assert "bench.bench_lecture.picture.draw.drawing.light.svg" in page
    assert (built.out / "_images/sketch.svg").read_text() == SKETCH
    # What is about the lecture stands on its first page alone.
    assert "Nobody" not in text
    assert "Nobody" in text_of(built.page("lectures/bench/index"))


def test_parts_are_in_order_before_the_experiments(book, lecture):
    built = book.build(myst_heading_anchors=2)
    follows = {
        name: re.search(
            r'<link rel="next" [^>]*href="([^"]+)"', built.page(f"lectures/bench/{name}")
        )[1]
        for name in ("index", "long-run", "demos/exact")
    }
    assert follows == {
        "index": "long-run.html",
        "long-run": "demos/coin.html",
        "demos/exact": "../claims.html",
    }


def test_every_part_says_which_it_is_and_leads_to_those_beside_it(book, lecture):
    set_notes(lecture, '("notes.md", "long-run.md", "end.md")')
    lecture.write("bench_lecture/end.md", "Done.\n")
    built = book.build(myst_heading_anchors=2)
    assert (built.status, built.warnings) == (0, "")
    lines = {
        name: re.search(r'<p class="cs25-part">(.*?)</p>', built.page(f"lectures/bench/{name}"))[1]
        for name in ("index", "long-run", "end")
    }
    words = {name: re.sub(r"<[^>]+>", "", line) for name, line in lines.items()}
    assert words == {
        "index": "Part 1 of 3 · next: In the long run",
        "long-run": "Part 2 of 3 · previous: Coins · next: End",
        "end": "Part 3 of 3 · previous: In the long run",
    }
    assert "<em>long</em>" in lines["index"]
    assert re.findall(r'href="([^"]+)"', lines["long-run"]) == ["index.html", "end.html"]
    # Without a headline of its own, a part has its name for one.
    assert text_of(built.page("lectures/bench/end")).startswith("End Part 3 of 3")


def test_notes_of_one_part_do_not_count(book, bench):
    built = book.build()
    assert (built.status, built.warnings) == (0, "")
    assert "Part 1" not in text_of(built.page("lectures/bench/index"))


def test_parts_link_to_one_another_by_their_files(book, lecture):
    built = book.build(myst_heading_anchors=2)
    assert (built.status, built.warnings) == (0, "")
    second = built.page("lectures/bench/long-run")
    assert re.search(r'href="index.html"><span class="[^"]*">the start<', second)
    assert re.search(r'href="index.html#a-sequel"><span class="[^"]*">sequel<', second)
    assert 'href="long-run.html#for-ever"' in built.page("lectures/bench/index")
    assert not (book.sources / "lectures/bench/notes.md").exists()


def test_a_link_to_a_section_that_the_first_part_lacks_names_the_line(book, lecture):
    lecture.write("bench_lecture/long-run.md", "# Long\n\n[There](notes.md#nowhere)\n")
    built = book.build(myst_heading_anchors=2)
    place = f"{lecture.folder}/bench_lecture/long-run.md:3: WARNING: "
    assert f"{place}local id not found in doc 'lectures/bench/index': 'nowhere'" in built.warnings


@pytest.mark.parametrize(
    ("notes", "line"),
    [
        ("# Long\n\nFirst.\n\n{value}`bench.coin.haeds`\n", 5),
        ("# Long\n\n```{claim} bench.unfair\n```\n", 3),
        ("---\nkind: a\n---\nNo headline.\n\n{doc}`nowhere`\n", 6),
    ],
)
def test_a_warning_names_the_file_of_the_part_and_its_line(book, lecture, notes, line):
    lecture.write("bench_lecture/long-run.md", notes)
    built = book.build(myst_heading_anchors=2)
    assert f"{lecture.folder}/bench_lecture/long-run.md:{line}: WARNING: " in built.warnings
    assert "lectures/bench/long-run.md" not in built.warnings


def test_an_edited_headline_is_on_the_pages_beside_it(book, lecture):
    book.build()
    lecture.write("bench_lecture/long-run.md", SECOND.replace("*long* run", "end"))
    built = book.build()
    line = re.search(r'<p class="cs25-part">(.*?)</p>', built.page("lectures/bench/index"))[1]
    assert re.sub(r"<[^>]+>", "", line) == "Part 1 of 2 · next: In the end"
    lecture.write("bench_lecture/long-run.md", SECOND)
    assert book.build().bytes() == book.build("anew").bytes()


def test_a_part_that_cannot_be_read_costs_itself_and_is_said_on_the_first_page(book, lecture):
    from sphinx.errors import ExtensionError

    (lecture.folder / "bench_lecture/long-run.md").unlink()
    lecture.write("bench_lecture/notes.md", "# Coins\n\nThey fall.\n")
    built = book.build()
    assert (built.status, built.warnings) == (0, "")
    text = text_of(built.page("lectures/bench/index"))
    assert "cannot be read" in text
    assert "long-run.md" in text
    assert "They fall." in text
    with pytest.raises(ExtensionError, match=r"bench: the notes of 'bench' cannot be read"):
        book.build(cs25_strict=True)


def test_a_part_that_is_gone_leaves_no_page(book, lecture):
    assert (book.build(myst_heading_anchors=2).out / "lectures/bench/long-run.html").is_file()
    set_notes(lecture, '"notes.md"')
    lecture.write("bench_lecture/notes.md", "# Coins\n")
    built = book.build(myst_heading_anchors=2)
    assert (built.status, built.warnings) == (0, "")
    assert not (built.out / "lectures/bench/long-run.html").exists()


def test_names_that_no_part_may_have_are_those_of_the_lecture_s_other_pages(book, lecture):
    """The card refuses them, and cannot ask the book."""
    from cs25.card import _PAGES

    book.build()
    there = {path.name.partition(".")[0] for path in (book.sources / "lectures/bench").iterdir()}
    pages = {
        name
        for name in there
        if list((book.sources / "lectures/bench").glob(f"{name}.md"))
        or list((book.sources / "lectures/bench").glob(f"{name}/*.md"))
    }
    assert pages == {*_PAGES, "long-run"}
