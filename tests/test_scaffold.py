"""`cs25 new` makes a distribution that works as it stands."""

import errno
import json
import os
from pathlib import Path

import pytest

from cs25.errors import UsageError
from cs25.scaffold import LONGEST, plan_scaffold
from cs25.testing.contract import RULES

#: The shortest and the longest name: lines must neither break nor join.
NAMES = ("a", "a-lecture-of-thirty-characters")
#: Tests of the experiment, beside the contract's.
N_TESTS = 7


def test_a_new_lecture_is_told_file_by_file_and_where_to_go_next(cs25, tmp_path):
    said = cs25("new", "my-lecture", "--into", str(tmp_path))
    assert said.code == 0, said.err
    folder = tmp_path / "cs25-my-lecture"
    made = sorted(str(path) for path in folder.rglob("*") if path.is_file())
    assert sorted(said.out.splitlines()) == made
    assert str(folder / "cs25_my_lecture" / "notes.md") in made
    assert str(folder / ".github" / "workflows" / "tests.yml") in made
    assert "cs25 record my-lecture" in said.err
    texts = [Path(path).read_text(encoding="utf-8") for path in made]
    assert not any("{{" in text or "{%" in text for text in texts)


def test_a_dry_run_shows_the_same_and_writes_nothing(cs25, tmp_path):
    said = cs25("new", "my-lecture", "--into", str(tmp_path), "--dry-run")
    assert said.code == 0
    assert str(tmp_path / "cs25-my-lecture" / "pyproject.toml") in said.out.splitlines()
    assert "nothing was written" in said.err
    assert list(tmp_path.glob("cs25-*")) == []


def test_an_existing_folder_is_never_overwritten(cs25, tmp_path):
    folder = tmp_path / "cs25-my-lecture"
    folder.mkdir()
    for words in ((), ("--dry-run",)):
        said = cs25("new", "my-lecture", "--into", str(tmp_path), *words)
        assert said.code == 2
        assert "is there already, and nothing is overwritten" in said.err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["My-Lecture", "my_lecture", "2nd", "a--b", "a-", "", "a" * 31, "ä"]
)
def test_a_name_that_cannot_be_one_is_refused(cs25, tmp_path, name):
    said = cs25("new", name, "--into", str(tmp_path))
    assert said.code == 2
    assert "expected one like 'my-lecture'" in said.err
    assert list(tmp_path.glob("cs25-*")) == []


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("My Lecture!", "Try `cs25 new my-lecture`."),
        ("CS25_Pi", "Try `cs25 new pi`."),
        ("a" * 29 + "_bc", f"Try `cs25 new {'a' * 29}`."),
        ("2nd", ""),
        ("\N{GREEK SMALL LETTER PI}", ""),
    ],
)
def test_the_nearest_name_that_can_be_one_is_proposed(cs25, name, remedy):
    first, *more = cs25("new", name, "--dry-run").err.splitlines()
    assert first.endswith("at most 30 characters)")
    assert "".join(more) == remedy


def test_a_name_with_our_prefix_or_of_another_lecture_is_refused(cs25, bench, tmp_path):
    assert "Try `cs25 new pi`" in cs25("new", "cs25-pi").err
    said = cs25("new", "bench", "--into", str(tmp_path))
    assert said.code == 2
    assert "there is a lecture 'bench' already, from bench-lecture" in said.err


def test_a_place_that_cannot_be_written_is_told(cs25, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written"):
        plan_scaffold("pi", tmp_path / "file", taken={}).write()


def test_what_was_written_before_a_disk_was_full_is_removed(tmp_path, monkeypatch):
    write = Path.write_text

    def full(path: Path, *arguments, **options):
        if path.name == "notes.md":
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, *arguments, **options)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(UsageError, match="cs25-pi cannot be written: No space left on device"):
        plan_scaffold("pi", tmp_path, taken={}).write()
    assert list(tmp_path.iterdir()) == []


def test_the_next_step_can_be_copied_whatever_the_folder_is_called(cs25, tmp_path):
    said = cs25("new", "pi", "--into", str(tmp_path / "my own"))
    assert f"pip install -e '{tmp_path / 'my own' / 'cs25-pi'}'" in said.err


@pytest.fixture(scope="module")
def run(tmp_path_factory, environment):
    """Run programs where the two lectures were made and installed, as a stranger does it."""
    place = tmp_path_factory.mktemp("made")
    for name in NAMES:
        plan_scaffold(name, place, taken={}).write()
    environment.install(*(place / f"cs25-{name}" for name in NAMES))

    def run(*words: str, cwd: Path | str = ".", **variables: str):
        return environment.run(*words, cwd=place / cwd, **variables)

    return run


def test_a_made_lecture_is_listed_and_its_claims_hold(run):
    listed = json.loads(run("cs25", "list", "--json").stdout)["lectures"]
    states = {lecture["id"]: lecture["state"] for lecture in listed}
    assert [states[name] for name in NAMES] == ["ready", "ready"]
    said = run("cs25", "run", NAMES[1], "--seeds", "3", "--json")
    assert said.returncode == 0, said.stderr
    (ended,) = json.loads(said.stdout)["runs"]
    assert [claim["verdict"] for claim in ended["claims"]] == ["supported", "supported"]
    assert run("cs25", "notes", NAMES[1]).returncode == 0


def test_a_made_lecture_passes_its_own_tests_and_so_the_contract(run):
    said = run("cs25", "test", NAMES[1], "-q", "-rs")
    assert said.returncode == 0, said.stdout + said.stderr
    n_rules = len(RULES)  # one of them is skipped
    assert f"{N_TESTS + n_rules - 1} passed, 1 skipped" in said.stdout, said.stdout
    assert "not recorded" in said.stdout  # the one thing that a template cannot bring


def test_a_made_lecture_is_recorded_and_checked(run, tmp_path):
    said = run("cs25", "record", NAMES[0], "--into", str(tmp_path))
    assert said.returncode == 0, said.stderr
    assert "holds under the control" not in said.stderr
    desk = tmp_path / "desk"
    desk.mkdir()
    said = run("cs25", "check", NAMES[0], "--json", cwd=desk)
    assert said.returncode == 0, said.stdout
    rules = {rule["rule"]: rule["state"] for rule in json.loads(said.stdout)["contract"]["rules"]}
    assert {name for name, state in rules.items() if state != "passed"} == {"recorded"}
    assert list(desk.iterdir()) == []  # nothing is left where the author stands


def test_a_made_lecture_has_its_pages_in_the_book(run, tmp_path):
    others = f"emergence,scaled-attention,{NAMES[1]}"
    said = run("cs25", "docs", "build", "--out", str(tmp_path), "--strict", CS25_DISABLE=others)
    assert said.returncode == 0, said.stderr
    pages = tmp_path / "lectures" / NAMES[0]
    assert "is it the softmax that does it?" in (pages / "index.html").read_text("utf-8").lower()
    assert (pages / "demos" / "recall.html").is_file()


@pytest.mark.parametrize("name", NAMES)
def test_a_made_lecture_is_clean(run, name):
    for words in (("check", "."), ("format", "--check", "."), ("check", "--select", "RUF100", ".")):
        said = run("python", "-m", "ruff", *words, "--no-cache", cwd=f"cs25-{name}")
        assert said.returncode == 0, said.stdout


def test_a_made_lecture_is_typed(run):
    said = run("python", "-m", "mypy", "--cache-dir", os.devnull, cwd=f"cs25-{NAMES[1]}")
    assert said.returncode == 0, said.stdout + said.stderr


def test_names_reach_the_limit():
    assert len(NAMES[1]) == LONGEST
