"""A lecture of one file is tried without being installed."""

import json
import os
import sys

import pytest

from cs25.plugins import State, load_plugin, load_plugins

IDEA = '''
import random

from cs25 import AtLeast, Claim, Demo, Lecture, Measure, Result, hookimpl


@hookimpl
def cs25_lecture():
    claim = Claim("heads", "Coins fall heads", metric="heads", holds=AtLeast(0.2))
    demo = Demo("coin", run="an_idea:coin", summary="Toss", measures={"heads": "share"},
                claims=(claim,))
    return Lecture(id="an-idea-of-mine", title="An idea", demos=(demo,))


def coin(*, tosses: int = 500, seed: int = 0) -> Result:
    """Toss."""
    rng = random.Random(seed)
    return Result({"heads": Measure(sum(rng.random() < 0.5 for _ in range(tosses)) / tosses)})
'''


@pytest.fixture
def idea(tmp_path):
    folder = tmp_path / "desk"
    folder.mkdir()
    file = folder / "an_idea.py"
    file.write_text(IDEA, encoding="utf-8")
    yield file
    for name in ("an_idea", "another_idea"):
        sys.modules.pop(name, None)


def test_a_file_is_listed_under_its_cards_id_with_the_file_as_its_distribution(cs25, idea):
    before = list(sys.path)
    said = cs25("--plugin", str(idea), "list", "--json")
    assert said.code == 0, said.err
    found = {lecture["id"]: lecture for lecture in json.loads(said.out)["lectures"]}
    assert found["an-idea-of-mine"]["state"] == "ready"
    assert found["an-idea-of-mine"]["distribution"] == str(idea)
    assert sys.path == before
    assert "CS25_PLUGIN" not in os.environ
    assert "an-idea-of-mine" not in cs25("list").out


def test_a_demo_of_a_file_runs_in_a_process_of_its_own(cs25, idea, monkeypatch):
    monkeypatch.chdir(idea.parent)  # a relative name, and another folder for the process
    said = cs25("--plugin", idea.name, "run", "an-idea-of-mine", "--seeds", "3", "--json")
    assert said.code == 0, said.err
    (run,) = json.loads(said.out)["runs"]
    assert run["claims"][0]["verdict"] == "supported"


def test_several_files_are_named_by_the_environment_variable(cs25, idea, monkeypatch):
    other = idea.with_name("another_idea.py")
    other.write_text(IDEA.replace("an-idea-of-mine", "other"), encoding="utf-8")
    monkeypatch.setenv("CS25_PLUGIN", os.pathsep.join((str(idea), str(other))))
    said = cs25("list")
    assert "an-idea-of-mine" in said.out
    assert "other" in said.out
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert load_plugin("other").state is State.READY


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("missing.py", None, "there is no file"),
        ("folder", "/", "is a folder, expected a lecture's file\nA lecture with a folder"),
        ("notes.md", "# Notes", "expected a name like my_lecture.py"),
        ("my-idea.py", IDEA, "expected a name like my_lecture.py"),
        ("class.py", IDEA, "expected a name like my_lecture.py"),
        ("random.py", IDEA, "the name 'random' belongs to"),
    ],
)
def test_what_is_no_lectures_file_is_refused_before_anything_runs(
    cs25, tmp_path, name, text, message
):
    path = tmp_path / name
    if text == "/":
        path.mkdir()
    elif text is not None:
        path.write_text(text, encoding="utf-8")
    said = cs25("--plugin", str(path), "list")
    assert said.code == 2
    assert message in said.err
    assert said.out == ""


@pytest.mark.parametrize("command", [["list"], ["run", "emergence"], ["info", "emergence"]])
def test_the_option_behind_the_command_is_told_where_it_belongs(cs25, idea, command):
    said = cs25(*command, "--plugin", str(idea))
    assert said.code == 2
    assert said.err == (
        "cs25: No such option '--plugin'.\n"
        "`--plugin` stands before the command: `cs25 --plugin FILE list`.\n"
    )


def test_two_files_of_one_name_and_one_file_named_twice(cs25, idea, tmp_path):
    again = cs25("--plugin", str(idea), "--plugin", str(idea), "list", "--json")
    states = [
        lecture["state"]
        for lecture in json.loads(again.out)["lectures"]
        if lecture["id"] == "an-idea-of-mine"
    ]
    assert states == ["ready"]
    other = tmp_path / idea.name
    other.write_text(IDEA, encoding="utf-8")
    said = cs25("--plugin", str(idea), "--plugin", str(other), "list")
    assert said.code == 2
    assert f"the name 'an_idea' belongs to {idea}\nRename the file." in said.err


@pytest.mark.parametrize(
    ("text", "state", "reason"),
    [
        ("x = 1", State.INVALID, "a hook that returns a Lecture"),
        ("def f(:", State.BROKEN, "SyntaxError"),
        ("a\0b", State.BROKEN, "null bytes"),
        ("import sys; sys.exit(3)", State.BROKEN, "SystemExit: 3"),
        (f"import jax\n{IDEA}", State.HEAVY, "in the demo's own module or function"),
        (IDEA.replace('id="an-idea-of-mine"', 'id="em".upper()'), State.INVALID, "id"),
    ],
)
def test_a_file_that_is_no_lecture_is_listed_with_its_reason(
    idea, monkeypatch, text, state, reason
):
    idea.write_text(text, encoding="utf-8")
    monkeypatch.setenv("CS25_PLUGIN", str(idea))
    monkeypatch.setattr(sys, "path", list(sys.path))
    plugin = next(plugin for plugin in load_plugins() if plugin.distribution == str(idea))
    assert plugin.id == ("an-idea-of-mine" if "an-idea-of-mine" in text else "an-idea")
    assert plugin.state is state
    assert reason in plugin.reason


def test_a_file_with_the_id_of_an_installed_lecture_is_a_conflict(shelf, idea, monkeypatch):
    shelf.install("good", IDEA)
    idea.write_text(IDEA.replace("an-idea-of-mine", "good"), encoding="utf-8")
    monkeypatch.setenv("CS25_PLUGIN", str(idea))
    both = [plugin for plugin in load_plugins() if plugin.id == "good"]
    assert [plugin.state for plugin in both] == [State.CONFLICT, State.CONFLICT]
    assert str(idea) in both[0].reason
