"""What a lecture becomes in the book: a miniature project with a stranger's lecture."""

import json
import re
from pathlib import Path

import pytest
from page_text import text_of

NOTES = """
# Coins

A coin falls heads at {value}`bench.coin.heads`.

```{demo} bench.coin
Toss it **yourself**.
```

```{claim} bench.fair
```

![a sketch](pictures/sketch.svg)
"""
SKETCH = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>\n'


@pytest.fixture
def lecture(bench, book, record):
    bench.write("bench_lecture/notes.md", NOTES)
    bench.write("bench_lecture/pictures/sketch.svg", SKETCH)
    record(0.5, 0.5, 0.52, 0.48, 0.5)
    return bench


def test_notes_become_a_page_with_their_numbers_verdicts_and_pictures(book, lecture):
    built = book.build()
    assert (built.status, built.warnings) == (0, "")
    page = built.page("lectures/bench/index")
    text = text_of(page)
    assert '<span class="cs25-value">0.5</span>' in page
    assert "<p>Toss it <strong>yourself</strong>.</p>" in page
    assert "cs25 run bench coin" in text
    assert '<span class="cs25-verdict cs25-supported">supported</span>' in page
    assert "criterion : heads at least 0.3" in text
    assert "measured : 0.500 [0.482, 0.518] share" in text
    assert (built.out / "_images/sketch.svg").read_text() == SKETCH
    # The headline stays the first thing on the page, the header follows.
    assert text.index("Coins") < text.index("Nobody") < text.index("A coin falls heads")


def test_a_stranger_is_named_with_its_distribution(book, lecture):
    built = book.build()
    for name in ("lectures/bench/index", "lectures/index"):
        assert "from bench-lecture 1.0" in text_of(built.page(name))


def test_a_demo_has_a_page_with_all_there_is_to_know(book, lecture):
    page = book.build().page("lectures/bench/demos/coin")
    text = text_of(page)
    assert "--tosses 100 a whole number from 1 to 1000 how often." in text
    assert "long tosses = 500 cs25 run bench coin --preset long" in text
    assert "cs25 run bench coin --control sets control = edge" in text
    assert "heads share of heads 0.500 [0.482, 0.518] share 0 tails" in text  # 0 under the control
    assert "processor an abacus" in text
    assert "numpy 2.0" in text
    assert "c0ffee (clean)" in text
    assert "100 2.0 s 100 MiB key100" in text
    assert "started 2026-01-02 03:04 UTC" in text
    assert "tosses (2 rows, seed 100) seed heads 0 0.5000 1 –" in text
    assert re.search(r'<a [^>]*href="[^"]*/_downloads/\w+/coin.ipynb"', page) or re.search(
        r'href="[./]*_downloads/\w+/coin.ipynb"', page
    )
    ids = re.findall(r'\bid="(claim-[^"]+)"', page)
    assert ids == ["claim-fair", "claim-never", "claim-more", "claim-long"]


def test_a_figure_is_there_in_light_and_dark_with_its_description(book, lecture):
    built = book.build()
    page = built.page("lectures/bench/demos/coin")
    for theme in ("light", "dark"):
        name = f"_images/bench.coin.default.{theme}.svg"
        image = re.search(rf'<a [^>]*href="[./]*{name}"[^>]*>\s*<img [^>]*only-{theme}[^>]*>', page)
        assert image, theme  # it leads to itself, to be enlarged
        assert 'alt="How often a coin falls heads"' in image[0]
        assert (built.out / name).is_file()
    assert "Share of heads for each seed (seeds 100–104)." in text_of(page)


def test_every_recorded_preset_is_shown_with_its_figure_and_numbers(book, lecture, record):
    record(0.5, 0.5, 0.52, 0.48, 0.5, long=(0.25, 0.25, 0.25))
    built = book.build()
    assert (built.status, built.warnings) == (0, "")
    page = built.page("lectures/bench/demos/coin")
    parts = [text_of(f'<div class="body">{part}<div class="sphinxsidebar">')
             for part in re.split(r'(?=<section id="(?:preset-\w+|claims)">)', page)[1:3]]  # fmt: skip
    default, long = parts
    for part, words in (
        (default, "Preset default Recorded on seeds 100–104, with every parameter at its default."),
        (long, "Preset long Recorded on seeds 100–102, with tosses = 500 "
               "and every other parameter at its default."),
    ):  # fmt: skip
        assert words in part
    assert "(seeds 100–104)" in default
    assert "heads share of heads 0.500 [0.482, 0.518] share" in default
    assert "(preset long, seeds 100–102)" in long
    assert "heads share of heads 0.25 share" in long
    for preset in ("default", "long"):
        for theme in ("light", "dark"):
            assert page.count(f'src="../../../_images/bench.coin.{preset}.{theme}.svg"') == 1
            assert (built.out / f"_images/bench.coin.{preset}.{theme}.svg").is_file()
    # Drawn from its own numbers, not from the default's.
    light = [(built.out / f"_images/bench.coin.{p}.light.svg") for p in ("default", "long")]
    assert light[0].read_bytes() != light[1].read_bytes()


def test_notes_and_gallery_show_the_default_preset_alone(book, lecture, record):
    record(0.5, 0.5, 0.52, 0.48, 0.5, long=(0.25, 0.25, 0.25))
    book.write("gallery.md", "---\norphan: true\n---\n# Gallery\n\n```{gallery}\n```\n")
    built = book.build()
    for name in ("lectures/bench/index", "gallery"):
        assert "bench.coin.default.light.svg" in built.page(name)
        assert "bench.coin.long" not in built.page(name)


def test_a_page_tells_what_a_run_found_already_made(book, lecture, record):
    text = text_of(book.build().page("lectures/bench/demos/coin"))
    assert "reused" not in text
    record(0.5, 0.5, 0.52, 0.48, 0.5, reused_s=60.0)
    text = text_of(book.build().page("lectures/bench/demos/coin"))
    assert "seed took reused peak memory key 100 2.0 s 1 min 0 s 100 MiB key100" in text
    assert "A run that finds nothing made takes both together." in text


def test_the_ledger_carries_what_a_script_sorts_and_filters_by(book, lecture):
    book.write("claims.md", "---\norphan: true\n---\n# Ledger\n\n```{claims-table}\n```\n")
    page = book.build().page("claims")
    assert re.search(r'<table class="cs25-ledger sortable[ "]', page)
    rows = re.findall(r"<tr data-[^>]*>.*?</tr>", page, re.S)
    assert len(rows) == 5  # four of coin, one of exact
    assert 'data-lecture="bench"' in rows[0]
    assert 'data-demo="coin"' in rows[0]
    assert 'data-verdict="supported"' in rows[0]
    assert 'data-origin="recorded"' in rows[0]
    assert 'data-stale="false"' in rows[0]
    assert 'data-sort="0.5"' in rows[0]
    assert 'data-verdict="contradicted"' in rows[1]
    assert "#claim-fair" in rows[0]


def test_a_claim_without_results_is_untested(book, bench):
    built = book.build()
    assert built.warnings == ""
    text = text_of(built.page("lectures/bench/demos/exact"))
    assert "Nothing is recorded yet, so its claims are untested." in text
    assert "untested It is a half" in text
    assert "5 untested" in text_of(built.page("lectures/bench/index"))


@pytest.mark.parametrize(
    ("markup", "message"),
    [
        ("{value}`bench.coin.haeds`", "no measure of bench.coin 'haeds'"),
        ("{value}`bench.cion.heads`", "no demo of bench 'cion'"),
        ("{value}`bench.exact.half`", "nothing is recorded of bench.exact"),
        ("```{claim} bench.unfair\n```", "no claim of bench 'unfair'"),
        ("```{demo} bench.coins\n```", "no demo of bench 'coins'"),
    ],
)
def test_an_unknown_name_is_an_error_with_a_place_and_visible(book, lecture, markup, message):
    lecture.write("bench_lecture/notes.md", f"# Coins\n\nFirst.\n\n{markup}\n")
    built = book.build()
    assert built.status == 1
    assert message in built.warnings
    # The author's own file and line, not those of the page with the header in it.
    assert f"{lecture.folder}/bench_lecture/notes.md:5: WARNING: " in built.warnings
    assert "cs25-trouble" in built.page("lectures/bench/index")


@pytest.mark.parametrize(
    ("notes", "line"),
    [
        ("# Coins\n\n```{note}\n{value}`bench`\n```\n", 4),
        ("# Coins\n{doc}`nowhere`\n", 2),
        ("---\nkind: a\n---\n\n# Coins\n\n{doc}`nowhere`\n", 7),
        ("Coins fall.\n\n```{nonsense}\n```\n", 3),
        ("---\nkind: a\n---\nCoins fall.\n\n{doc}`nowhere`\n", 6),
        ("Coins\n=====\n\n{doc}`nowhere`\n", 4),
    ],
)
def test_a_warning_names_the_line_of_the_notes(book, lecture, notes, line):
    lecture.write("bench_lecture/notes.md", notes)
    built = book.build()
    assert f"{lecture.folder}/bench_lecture/notes.md:{line}: WARNING: " in built.warnings
    assert "lectures/bench/index.md" not in built.warnings
    assert "kind: a" not in text_of(built.page("lectures/bench/index"))


def test_a_demo_has_its_own_headline_or_its_id_in_words(book, lecture):
    built = book.build()
    assert "<h1>Exactly 1/2<" in built.page("lectures/bench/demos/exact")
    assert "<h1>Coin<" in built.page("lectures/bench/demos/coin")


def test_a_stale_result_is_marked_with_its_reasons(book, lecture, record):
    record(0.5, 0.5, 0.52, 0.48, 0.5, code={"bench_lecture.coin": "another"})
    built = book.build()
    mark = '<span class="cs25-stale" title="code of bench_lecture.coin changed">stale</span>'
    for name in ("index", "demos/coin", "claims"):
        assert mark in built.page(f"lectures/bench/{name}"), name
    assert 'data-stale="true"' in built.page("lectures/bench/claims")
    assert re.search(rf"0.5</span> {mark}", built.page("lectures/bench/index"))


def test_a_criterion_changed_after_recording_marks_its_claim_alone(book, lecture, record):
    record(0.5, 0.5, 0.52, 0.48, 0.5, criterion="heads at least 0.9")
    page = book.build().page("lectures/bench/claims")
    assert page.count("criterion changed after recording") == 1


def test_a_broken_lecture_is_a_visible_page(book, shelf, lecture):
    shelf.install("cs25_broken", "raise OSError('no <disk> *today*')", lecture="broken")
    built = book.build()
    assert (built.status, built.warnings) == (0, "")
    for name in ("lectures/broken/index", "lectures/index"):
        text = text_of(built.page(name))
        assert "it is broken: OSError: no <disk> *today*" in text
        assert "CS25_DISABLE" in text
        assert "`" not in text
    assert 'cs25-value">0.5<' in built.page("lectures/bench/index")


@pytest.mark.parametrize(("how", "value"), [("conf", True), ("environment", "1")])
def test_a_broken_lecture_is_an_error_if_strict(book, shelf, monkeypatch, how, value):
    from sphinx.errors import ExtensionError

    shelf.install("cs25_broken", "raise OSError('no disk')", lecture="broken")
    if how == "environment":
        monkeypatch.setenv("CS25_STRICT", value)
    with pytest.raises(ExtensionError, match="lecture 'broken' is broken: OSError: no disk"):
        book.build(**({"cs25_strict": value} if how == "conf" else {}))


def test_a_lecture_whose_card_is_heavy_is_mounted(book, shelf):
    card = "import numpy\nfrom cs25 import Lecture, hookimpl\n\n@hookimpl\ndef cs25_lecture():\n"
    shelf.install("cs25_heavy", card + "    return Lecture(id='heavy', title='Tons')\n",
                  lecture="heavy")  # fmt: skip
    assert "Tons" in text_of(book.build().page("lectures/heavy/index"))


def test_what_cannot_be_read_is_said_on_its_page_and_an_error_if_strict(book, lecture):
    from sphinx.errors import ExtensionError

    path = lecture.folder / "bench_lecture/results/coin.json"
    path.write_text("{")
    lecture.write("bench_lecture/notes.md", "# Coins\n")
    built = book.build()
    assert (built.status, built.warnings) == (0, "")
    assert "coin.json cannot be read" in text_of(built.page("lectures/bench/demos/coin"))
    assert "Make it anew with cs25 record" in text_of(built.page("lectures/bench/demos/coin"))
    with pytest.raises(ExtensionError, match=r"bench.coin: .*coin.json cannot be read"):
        book.build(cs25_strict=True)


def test_a_figure_that_cannot_be_drawn_is_said_on_its_page(book, lecture):
    coin = (lecture.folder / "bench_lecture/coin.py").read_text()
    lecture.write("bench_lecture/coin.py", coin.replace("figure = Figure()", "1 / 0"))
    built = book.build()
    text = text_of(built.page("lectures/bench/demos/coin"))
    assert "its figure cannot be drawn for preset default" in text
    assert "ZeroDivisionError" in text


PICTURE = '''
"""Coins through the ages."""


def draw():
    from matplotlib.figure import Figure

    figure = Figure()
    figure.add_subplot().plot([1, 2])
    figure.set_label("Coins,\\nby age")
    return figure
'''
DRAWN = (
    "# Coins\n\n```{drawing} bench_lecture.picture:draw\nOld *coins*.\n\nAnd new.\n```\n\nMore.\n"
)


def test_a_drawing_is_there_in_light_and_dark_with_its_description_and_caption(book, lecture):
    lecture.write("bench_lecture/picture.py", PICTURE)
    lecture.write("bench_lecture/notes.md", DRAWN)
    built = book.build()
    assert (built.status, built.warnings) == (0, "")
    page = built.page("lectures/bench/index")
    for theme in ("light", "dark"):
        name = f"bench.bench_lecture.picture.draw.drawing.{theme}.svg"
        image = re.search(rf'<a [^>]*href="[./]*_images/{name}"[^>]*>\s*<img [^>]*>', page)
        assert image, theme
        assert f"only-{theme}" in image[0]
        assert 'alt="Coins, by age"' in image[0]
        assert "Coins," in (built.out / "_images" / name).read_text()
    caption = page[page.index("<figcaption>") : page.index("</figcaption>")]
    assert "Old <em>coins</em>." in caption
    assert "And new." in caption
    assert "More." not in caption


def test_an_animation_moves_only_if_its_reader_asks_for_it(book, animated, lecture):
    built = book.build()
    assert (built.status, built.warnings) == (0, "")
    for name in ("lectures/bench/index", "lectures/bench/demos/coin"):
        page = built.page(name)
        folded = re.search(
            r"<details[^>]*>\s*<summary[^>]*>Watch an episode.*?</details>", page, re.S
        )
        assert folded, name
        for theme in ("light", "dark"):
            assert f"_images/bench.coin.default.{theme}.gif" in folded[0]
        assert "Three tosses (" in folded[0]
        assert ".gif" not in page.replace(folded[0], "")
    film = (built.out / "_images/bench.coin.default.light.gif").read_bytes()
    assert film[:4] == b"GIF8"


def test_an_animation_that_fails_costs_itself(book, animated, lecture):
    animated.write("bench_lecture/episode.py", "def tosses(results):\n    return 1 / 0\n")
    text = text_of(book.build().page("lectures/bench/demos/coin"))
    assert "its animation cannot be drawn for preset default: " in text
    assert "Watch an episode" not in text
    assert "Share of heads for each seed" in text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (PICTURE.replace("figure = ", "1 / 0 #"), "picture.draw: drawing the figure failed: ZeroD"),
        (PICTURE.replace("def draw", "def sketch"), "has no function 'draw', which the notes ask"),
        ("def broken(:\n", "picture.py:1 cannot be read"),
        (None, "no source file for module 'bench_lecture.picture'"),
    ],
)
def test_a_drawing_that_fails_costs_itself_and_is_an_error_if_strict(book, lecture, code, words):
    from sphinx.errors import ExtensionError

    if code is not None:
        lecture.write("bench_lecture/picture.py", code)
    lecture.write("bench_lecture/notes.md", DRAWN)
    built = book.build()
    assert (built.status, built.warnings) == (0, "")
    quotes = str.maketrans("‘’", "''")  # the book sets quotation marks
    text = text_of(built.page("lectures/bench/index")).translate(quotes)
    assert "a drawing cannot be shown: " in text
    assert words in text
    assert "More." in text
    with pytest.raises(ExtensionError, match=f"bench: a drawing cannot be shown: .*{words}"):
        book.build(cs25_strict=True)


def test_a_drawing_stands_in_the_notes_of_a_lecture_alone(book, lecture):
    lecture.write("bench_lecture/picture.py", PICTURE)
    book.write("page.md", "---\norphan: true\n---\n" + DRAWN)
    built = book.build()
    assert "page.md:6: WARNING: the drawing 'bench_lecture.picture:draw' stands" in built.warnings
    assert "expected in the notes of a lecture" in text_of(built.page("page"))


def test_a_module_that_cannot_be_imported_hides_no_other(book, lecture):
    lecture.write("bench_lecture/optional.py", "import a_library_that_nobody_has\n")
    built = book.build()
    assert (built.status, built.warnings) == (0, "")
    assert "It cannot be imported: ModuleNotFoundError" in text_of(
        built.page("lectures/bench/api/bench_lecture.optional")
    )
    assert "Toss a coin." in text_of(built.page("lectures/bench/api/bench_lecture.coin"))


def test_modules_are_listed_with_what_they_are_for(book, lecture):
    text = text_of(book.build().page("lectures/bench/api/index"))
    assert "coin : Tossing coins." in text
    lecture.write("bench_lecture/coin.py", "def broken(:\n")
    built = book.build()
    assert (built.status, built.warnings) == (0, "")
    text = text_of(built.page("lectures/bench/api/index"))
    assert "Tossing" not in text
    assert "coin" in text


def test_a_parameter_and_its_description_are_parted_by_a_dash(book, lecture):
    text = text_of(book.build().page("lectures/bench/api/bench_lecture.coin"))
    assert "tosses – how often." in text
    assert " -- " not in text


def test_tests_and_private_modules_are_not_documented(book, lecture):
    lecture.write("bench_lecture/_inner.py", "")
    lecture.write("bench_lecture/tests/__init__.py", "")
    lecture.write("bench_lecture/tests/test_coin.py", "")
    book.build()
    pages = sorted(path.stem for path in (book.sources / "lectures/bench/api").iterdir())
    assert pages == ["bench_lecture", "bench_lecture.coin", "index"]


def test_a_lecture_without_notes_has_a_page_under_its_title(book, shelf):
    card = "from cs25 import Lecture, hookimpl\n\n@hookimpl\ndef cs25_lecture():\n"
    shelf.install("cs25_bare", card + "    return Lecture(id='bare', title='A *bare* $5 one')\n",
                  lecture="bare")  # fmt: skip
    assert "A *bare* $5 one" in text_of(book.build().page("lectures/bare/index"))


def test_gallery_and_running_times_hold_what_is_recorded(book, lecture):
    head = "---\norphan: true\n---\n"
    book.write("gallery.md", head + "# Gallery\n\n```{gallery}\n```\n")
    book.write("times.md", head + "# Times\n\n```{running-times}\n```\n")
    built = book.build()
    gallery = built.page("gallery")
    assert gallery.count("<img ") == 2  # one figure, light and dark
    assert re.search(r'<a [^>]*href="lectures/bench/demos/coin.html"><span><img ', gallery)
    assert "coin default 2.0 s 2.0 s 100 MiB" in text_of(built.page("times"))


def test_a_notebook_of_every_demo_can_be_downloaded(book, lecture):
    built = book.build()
    found = {path.name for path in built.out.glob("_downloads/*/*.ipynb")}
    assert found == {"coin.ipynb", "exact.ipynb"}
    for path in built.out.glob("_downloads/*/*.ipynb"):
        assert json.loads(path.read_text())["cells"]


def test_other_builders_show_the_same_in_their_own_way(book, lecture):
    built = book.build(builder="text")
    text = (built.out / "lectures/bench/demos/coin.txt").read_text()
    assert "How often a coin falls heads" in text
    assert "0.500" in text
    assert "supported" in text
    assert Path(built.out / "lectures/bench/index.txt").read_text().count("[image: ") == 2
