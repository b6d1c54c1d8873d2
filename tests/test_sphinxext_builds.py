"""How the book is built: again, in parallel, elsewhere, after a change, and by `cs25 docs`."""

import json
import os
import re
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTES = "# Coins\n\nHeads: {value}`bench.coin.heads`.\n\n```{demo} bench.coin\n```\n"


@pytest.fixture
def lecture(bench, book, record):
    bench.write("bench_lecture/notes.md", NOTES)
    record(0.5, 0.5, 0.52, 0.48, 0.5)
    return bench


def test_a_second_build_reads_nothing_and_writes_the_same(book, lecture):
    first = book.build().bytes()
    again = book.build()
    assert again.read == frozenset()
    assert again.bytes() == first


def test_an_edit_and_its_undo_leave_the_bytes_of_a_full_build(book, lecture):
    """Sphinx alone would lose the index entries of other pages, and keep words that are gone."""
    first = book.build().bytes()
    lecture.write("bench_lecture/notes.md", NOTES + "\n## Xylophone\n")
    book.write("words.md", "---\norphan: true\n---\n# Words\n\n{index}`tossing`\n")
    edited = book.build()
    assert edited.read == {"lectures/bench/index", "words"}
    assert all(word in edited.bytes()["searchindex.js"] for word in (b"xylophon", b"tossing"))
    lecture.write("bench_lecture/notes.md", NOTES)
    (book.sources / "words.md").unlink()
    assert book.build().bytes() == first


def test_the_search_knows_what_the_index_does_after_an_edit_of_another_page(book, lecture):
    def entries() -> dict:
        return json.loads(book.build().bytes()["searchindex.js"][16:-1])["indexentries"]

    before = entries()
    assert "toss() (in module bench_lecture.coin)" in before
    lecture.write("bench_lecture/notes.md", NOTES + "\nMore.\n")
    assert entries() == before


def test_a_changed_result_reads_its_own_pages_again(book, lecture, record):
    book.write("plain.md", "---\norphan: true\n---\n# Nothing of a lecture\n")
    assert "plain" in book.build().read
    record(0.4, 0.4, 0.42, 0.38, 0.4)
    again = book.build()
    assert again.read == {
        "lectures/index",
        "lectures/bench/index",
        "lectures/bench/claims",
        "lectures/bench/demos/coin",
    }
    assert 'cs25-value">0.4<' in again.page("lectures/bench/index")


def test_an_edit_of_the_code_that_changes_no_number_reads_its_reference_only(book, lecture):
    coin = (lecture.folder / "bench_lecture/coin.py").read_text()
    book.build()
    lecture.write("bench_lecture/coin.py", coin.replace("One half.", "A half."))
    assert book.build().read == {"lectures/bench/api/bench_lecture.coin"}


def test_a_figure_is_drawn_again_only_for_another_result(book, lecture, record, monkeypatch):
    from cs25.render import figure

    book.build()
    drawn = []
    whole = figure.save_figures
    monkeypatch.setattr(figure, "save_figures", lambda *a: drawn.append(a) or whole(*a))
    book.build()
    assert drawn == []
    record(0.1, 0.2, 0.3)
    book.build()
    assert len(drawn) == 1


PICTURE = """
from pathlib import Path

def draw():
    from matplotlib.figure import Figure
    figure = Figure()
    figure.add_subplot().plot([1, 2])
    figure.set_label(Path(__file__).with_name("words.txt").read_text())
    return figure
"""


def test_a_drawing_is_drawn_again_only_if_its_code_or_data_changed(book, lecture, monkeypatch):
    from cs25.render import figure

    lecture.write(
        "bench_lecture/notes.md", NOTES + "```{drawing} bench_lecture.picture:draw\n```\n"
    )
    lecture.write("bench_lecture/picture.py", PICTURE)
    lecture.write("bench_lecture/words.txt", "Two coins")
    assert "Two coins" in book.build().page("lectures/bench/index")
    drawn = []
    whole = figure.save_drawing
    monkeypatch.setattr(figure, "save_drawing", lambda *a: drawn.append(a) or whole(*a))
    lecture.write("bench_lecture/picture.py", "# A comment.\n" + PICTURE)
    assert book.build().read == {"lectures/bench/api/bench_lecture.picture"}
    assert drawn == []
    lecture.write("bench_lecture/words.txt", "Three coins")
    again = book.build()
    assert "lectures/bench/index" in again.read
    assert "Three coins" in again.page("lectures/bench/index")
    assert len(drawn) == 1
    before = again.bytes()
    lecture.write("bench_lecture/picture.py", PICTURE.replace("[1, 2]", "[1, 3]"))
    del sys.modules["bench_lecture.picture"]  # as in another process
    name = "_images/bench.bench_lecture.picture.draw.drawing.light.svg"
    assert book.build().bytes()[name] != before[name]
    assert len(drawn) == 2


def test_two_builds_in_two_folders_are_the_same_bytes(book, lecture):
    assert book.build("one").bytes() == book.build("two").bytes()


def test_two_processes_write_the_same_as_one(book, lecture):
    one, two = book.build("one"), book.build("two", jobs=2)
    assert len(one.read) > 5  # below that Sphinx does not split the work
    assert two.warnings == ""
    assert one.bytes() == two.bytes()


def test_what_this_machine_has_run_is_on_no_page(book, bench, cs25):
    before = book.build("before").bytes()
    assert cs25("run", "bench", "coin", "--seeds", "3").code == 0
    assert book.build("after").bytes() == before


def test_a_lecture_that_is_gone_leaves_no_page(book, lecture, monkeypatch):
    assert (book.build().out / "lectures/bench/claims.html").is_file()
    monkeypatch.setenv("CS25_DISABLE", os.environ["CS25_DISABLE"] + ",bench")
    built = book.build()
    assert (built.status, built.warnings) == (0, "")
    assert not list(built.out.glob("lectures/bench/**/*.html"))
    assert not (book.sources / "lectures/bench").exists()


def test_what_somebody_else_wrote_is_neither_overwritten_nor_removed(book, lecture):
    from sphinx.errors import ExtensionError

    book.write("lectures/bench/claims.md", "# Mine\n")
    with pytest.raises(ExtensionError, match=r"claims.md is in the way"):
        book.build()
    assert (book.sources / "lectures/bench/claims.md").read_text() == "# Mine\n"
    assert not (book.sources / "lectures/bench/index.md").exists()


@pytest.fixture
def docs(book, lecture, monkeypatch):
    """The miniature takes the place of the book that cs25 carries."""
    from cs25.sphinxext import book as carried

    (book.sources.parent / "CHANGELOG.md").write_text("# Changes\n")
    monkeypatch.setattr(carried, "_sources", lambda: book.sources)
    return book


def test_docs_build_builds_in_the_cache_and_prints_where(docs, cs25, cache):
    before = sorted(docs.sources.rglob("*"))
    said = cs25("docs", "build")
    assert (said.code, said.out) == (0, f"{cache}/book/html/index.html\n")
    assert "being built" in said.err
    page = (cache / "book/html/lectures/bench/index.html").read_text()
    assert 'cs25-value">0.5<' in page
    assert sorted(docs.sources.rglob("*")) == before


def test_docs_build_from_sources_that_cannot_be_written(docs, cs25, tmp_path):
    for path in (*docs.sources.rglob("*"), docs.sources):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert cs25("docs", "build", "--out", str(tmp_path / "pages")).code == 0
        docs.sources.chmod(0o755)
        (docs.sources / "index.md").chmod(0o644)
        docs.write("index.md", "# Another book\n\n```{toctree}\nlectures/index\n```\n")
        assert cs25("docs", "build", "--out", str(tmp_path / "pages")).code == 0
    finally:
        for path in (docs.sources, *docs.sources.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert "Another book" in (tmp_path / "pages/index.html").read_text()


def test_docs_build_waits_for_another_one_and_says_so(docs, cs25, cache):
    """Both would write the working copy and what was read of it."""
    (cache / "book").mkdir(parents=True)
    hold = "import filelock, sys\nwith filelock.FileLock('lock'): print('held'); sys.stdin.read()"
    command = [sys.executable, "-uc", hold]
    pipe, begun = subprocess.PIPE, []
    with subprocess.Popen(command, cwd=cache / "book", stdin=pipe, stdout=pipe) as other:
        assert other.stdout.readline() == b"held\n"

        def end() -> None:
            begun.extend((cache / "book").rglob("*.md"))
            other.stdin.close()

        timer = threading.Timer(1, end)
        timer.start()
        said = cs25("docs", "build")
        timer.join()
    assert (said.code, begun) == (0, [])
    assert "another build of the course reference is under way: waiting for its end" in said.err
    assert (cache / "book/html/lectures/bench/index.html").is_file()
    assert "waiting" not in cs25("docs", "build").err


def test_docs_build_says_that_the_cache_cannot_be_written(docs, cs25, cache, tmp_path):
    cache.write_text("a file where the folder should be")
    said = cs25("docs", "build", "--out", str(tmp_path / "pages"))
    assert said.code == 2
    assert f"the cache {cache} cannot be written" in said.err
    assert "CS25_CACHE_DIR" in said.err


def test_docs_build_puts_nothing_into_a_folder_with_other_files(docs, cs25, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis/chapter.tex").touch()
    said = cs25("docs", "build", "--out", str(tmp_path / "thesis"))
    assert said.code == 2
    assert "holds other files" in said.err
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["chapter.tex"]


def test_docs_build_says_what_is_wrong_and_ends_with_the_code_of_its_kind(docs, cs25, shelf):
    docs.write("index.md", "# A book\n\n{doc}`nowhere`\n\n```{toctree}\nlectures/index\n```\n")
    loose, strict = cs25("docs", "build"), cs25("docs", "build", "--strict")
    assert (loose.code, strict.code) == (0, 1)
    assert "unknown document: 'nowhere'" in loose.err
    assert "--strict allows none" in strict.err
    shelf.install("cs25_broken", "raise OSError('no disk')", lecture="broken")
    broken = cs25("docs", "build", "--strict")
    assert (broken.code, broken.err.splitlines()[-1]) == (
        3,
        "cs25: lecture 'broken' is broken: OSError: no disk (site/cs25_broken.py:1)",
    )
    docs.write("conf.py", "1 / 0\n")
    wrong = cs25("docs", "build")
    assert wrong.code == 1
    assert "the book cannot be built: Configuration error" in wrong.err
    assert "Traceback" not in wrong.err.splitlines()[0]


def test_docs_open_builds_once_and_shows_the_page(docs, cs25, cache, monkeypatch):
    import click

    shown = []
    monkeypatch.setattr(click, "launch", lambda url: shown.append(url) or 0)
    assert cs25("docs", "open").code == 0
    second = cs25("docs", "open")
    assert second.code == 0
    assert "being built" not in second.err
    assert shown == [(cache / "book/html/index.html").as_uri()] * 2


def test_a_wheel_carries_the_book_and_nothing_that_a_build_left(tmp_path):
    left = ROOT / "docs/lectures/nobodys-lecture"
    left.mkdir()
    try:
        (left / "index.md").touch()
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    finally:
        (left / "index.md").unlink()
        left.rmdir()
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    pages = {
        f"cs25/_book/{path.relative_to(ROOT / 'docs').as_posix()}"
        for path in (ROOT / "docs").rglob("*.md")
        if not re.fullmatch(r"docs/lectures/[^/]+/.*", path.relative_to(ROOT).as_posix())
    }
    assert pages <= names
    assert {"cs25/_book/conf.py", "cs25/CHANGELOG.md", "cs25_emergence/notes.md"} <= names
    assert not {name for name in names if name.startswith("cs25/_book/lectures/nobodys")}
