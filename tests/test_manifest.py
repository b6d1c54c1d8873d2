"""Manifests: what could have changed a number, said in words; and where a run came from."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from cs25.manifest import (
    changed_files,
    differences,
    git_state,
    inputs_of,
    installed_version,
    key_of,
    listed,
    numerical_versions,
    provenance,
    usable_threads,
)

COIN = {"lecture": "bench", "demo": "coin", "run": "bench_lecture.coin:toss", "drawing": None}
DRAWN = "bench_lecture.coin:draw"


def inputs(**changes):
    fields = {**COIN, "parameters": {"tosses": 3, "widths": (1, 2)}, "seed": 0, "threads": 2}
    return inputs_of(**{**fields, **changes})


def test_a_key_depends_on_every_input(bench, monkeypatch):
    base = key_of(inputs())
    assert key_of(inputs()) == base
    others = [
        inputs(lecture="other"),
        inputs(demo="exact"),
        inputs(parameters={"tosses": 4, "widths": (1, 2)}),
        inputs(parameters={"tosses": 3.0, "widths": (1, 2)}),
        inputs(parameters={"tosses": 3, "widths": (2, 1)}),
        inputs(seed=1),
        inputs(seed=None),
        inputs(threads=1),
    ]
    monkeypatch.setattr("cs25.manifest.NUMERICAL", ("numpy", "rich"))
    others.append(inputs())
    assert len({base, *map(key_of, others)}) == len(others) + 1


def test_a_key_depends_on_the_code_and_not_on_the_figure(bench):
    base = key_of(inputs(drawing=DRAWN))
    path = bench.folder / "bench_lecture" / "coin.py"
    code = path.read_text()
    bench.write("bench_lecture/coin.py", code.replace('"Heads"', '"Tails"'))
    assert key_of(inputs(drawing=DRAWN)) == base
    assert key_of(inputs()) != base
    bench.write("bench_lecture/coin.py", code.replace("< 0.5", "< 0.6"))
    assert key_of(inputs(drawing=DRAWN)) != base


def test_inputs_are_as_json_reads_them_back(bench):
    made = inputs()
    assert json.loads(json.dumps(made)) == made
    assert made["parameters"]["widths"] == [1, 2]
    assert set(made["versions"]) == {"torch", "numpy", "transformers"}
    assert listed((1, 2)) == [1, 2]
    assert listed("ab") == "ab"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ({}, {}, []),
        ({"seed": 0}, {"seed": 0}, []),
        ({"seed": 0}, {"seed": 1}, ["seed was 0, is 1"]),
        ({"threads": 2}, {}, ["threads was 2, is None"]),
        ({"parameters": {"n": 1}}, {"parameters": {"n": 2}}, ["parameters n was 1, is 2"]),
        ({"parameters": {}}, {"parameters": {"n": 2}}, ["parameters n was None, is 2"]),
        ({"code": {"a": "1"}}, {"code": {"a": "2"}}, ["code of a changed"]),
        ({"code": {"a": "1"}}, {"code": {}}, ["code of a is gone"]),
        ({"code": {}}, {"code": {"a": "1"}}, ["code of a is new"]),
        ({"data": {"x.csv": "1"}}, {"data": {"x.csv": "2"}}, ["file x.csv changed"]),
        (
            {"code": {"a": "1", "b": "1"}, "seed": 0},
            {"code": {"a": "1", "b": "2"}, "seed": 1},
            ["code of b changed", "seed was 0, is 1"],
        ),
    ],
)
def test_differences_are_said_in_words(old, new, said):
    assert differences(old, new) == said


def test_files_that_changed_are_named(tmp_path):
    for name in ("same", "other", "folder"):
        (tmp_path / name).write_text("abc")
    digest = "ba7816bf8f01cfea4141"  # of "abc": FIPS 180-2, appendix B.1
    data = dict.fromkeys(("same", "other", "gone", "folder"), digest)
    (tmp_path / "other").write_text("abd")
    (tmp_path / "folder").unlink()
    (tmp_path / "folder").mkdir()
    assert changed_files(data, tmp_path) == ["other", "gone", "folder"]
    assert changed_files({}, tmp_path) == []


def test_versions_are_read_without_an_import():
    code = (
        "import sys; from cs25.manifest import numerical_versions\n"
        "assert numerical_versions()['numpy']\n"
        "assert not {'numpy', 'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    import numpy as np

    assert numerical_versions()["numpy"] == np.__version__
    assert installed_version("no-such-distribution") is None


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("12", 12)])
def test_threads_are_those_that_are_asked_for(monkeypatch, text, number):
    monkeypatch.setenv("CS25_THREADS", text)
    assert usable_threads() == number


@pytest.mark.parametrize("text", ["", "0", "-1", "many", "1.5"])
def test_threads_are_else_those_this_process_may_use(monkeypatch, text):
    monkeypatch.setenv("CS25_THREADS", text)
    if hasattr(os, "sched_getaffinity"):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3, 5})
        assert usable_threads() == 3
    else:
        assert usable_threads() == os.cpu_count()


def test_provenance_is_plain_data(tmp_path):
    about = provenance(distribution="no-such-distribution", folder=tmp_path)
    assert json.loads(json.dumps(about)) == about
    assert about["distribution_version"] is None
    assert about["git"] is None
    assert about["python"] == ".".join(map(str, sys.version_info[:3]))
    assert provenance(distribution="x", folder=None)["git"] is None


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_the_commit_is_told_and_whether_the_tree_was_dirty(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)  # a hook that runs the tests sets these

    def git(*words: str) -> str:
        identity = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
        command = ["git", "-C", str(tmp_path), *identity, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    assert git_state(tmp_path) is None  # no commit yet
    (tmp_path / ".gitignore").write_text("venv\n")
    package = tmp_path / "package"
    package.mkdir()
    (package / "a.py").write_text("x = 1\n")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    commit = git("rev-parse", "HEAD")
    assert git_state(package) == {"commit": commit, "dirty": False}
    (package / "results").mkdir()  # what recording writes makes nothing dirty
    (package / "results" / "demo.json").write_text("{}")
    assert git_state(package) == {"commit": commit, "dirty": False}
    (package / "a.py").write_text("x = 2\n")
    assert git_state(package) == {"commit": commit, "dirty": True}
    ignored = tmp_path / "venv" / "site-packages"
    ignored.mkdir(parents=True)
    assert git_state(ignored) is None


def test_without_git_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_state(tmp_path) is None
