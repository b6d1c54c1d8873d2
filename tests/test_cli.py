"""The command line as a user meets it: what it prints, where, and with which exit code."""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cs25.cli.group import COMMANDS


def one_to_three_lines(text: str) -> bool:
    return 1 <= len(text.strip().splitlines()) <= 3 and "Traceback" not in text


def test_list_shows_every_lecture_with_its_state_and_exits_0(bench, cs25):
    bench.install("bad", "raise RuntimeError('oh')")
    said = cs25("list")
    assert said.code == 0
    assert "A bench for tests" in said.out
    assert "RuntimeError: oh (site/bad.py:1)" in said.out
    assert "broken" in said.out


def test_list_as_json_has_the_documented_fields(bench, cs25):
    bench.install("bad", "raise RuntimeError('oh')")
    document = json.loads(cs25("list", "--json").out)
    assert document["schema"] == 1
    lectures = {lecture["id"]: lecture for lecture in document["lectures"]}
    assert lectures["bench"] == {
        "id": "bench",
        "order": 90,
        "title": "A bench for tests",
        "speaker": "Nobody",
        "affiliation": "",
        "summary": "Demos that end in every way a demo can.",
        "state": "ready",
        "reason": None,
        "distribution": "bench-lecture",
        "version": "1.0",
        "demos": ["coin", "exact"],
        "n_claims": 5,
    }
    assert lectures["bad"]["state"] == "broken"
    assert lectures["bad"]["title"] is None


def test_list_of_a_lecture_shows_its_demos(bench, cs25):
    said = cs25("list", "bench")
    assert "How often a coin falls heads" in said.out


def test_info_shows_parameters_presets_measures_and_claims(bench, cs25):
    said = cs25("info", "bench", "coin")
    for text in (
        "--tosses", "a whole number from 1 to 1000; default 100", "long", "tosses=500",
        "share of heads", "Holds if heads at least 0.3", "Control: edge",
    ):  # fmt: skip
        assert text in said.out
    document = json.loads(cs25("info", "bench", "coin", "--json").out)
    assert document["demo"]["parameters"][0]["option"] == "--tosses"
    assert json.loads(cs25("info", "bench", "--json").out)["lecture"]["id"] == "bench"


def test_run_prints_numbers_figure_verdicts_and_paths(bench, cs25, cache):
    said = cs25("run", "bench", "coin", "--seeds", "5")
    assert said.code == 0
    for text in (
        "bench · coin",
        "heads",
        "share of heads",
        "⠤●⠤ heads",
        "✔ supported",
        "✘ contradicted",
    ):
        assert text in said.out
    assert "heads at least 0.3" in said.out
    report = said.out.strip().splitlines()[-1].split()[-1]
    assert report == str(cache / "reports/bench-coin.html")
    assert Path(report).read_text().startswith("<!doctype html>")
    assert "bench coin: 5 seeds" in said.err


def test_a_second_run_says_that_it_comes_from_the_store(bench, cs25):
    cs25("run", "bench", "coin")
    said = cs25("run", "bench", "coin")
    assert "from the store" in said.out
    assert said.err == ""


def test_stored_seeds_are_looked_up_once(bench, cs25, monkeypatch):
    from cs25 import entries

    read = []
    monkeypatch.setattr(
        "cs25.runner.find_entry", lambda *a: read.append(a) or entries.find_entry(*a)
    )
    monkeypatch.setattr("cs25.cost.find_entry", lambda *a: read.append(a) or entries.find_entry(*a))
    cs25("run", "bench", "coin", "--seeds", "2")
    said = cs25("run", "bench", "coin", "--seeds", "3")
    assert "bench coin: 3 seeds, about " in said.err
    assert len(read) == 2 + 3


def test_run_as_json_has_the_documented_fields(bench, cs25):
    document = json.loads(cs25("run", "bench", "coin", "--seeds", "3", "--json").out)
    assert document["schema"] == 1
    (run,) = document["runs"]
    assert {
        "lecture", "demo", "state", "error", "parameters", "preset", "seeds", "cached", "duration_s",
        "peak_memory_mib", "measures", "tables", "figures", "animations", "claims", "manifest",
    } <= set(run)  # fmt: skip
    heads = run["measures"]["heads"]
    assert {"value", "unit", "low", "high", "n", "per_seed"} <= set(heads)
    assert run["tables"][0]["columns"] == ["seed", "heads"]
    assert {"path", "alt"} <= set(run["figures"][0])
    names = {"id", "statement", "criterion", "measured", "low", "high", "met", "verdict"}
    assert names <= set(run["claims"][0])
    assert {"versions", "git", "code", "threads", "platform", "processor", "started"} <= set(
        run["manifest"]
    )


def test_a_whole_lecture_runs_every_demo(bench, cs25):
    said = cs25("run", "bench")
    assert "[1/2] bench coin" in said.err
    assert "[2/2] bench exact" in said.err
    assert "half at least 0.5" in said.out


def test_options_of_a_demo_take_what_its_signature_declares(bench, cs25):
    said = cs25("run", "bench", "coin", "--tosses", "7", "--json")
    assert json.loads(said.out)["runs"][0]["parameters"] == {"tosses": 7, "control": "none"}
    said = cs25("run", "bench", "coin", "--control", "--json")
    assert json.loads(said.out)["runs"][0]["parameters"]["control"] == "edge"
    said = cs25("run", "bench", "coin", "--help")
    assert "--tosses INTEGER" in said.out
    assert "how often. [a whole number from 1 to 1000; default:" in " ".join(said.out.split())


def test_dry_run_says_what_would_run_and_about_how_long(bench, cs25, cache):
    said = cs25("run", "bench", "--dry-run")
    assert "bench coin: 1 to run, not run before, so nothing tells how long" in said.out
    assert not (cache / "results").exists()
    cs25("run", "bench", "coin", "--seeds", "2")
    said = cs25("run", "bench", "coin", "--seeds", "2", "--dry-run")
    assert "bench coin: stored" in said.out
    said = cs25("run", "bench", "coin", "--seeds", "4", "--dry-run")
    assert "bench coin: 2 to run, about " in said.out


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["rnu"], 2, "no command 'rnu'"),
        (["run"], 2, "Missing argument 'LECTURE'"),
        (["run", "bnech"], 2, "did you mean 'bench'?"),
        (["run", "bench", "coim"], 2, "did you mean 'coin'?"),
        (["run", "bench", "coin", "--toses", "3"], 2, "--tosses"),
        (["run", "bench", "--tosses", "3"], 2, "`cs25 run bench DEMO --tosses ...`"),
        (["run", "bench", "coin", "--tosses", "0"], 2, "'0' is not a whole number from 1 to 1000"),
        (["run", "bench", "coin", "--tosses", "many"], 2, "'many' is not a whole number"),
        (["run", "bench", "coin", "--seeds", "0"], 2, "0 is not in the range"),
        (["run", "bench", "coin", "--seed", "-1"], 2, "-1 is not in the range"),
        (["run", "bench", "coin", "--preset", "lnog"], 2, "did you mean 'long'?"),
        (["run", "bench", "exact", "--control"], 2, "bench exact has no control"),
        (["run", "bench", "coin", "--report", "no/such/folder/r.html"], 2, "there is no folder"),
        (["run", "bench", "coin", "--report", "."], 2, ". is a folder"),
        (["run", "bench", "coin", "--report", "/proc/r.html"], 2, "/proc/r.html cannot be written"),
        (["run", "bad"], 3, "lecture 'bad' is broken: RuntimeError: oh"),
        (["info", "bench", "coim"], 2, "did you mean 'coin'?"),
        (["notes", "bnech"], 2, "did you mean 'bench'?"),
        (["test", "bench"], 2, "lecture 'bench' ships no tests"),
        (["runs", "show", "abc"], 2, "no run 'abc'"),
        (["runs", "list", "bnech"], 2, "no lecture 'bnech' (there is: "),
        (["runs", "clear"], 2, "`clear` asks before it removes anything Add --yes."),
        (["runs", "clear", "--older-than", "old", "--yes"], 2, "expected a number with s, m, h, d"),
        (["record", "bench", "coin", "--preset", "smoke"], 2, "no recorded preset 'smoke'"),
        (["completion", "tcsh"], 2, "'tcsh' is not one of"),
    ],
)  # fmt: skip
def test_bad_input_gives_a_short_message_and_runs_nothing(bench, cs25, cache, words, code, message):
    bench.install("bad", "raise RuntimeError('oh')")
    said = cs25(*words)
    assert said.code == code
    assert message in " ".join(said.err.split())
    assert one_to_three_lines(said.err), said.err
    assert said.out == ""
    assert not (cache / "results").exists()


def test_traceback_shows_more(bench, cs25):
    assert "Traceback" not in cs25("run", "bench", "coim").err
    assert "Traceback" in cs25("run", "bench", "coim", "--traceback").err


FAILING = """
from cs25 import Demo, Lecture, Measure, RequirementError, Result, hookimpl

@hookimpl
def cs25_lecture():
    return Lecture(id="failing", title="t", demos=tuple(
        Demo(name, run=f"failing:{name}", summary="s") for name in ("needs", "fine", "fails")))

def needs():
    raise RequirementError("no model", remedy="`get model` brings it.")

def fine():
    return Result({"x": Measure(1)})

def fails():
    raise ValueError("no")
"""


def test_a_demo_that_fails_or_is_skipped_does_not_stop_the_others(shelf, cs25):
    shelf.install("failing", FAILING)
    said = cs25("run", "failing", "--json")
    runs = json.loads(said.out)["runs"]
    assert [run["state"] for run in runs] == ["skipped", "done", "failed"]
    assert said.code == 1
    assert cs25("run", "failing", "needs").code == 4
    assert cs25("run", "failing", "fine").code == 0
    assert "`get model` brings it." in cs25("run", "failing", "needs").out
    assert "ValueError: no" in cs25("run", "failing", "fails", "--traceback").err


def test_a_module_that_cannot_be_imported_fails_its_demo_only(bench, cs25):
    bench.write("bench_lecture/coin.py", "import no_such_module")
    said = cs25("run", "bench")
    assert said.code == 1
    assert "No module named 'no_such_module'" in " ".join(said.out.split())
    assert cs25("run", "bench", "coin").code == 3


def test_strict_fails_on_a_contradicted_claim(bench, cs25):
    assert cs25("run", "bench", "coin", "--seeds", "5", "--strict").code == 1
    assert cs25("run", "bench", "exact", "--strict").code == 0


def test_report_is_written_where_it_was_asked_for(bench, cs25, tmp_path):
    path = tmp_path / "report.html"
    cs25("run", "bench", "coin", "--report", str(path))
    html = path.read_text()
    assert "data:image/svg+xml;base64," in html
    assert "https://" not in html.replace("http://www.w3.org", "")


def test_claims_take_the_latest_run_until_something_is_recorded(bench, cs25):
    def verdicts(**expected):
        rows = json.loads(cs25("claims", "bench", "--json").out)["claims"]
        return {row["id"]: (row["verdict"], row["origin"], row["stale"]) for row in rows}

    assert verdicts()["fair"] == ("untested", "none", False)
    cs25("run", "bench", "coin", "--seeds", "5", "--tosses", "9")
    assert verdicts()["fair"] == ("untested", "none", False)
    cs25("run", "bench", "coin", "--seeds", "5")
    assert verdicts()["fair"] == ("supported", "run", False)
    assert verdicts()["long"] == ("untested", "none", False)
    assert cs25("record", "bench", "coin").code == 0
    assert verdicts()["fair"] == ("supported", "recorded", False)
    assert verdicts()["never"] == ("contradicted", "recorded", False)
    assert verdicts()["long"] == ("supported", "recorded", False)
    coin = (bench.folder / "bench_lecture/coin.py").read_text()
    bench.write("bench_lecture/coin.py", coin.replace("< 0.5", "< 0.50"))
    assert verdicts()["fair"] == ("supported", "recorded", False)  # formatting
    bench.write("bench_lecture/coin.py", coin.replace("< 0.5", "< 0.6"))
    assert verdicts()["fair"] == ("supported", "recorded", True)
    (row, *_) = json.loads(cs25("claims", "bench", "--json").out)["claims"]
    assert {
        "lecture", "demo", "id", "statement", "criterion", "measured", "low", "high", "n", "paper",
        "verdict", "origin", "stale", "seeds",
    } <= set(row)  # fmt: skip
    assert row["seeds"] == [100, 101, 102, 103, 104]


def test_record_check_names_what_is_stale_and_verify_stamps_what_still_agrees(bench, cs25):
    said = cs25("record", "bench", "--check")
    assert said.code == 1
    assert "bench coin (default): not recorded" in said.out
    assert cs25("record", "bench").code == 0
    said = cs25("record", "bench", "--check")
    assert (said.code, said.out) == (0, "every recorded result is current\n")
    coin = (bench.folder / "bench_lecture/coin.py").read_text()
    bench.write("bench_lecture/coin.py", coin.replace("0.5 for _", "1 / 2 for _"))
    said = cs25("record", "bench", "--check")
    assert said.code == 1
    assert "bench coin (default): code of bench_lecture.coin changed" in said.out
    said = cs25("record", "bench", "--verify")
    assert "bench coin (default): one seed gives the same numbers" in said.out
    assert cs25("record", "bench", "--check").code == 0
    bench.write("bench_lecture/coin.py", coin.replace("< 0.5", "< 0.6"))
    said = cs25("record", "bench", "coin", "--verify")
    assert said.code == 1
    assert "record it anew" in said.out


def test_a_criterion_changed_after_recording_shows(bench, cs25):
    cs25("record", "bench", "coin")
    card = (bench.folder / "bench_lecture/__init__.py").read_text()
    bench.write("bench_lecture/__init__.py", card.replace("AtLeast(0.3)),", "AtLeast(0.35)),", 1))
    sys.modules.pop("bench_lecture")
    said = cs25("record", "bench", "coin", "--check")
    assert "criterion of fair changed after recording" in said.out
    rows = json.loads(cs25("claims", "bench", "--json").out)["claims"]
    assert rows[0]["stale"]
    assert rows[0]["reasons"] == ["criterion changed after recording"]
    said = cs25("record", "bench", "coin", "--verify")  # new numbers alone can settle that
    assert said.code == 1
    assert "a criterion changed after recording: record it anew" in said.out
    assert cs25("record", "bench", "coin", "--check").code == 1


NOTES = """# Coins

```{claim} bench.fair
```

Recorded: {value}`bench.coin.heads`.
"""


@pytest.fixture
def damaged(bench, cs25):
    """The bench with one bundle that is intact and one that cannot be read."""
    cs25("record", "bench", "exact")
    bench.write("bench_lecture/results/coin.json", "{")
    bench.write("bench_lecture/notes.md", NOTES)
    return bench


@pytest.mark.parametrize("words", [["claims"], ["claims", "--json"], ["notes"], ["run", "coin"]])
def test_a_bundle_that_cannot_be_read_costs_one_warning_with_a_remedy(damaged, cs25, words):
    said = cs25(words[0], "bench", *words[1:])
    assert said.code == 0
    assert said.err.count("coin.json cannot be read (JSONDecodeError") == 1
    assert "it counts as not recorded\nMake it anew with `cs25 record`." in said.err


def test_a_bundle_that_cannot_be_read_leaves_its_claims_untested_and_the_others_stand(
    damaged, cs25
):
    rows = json.loads(cs25("claims", "--json").out)["claims"]
    verdicts = {row["id"]: row["verdict"] for row in rows if row["lecture"] == "bench"}
    untested = dict.fromkeys(("fair", "never", "more", "long"), "untested")
    assert verdicts == {**untested, "half": "supported"}


def test_a_past_run_is_shown_beside_a_bundle_that_cannot_be_read(damaged, cs25):
    cs25("run", "bench", "coin")
    (run,) = [
        run
        for run in json.loads(cs25("runs", "list", "--json").out)["runs"]
        if run["demo"] == "coin"
    ]
    said = cs25("runs", "show", run["id"])
    assert said.code == 0
    assert "heads" in said.out
    assert "coin.json cannot be read" in said.err


def test_a_bundle_that_cannot_be_read_is_a_problem_of_record_until_it_is_made_anew(damaged, cs25):
    for option in ("--check", "--verify"):
        said = cs25("record", "bench", option)
        assert said.code == 1
        (line,) = said.out.splitlines()
        assert line.startswith("bench coin: ")
        assert "coin.json cannot be read (JSONDecodeError" in line
        assert line.endswith("Make it anew with `cs25 record`.")
    findings = json.loads(cs25("doctor", "--json").out)["findings"]
    (finding,) = [f for f in findings if f["check"] == "results of bench"]
    assert finding["level"] == "error"
    assert "coin.json cannot be read" in finding["message"]
    said = cs25("record", "bench", "coin")
    assert said.code == 0
    assert "it is replaced" in said.err
    assert cs25("record", "bench", "--check").code == 0


def test_record_writes_elsewhere_if_told_to(bench, cs25, tmp_path):
    said = cs25("record", "bench", "exact", "--into", str(tmp_path / "out"))
    assert said.out == f"{tmp_path}/out/bench/exact.json\n"
    bundle = json.loads((tmp_path / "out/bench/exact.json").read_text())
    assert bundle["recordings"]["default"]["results"][0]["measures"]["half"]["value"] == 0.5


def test_runs_lists_shows_compares_and_clears(bench, cs25, cache):
    assert cs25("runs").out == "No run is kept.\n"
    cs25("run", "bench", "coin")
    cs25("run", "bench", "coin", "--tosses", "50")
    runs = json.loads(cs25("runs", "list", "--json").out)["runs"]
    assert len(runs) == 2
    assert "bench coin" in cs25("runs").out
    by_tosses = {run["parameters"]["tosses"]: run["id"] for run in runs}
    said = cs25("runs", "show", by_tosses[50])
    assert "tosses=50" in said.out
    assert "processor" in said.out
    said = cs25("runs", "diff", by_tosses[100], by_tosses[50])
    assert said.out.splitlines()[0] == "parameters tosses was 100, is 50"
    assert "heads: 0.37 -> " in said.out
    assert "removed 0 folders" in cs25("runs", "clear", "--older-than", "1h", "--yes").out
    assert cs25("runs", "clear", "--yes").code == 0
    assert cs25("runs").out == "No run is kept.\n"


CHANGING = """
from cs25 import Demo, Lecture, Measure, Result, hookimpl

@hookimpl
def cs25_lecture():
    return Lecture(id="changing", title="t", demos=(Demo("gain", run="changing:gain", summary="s"),))

def gain(*, steps: int = 1):
    size = {"size": Measure(2.0)} if steps > 1 else {"none": Measure(1.0)}
    return Result({"steps": Measure(steps), **size})
"""


def test_measures_that_one_of_two_runs_lacks_are_compared_too(shelf, cs25):
    shelf.install("changing", CHANGING)
    for steps in ("1", "2"):
        cs25("run", "changing", "gain", "--steps", steps)
    runs = json.loads(cs25("runs", "list", "--json").out)["runs"]
    ids = [run["id"] for run in sorted(runs, key=lambda run: run["parameters"]["steps"])]
    assert cs25("runs", "diff", *ids).out.splitlines() == [
        "parameters steps was 1, is 2",
        "steps: 1 -> 2 (+1)",
        "none: 1 -> not measured",
        "size: not measured -> 2",
    ]
    measures = json.loads(cs25("runs", "diff", *ids, "--json").out)["measures"]
    assert measures == {"steps": [1.0, 2.0], "none": [1.0, None], "size": [None, 2.0]}


def test_runs_of_a_lecture_are_listed_though_it_is_no_longer_installed(bench, cs25):
    assert cs25("runs", "list", "bench").out == "No run is kept.\n"
    cs25("run", "bench", "exact")
    shutil.rmtree(bench.folder / "bench_lecture-1.0.dist-info")
    importlib.invalidate_caches()
    said = cs25("runs", "list", "bench")
    assert said.code == 0
    assert "bench exact" in said.out
    said = cs25("runs", "list", "bnech")
    assert said.code == 2
    assert "did you mean 'bench'?" in said.err


def test_doctor_finds_what_is_broken_and_exits_1(bench, cs25):
    document = json.loads(cs25("doctor", "--json").out)
    assert document["schema"] == 1
    assert set(document["findings"][0]) == {"check", "level", "message", "remedy"}
    assert all(f["remedy"] for f in document["findings"] if f["level"] == "error")
    bench.install("bad", "raise RuntimeError('oh')")
    said = cs25("doctor")
    assert said.code == 1
    assert "set CS25_DISABLE=bad" in " ".join(said.out.split())


def test_what_is_piped_has_no_blanks_at_the_ends_of_its_lines(bench, cs25):
    bench.install("bad", "raise RuntimeError('oh')")  # its row has empty cells
    cs25("run", "bench", "coin")
    for words in ("list", "list bench", "info bench coin", "notes bench", "claims", "runs"):
        lines = cs25(*words.split()).out.splitlines()
        assert lines, words
        assert [line for line in lines if line != line.rstrip()] == [], words


def test_a_path_longer_than_a_line_is_piped_whole(bench, cs25, monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "20")
    path = tmp_path / ("long-" * 10 + "name.html")
    assert cs25("run", "bench", "exact", "--report", str(path)).out.endswith(f"  {path}\n")


def test_notes_are_printed_with_a_title(bench, cs25):
    assert "A coin is fair." in cs25("notes", "bench").out
    assert cs25("notes", "bench", "--raw").out.startswith("# Coins")


def test_notes_of_several_parts_follow_one_another_under_their_numbers(two_parts, cs25):
    out = cs25("notes", "bench").out
    places = [
        out.index(words)
        for words in (
            "Part 1 of 2: notes",
            "Coins",
            "A coin is fair.",
            "Part 2 of 2: long-run",
            "In the long run",
            "It is fair, too.",
        )
    ]
    assert places == sorted(places)
    assert cs25("notes", "bench", "--raw").out == (
        "# Coins\n\nA coin is fair.\n\n# In the *long* run\n\nIt is fair, too.\n\n"
    )


@pytest.mark.parametrize("part", ["2", "long-run"])
def test_one_part_of_the_notes_is_shown_by_number_or_name(two_parts, cs25, part):
    out = cs25("notes", "bench", part).out
    assert "Part 2 of 2" in out
    assert "It is fair, too." in out
    assert "Coins" not in out
    raw = cs25("notes", "bench", part, "--raw").out
    assert raw == "# In the *long* run\n\nIt is fair, too.\n\n"


@pytest.mark.parametrize("part", ["0", "3", "long-rnu"])
def test_a_part_that_is_not_there_is_named_with_those_that_are(two_parts, cs25, part):
    said = cs25("notes", "bench", part)
    assert (said.code, said.out) == (2, "")
    assert f"no part of the notes of bench '{part}' (there is: notes, long-run)" in said.err
    assert ("did you mean 'long-run'?" in said.err) == (part == "long-rnu")


def test_notes_of_one_part_have_no_number(bench, cs25):
    assert "Part" not in cs25("notes", "bench").out
    assert cs25("notes", "bench", "1").out == cs25("notes", "bench", "notes").out
    assert cs25("notes", "bench", "1").out == cs25("notes", "bench").out


def test_info_tells_every_file_of_the_notes(two_parts, cs25):
    card = json.loads(cs25("info", "bench", "--json").out)["lecture"]
    assert card["notes"] == "notes.md"
    assert card["notes_files"] == ["notes.md", "long-run.md"]
    assert re.search(r"cs25 notes bench 2 +long-run\.md", cs25("info", "bench").out)


def test_info_of_a_lecture_without_notes_has_none(shelf, cs25):
    code = "from cs25 import Lecture, hookimpl\n\n@hookimpl\ndef cs25_lecture():\n"
    shelf.install("bare_lecture", code + "    return Lecture(id='bare-lecture', title='t')\n")
    card = json.loads(cs25("info", "bare-lecture", "--json").out)["lecture"]
    assert (card["notes"], card["notes_files"]) == (None, [])


def test_notes_sketch_a_drawing_and_what_it_prints_is_no_part_of_them(bench, cs25):
    bench.write("bench_lecture/notes.md", "# A\n\n```{drawing} bench_lecture.picture:draw\n```\n")
    bench.write(
        "bench_lecture/picture.py",
        """
        def draw():
            from matplotlib.figure import Figure
            print("noise")
            figure = Figure()
            figure.add_subplot(title="Coins by age").plot([1, 2])
            return figure
        """,
    )
    said = cs25("notes", "bench")
    assert said.code == 0
    assert "Coins by age" in said.out
    assert "noise" not in said.out
    bench.write("bench_lecture/notes.md", "```{drawing} bench_lecture.picture:gone\n```\n\nMore.\n")
    said = cs25("notes", "bench")
    assert said.code == 0
    assert "[no drawing: bench_lecture.picture has no function 'gone'" in said.out
    assert "More." in said.out


def test_a_lectures_tests_run_wherever_the_user_stands(bench, cs25, tmp_path, monkeypatch):
    card = (bench.folder / "bench_lecture/__init__.py").read_text()
    card = card.replace('notes="notes.md",', 'notes="notes.md", tests="bench_lecture.tests",')
    bench.write("bench_lecture/__init__.py", card)
    bench.write("bench_lecture/tests/__init__.py", "")
    bench.write("bench_lecture/tests/test_it.py", "def test_it():\n    assert 1 + 1 == 2\n")
    project = tmp_path / "project"  # somebody's own, whose settings are none of the lecture's
    project.mkdir()
    (project / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    monkeypatch.chdir(project)
    said = cs25("test", "bench")
    assert said.code == 0
    assert "1 passed" in said.out
    bench.write("bench_lecture/tests/test_it.py", "def test_it():\n    assert 1 + 1 == 3\n")
    assert cs25("test", "bench", "-x").code == 1


def fresh(*words: str, cwd: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run cs25 in an interpreter of its own."""
    path = os.pathsep.join(filter(None, sys.path))
    return subprocess.run(
        [sys.executable, "-m", "cs25", *words],
        capture_output=True, text=True, check=False, cwd=cwd,
        env={**os.environ, "PYTHONPATH": path, **environment},
    )  # fmt: skip


@pytest.mark.parametrize("words", [["list"], ["--help"], ["list", "--json"], ["--version"]])
def test_listing_imports_nothing_heavy(bench, tmp_path, words):
    code = (
        "import sys; from cs25.cli import main; main(sys.argv[1:]);"
        "heavy = 'torch numpy scipy matplotlib transformers rich.markdown jinja2 plotext pytest';"
        "sys.exit(' '.join(m for m in heavy.split() if m in sys.modules))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True, text=True, check=False, env=environment, cwd=tmp_path,
    )  # fmt: skip
    assert done.stderr == "\n" or done.stderr == ""
    assert "emergence" in done.stdout or words in (["--help"], ["--version"])


def test_a_run_from_the_store_imports_nothing_heavy(bench, cs25, tmp_path):
    cs25("run", "bench", "coin", "--seeds", "5")
    code = (
        "import sys; from cs25.cli import main;"
        "main(['run', 'bench', 'coin', '--seeds', '5']);"
        "sys.exit(' '.join(m for m in ('torch', 'matplotlib') if m in sys.modules))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=False, env=environment, cwd=tmp_path,
    )  # fmt: skip
    assert "from the store" in done.stdout
    assert done.stderr.strip() == ""


def test_a_closed_pipe_ends_silently_with_0(bench, tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.Popen(
        [sys.executable, "-m", "cs25", "info", "bench", "coin"],
        stdout=writer, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    os.close(writer)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_the_line_that_installs_it(cs25, shell):
    assert "_CS25_COMPLETE" in cs25("completion", shell).out


def complete(words: str, cwd: Path) -> list[str]:
    """Ask as bash does what may stand at the end of a line."""
    done = fresh(
        cwd=cwd, _CS25_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(words.count(" "))
    )
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_completion_of_lectures_demos_and_options(bench, cs25, tmp_path):
    assert complete("cs25 run ben", tmp_path) == ["bench"]
    assert complete("cs25 run bench c", tmp_path) == ["coin"]
    # The demo's module is not imported for completion: its options are known once it was looked at.
    assert "--tosses" not in complete("cs25 run bench coin --tos", tmp_path)
    cs25("info", "bench", "coin")
    assert complete("cs25 run bench coin --tos", tmp_path) == ["--tosses"]


@pytest.mark.parametrize(
    ("words", "presets"),
    [
        ("cs25 run bench coin --preset ", ["default", "smoke", "long"]),
        ("cs25 run bench coin --seeds 2 --preset l", ["long"]),
        ("cs25 run bench --preset s", ["smoke"]),
        ("cs25 run bench exact --preset ", ["default"]),
        ("cs25 record bench coin --preset ", ["default", "long"]),
    ],
)
def test_completion_of_presets(bench, tmp_path, words, presets):
    assert complete(words, tmp_path) == presets


def test_completion_of_past_runs(bench, cs25, tmp_path):
    cs25("run", "bench", "coin")
    cs25("run", "bench", "exact")
    ids = [run["id"] for run in json.loads(cs25("runs", "list", "--json").out)["runs"]]
    assert complete("cs25 runs show ", tmp_path) == ids
    assert complete(f"cs25 runs diff {ids[0]} {ids[1][:7]}", tmp_path) == [ids[1]]


@pytest.mark.parametrize("words", ["cs25 run bench coin --preset ", "cs25 runs show "])
def test_completion_imports_nothing_heavy(bench, tmp_path, words):
    code = (
        "import sys; from cs25.cli import main\n"
        "try: main([])\n"
        "finally: print([m for m in ('torch', 'numpy', 'scipy', 'matplotlib', 'rich', "
        "'bench_lecture.coin') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
             "_CS25_COMPLETE": "bash_complete", "COMP_WORDS": words,
             "COMP_CWORD": str(words.count(" "))},
    )  # fmt: skip
    assert done.stderr == "[]\n"


COMMANDING = """
import click
from cs25 import Command, Lecture, hookimpl

@hookimpl
def cs25_lecture():
    return Lecture(id="extra", title="t")

@hookimpl
def cs25_commands():
    return [Command("greet", "extra:greet", "Say hello."), Command("list", "extra:greet", "Shadow.")]

@click.command()
def greet():
    click.echo("hello")
"""


def test_a_plugin_adds_a_command_and_shadows_none(shelf, cs25):
    shelf.install("extra", COMMANDING)
    assert cs25("greet").out == "hello\n"
    help_text = cs25("--help").out
    assert "Say hello. (extra)" in help_text
    assert "Shadow" not in help_text
    assert "extra" in cs25("list").out


def test_two_plugins_with_one_command_are_named_once(shelf, cs25):
    shelf.install("extra", COMMANDING)
    other = COMMANDING.replace('"extra', '"other').replace("hello", "good evening")
    shelf.install("other", other, distribution="other-lectures")
    told = "command 'greet' is offered by extra and by other-lectures: that of extra is used"
    for words in (["greet"], ["--help"], ["gret"]):
        said = cs25(*words)
        assert said.err.count(told) == 1, words
        assert said.err.count("command 'list' of extra is left out: cs25 has its own") == 1, words
    assert cs25("greet").out == "hello\n"
    assert cs25("list").err == ""  # a core command asks no plugin for its own
    findings = json.loads(cs25("doctor", "--json").out)["findings"]
    assert {"commands": "warning"}.items() <= {
        f["check"]: f["level"] for f in findings if told in f["message"]
    }.items()


def test_help_of_the_group_says_of_each_command_what_the_command_says(cs25):
    from importlib import import_module

    for name, line in COMMANDS.items():
        command = import_module(f"cs25.cli.{name}").command
        assert command.help.splitlines()[0] == line, name


def test_quiet_says_nothing_on_standard_error(bench, cs25):
    assert cs25("run", "bench", "coin", "--quiet").err == ""


def test_every_option_has_an_environment_variable(bench, cs25, monkeypatch):
    monkeypatch.setenv("CS25_RUN_SEEDS", "3")
    monkeypatch.setenv("CS25_RUN_TOSSES", "9")
    run = json.loads(cs25("run", "bench", "coin", "--json").out)["runs"][0]
    assert run["seeds"] == [0, 1, 2]
    assert run["parameters"]["tosses"] == 9


@pytest.mark.parametrize(
    ("offered", "told"),
    [
        ("['greet']", "returned 'greet', expected a sequence of cs25.{record}"),
        ("'greet'", "returned 'greet', expected a sequence of cs25.{record}"),
        ("5", "returned 5, expected a sequence of cs25.{record}"),
        ("(_ for _ in ()).throw(SystemExit(7))", "raised SystemExit: 7 (site/extra.py:{line})"),
        ("print('printed')", ""),
    ],
)
def test_a_plugin_that_offers_nonsense_is_mentioned_and_stops_nothing(shelf, cs25, offered, told):
    hooks = COMMANDING.partition("@hookimpl\ndef cs25_commands")[0]
    lines = {}
    for hook in ("cs25_commands", "cs25_health"):
        hooks += f"@hookimpl\ndef {hook}():\n    return {offered}\n\n"
        lines[hook] = hooks.count("\n") - 1
    shelf.install("extra", hooks)
    said = cs25("--help")
    assert said.code == 0
    message = told.format(record="Command", line=lines["cs25_commands"])
    assert said.err == (f"cs25: cs25_commands of extra {message}\n" if told else "printed\n")
    assert "printed" not in said.out
    assert cs25("nonsense").code == 2
    findings = json.loads(cs25("doctor", "--json").out)["findings"]
    messages = [finding["message"] for finding in findings if finding["level"] == "error"]
    message = told.format(record="Finding", line=lines["cs25_health"])
    assert messages == ([f"cs25_health of extra {message}"] if told else [])


def test_a_heavy_lecture_says_so_once_to_whoever_names_it(shelf, cs25):
    shelf.write("jax.py", "")
    demo = "def d(*, n: int = 1):\n    return Result({'x': Measure(n)})\n"
    card = FAILING.partition("def needs")[0].replace('"needs", "fine", "fails"', '"d",')
    shelf.install("failing", "import jax\n" + card + demo)
    for words in (["list"], ["info"], ["claims"], ["run", "failing", "d"], ["run"]):
        for module in ("jax", "failing"):
            sys.modules.pop(module, None)
        said = cs25(words[0], "failing", *words[2:])
        assert said.code == 0
        assert said.err.count("failing is heavy: its card imports jax") == 1, words
    sys.modules.pop("jax", None)


def test_claims_of_all_lectures_name_those_that_are_left_out(bench, cs25):
    bench.install("bad", "raise RuntimeError('oh')")
    said = cs25("claims")
    assert said.code == 0
    assert "bad is left out, it is broken: RuntimeError: oh" in said.err


def test_no_command_at_all_shows_the_help(cs25):
    said = cs25()
    assert said.code == 2
    assert said.err.startswith("Usage: cs25")


def test_help_into_a_closed_pipe_ends_silently_with_0(tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.Popen(
        [sys.executable, "-m", "cs25", "--help"],
        stdout=writer, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    os.close(writer)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")


def test_a_full_disk_behind_standard_output_is_told(tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("the system has no /dev/full")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cs25", "--version"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "cs25: what was to be printed cannot be written: no space left\n"
