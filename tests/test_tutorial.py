"""The lecture that the tutorial builds, installed from its own wheel into a fresh environment."""

import json
import shutil
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "docs" / "tutorial" / "example"
LECTURE = "scaled-attention"


@pytest.fixture(scope="module")
def run(environment, tmp_path_factory):
    """Run `cs25` where the lecture is installed, from a folder that has nothing to do with it."""
    environment.install(EXAMPLE)
    desk = tmp_path_factory.mktemp("desk")

    def run(*words: str, **variables: str) -> str:
        said = environment.run("cs25", *words, cwd=desk, **variables)
        assert said.returncode == 0, said.stdout + said.stderr
        assert list(desk.iterdir()) == []  # nothing is left where the reader stands
        return said.stdout

    return run


def test_it_is_listed_as_a_distribution_of_its_own_beside_the_courses(run, environment):
    listed = {lecture["id"]: lecture for lecture in json.loads(run("list", "--json"))["lectures"]}
    assert listed[LECTURE]["state"] == listed["emergence"]["state"] == "ready"
    assert listed[LECTURE]["distribution"] == "cs25-scaled-attention"
    where = environment.run(
        "python", "-c", "import cs25, cs25_scaled_attention as a; print(cs25.__file__, a.__file__)",
        cwd=environment.folder,
    ).stdout  # fmt: skip
    assert where.count(str(environment.folder)) == 2


def test_its_claims_are_supported(run):
    (ended,) = json.loads(run("run", LECTURE, "--seeds", "3", "--json"))["runs"]
    assert [claim["verdict"] for claim in ended["claims"]] == ["supported", "supported"]
    assert [figure["theme"] for figure in ended["figures"]] == ["light", "dark"]


def test_it_keeps_the_contract_and_passes_its_tests(run):
    rules = json.loads(run("check", LECTURE, "--json"))["contract"]["rules"]
    assert {rule["rule"] for rule in rules if rule["state"] != "passed"} == {"recorded"}
    assert "3 passed" in run("test", LECTURE)


def test_once_recorded_its_wheel_brings_the_results_and_the_book_its_pages(
    run, environment, tmp_path
):
    source, recorded, book = (tmp_path / name for name in ("source", "recorded", "book"))
    run("record", LECTURE, "--into", str(recorded))
    shutil.copytree(EXAMPLE, source)
    shutil.copytree(recorded / LECTURE, source / "cs25_scaled_attention" / "results")
    environment.install(source)
    rules = json.loads(run("check", LECTURE, "--json"))["contract"]["rules"]
    assert {rule["state"] for rule in rules} == {"passed"}
    # The course's own lecture only takes time; `tests/docs` builds the book with it.
    run("docs", "build", "--out", str(book), CS25_DISABLE="emergence")
    pages = book / "lectures" / LECTURE
    notes = (pages / "index.html").read_text(encoding="utf-8")
    assert "Why attention divides by the root of its width" in notes
    assert notes.count("supported") >= 2
    assert "not recorded" not in notes
    assert (pages / "demos" / "saturation.html").is_file()
