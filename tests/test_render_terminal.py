"""What a run says in the terminal."""

import io
import json
import re
import subprocess
import sys

import pytest
from rich.console import Console

from cs25.render.numerals import number
from cs25.render.terminal import claim_view, load_sketch, run_view, verdict_summary


def measure(value, low=None, high=None, *, unit="", n=1, meaning=""):
    one = {"value": value, "low": low, "high": high, "unit": unit, "n": n, "per_seed": [value] * n}
    return {**one, "meaning": meaning}


def claim(verdict, **more):
    return {
        "id": "loss-is-predictable",
        "statement": "Loss improves predictably as the model grows",
        "criterion": "error at most 0.2",
        "measured": 0.0871,
        "low": 0.0523,
        "high": 0.1219,
        "met": True,
        "verdict": verdict,
        "note": "",
        "scale_note": "not at this scale",
        "paper": None,
        **more,
    }


def run(**more):
    return {
        "lecture": "emergence",
        "demo": "scaling-law",
        "state": "done",
        "error": None,
        "preset": "default",
        "parameters": {"steps": 400},
        "changed": {},
        "seeds": [0],
        "cached": False,
        "duration_s": 38.2,
        "peak_memory_mib": 412.3,
        "measures": {"error": measure(0.0871, 0.0523, 0.1219, unit="nats", meaning="of [loss]")},
        "tables": [],
        "text": "",
        "figures": [],
        "claims": [claim("supported")],
        **more,
    }


def shown(view, width=80, **options):
    options = {"color_system": None, **options}
    console = Console(file=io.StringIO(), width=width, highlight=False, **options)
    console.print(view)
    return console.file.getvalue()


def flat(text):
    return " ".join(text.split())


def test_tables_are_named_where_they_are_not_printed():
    table = {"name": "models", "columns": ["k", "y"], "rows": [[1, 0.125], [2, 0.25]]}
    text = shown(run_view(run(tables=[table]), tables=False))
    assert "models (2 rows): printed by --tables" in " ".join(text.split())
    assert "0.125" not in text


def test_the_header_says_what_ran():
    text = shown(run_view(run(summary="Loss falls", seeds=[3, 4, 5], changed={"steps": 9})))
    assert text.splitlines()[:3] == [
        "emergence · scaling-law",
        "Loss falls",
        "steps=9 · seeds 3-5 · 38.2 s · 412 MiB",
    ]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "default parameters · seed 0 · 38.2 s"),
        ({"cached": True}, "from the store (took 38.2 s)"),
        ({"preset": "full"}, "preset full · seed 0"),
        ({"preset": "full", "changed": {"widths": [8, 16]}}, "preset full with widths=8,16 ·"),
        ({"seeds": []}, "default parameters · 38.2 s"),
    ],
)
def test_the_header_of_other_runs(more, words):
    assert words in shown(run_view(run(**more)))


@pytest.mark.parametrize(
    ("verdict", "words", "others"),
    [
        ("supported", "✔ supported", ()),
        ("contradicted", "✘ contradicted", ("not at this scale",)),
        ("inconclusive", "~ inconclusive", ("not at this scale", "criterion met")),
        (None, "· no verdict", ("criterion met",)),
    ],
)
def test_a_verdict_is_a_symbol_and_a_word(verdict, words, others):
    text = shown(claim_view(claim(verdict)))
    assert text.startswith(f"{words}  Loss improves predictably")
    assert "measured   0.087 [0.052, 0.122]" in text
    assert "criterion  error at most 0.2" in text
    for other in ("not at this scale", "criterion met"):
        assert (other in text) == (other in others or (verdict is None and other[0] == "n"))


def test_the_papers_number_stands_beside_ours():
    paper = {"value": 0.076, "what": "exponent", "source": "Kaplan et al. 2020, 1.5e9 parameters"}
    text = flat(shown(claim_view(claim("supported", paper=paper))))
    assert "published 0.076 exponent Kaplan et al. 2020, 1.5e9 parameters" in text


def test_what_was_recorded_is_shown_where_a_run_decides_nothing():
    recorded = {
        "verdict": "contradicted",
        "preset": "full",
        "measured": 0.31,
        "low": 0.28,
        "high": 0.34,
        "n": 5,
        "stale": ["torch 2.12 -> 2.13"],
    }
    one = claim("inconclusive", note="criterion met on one seed", recorded=recorded)
    text = flat(shown(claim_view(one)))
    assert "recorded ✘ contradicted, 0.310 [0.280, 0.340] (preset full, 5 seeds)" in text
    assert "stale: torch 2.12 -> 2.13" in text
    assert text.count("criterion met") == 1  # the note says it


def test_measures_show_value_interval_unit_and_meaning():
    text = shown(run_view(run()), width=120)
    row = next(one for one in text.splitlines() if "0.087" in one)
    assert row.split(maxsplit=5) == ["error", "0.087", "[0.052,", "0.122]", "nats", "of [loss]"]
    assert "seeds" not in text  # one seed: no column for it
    several = run(measures={"error": measure(0.5, 0.4, 0.6, n=3)})
    assert re.search(r"error\s+0\.50\s+\[0\.40, 0\.60\]\s+3\b", shown(run_view(several)))


def test_square_brackets_are_text_and_no_markup():
    table = {"name": "[bold]t", "columns": ["[red]x"], "rows": [["[/]"]]}
    note = claim("supported", note="[link=evil]", statement="[b]", criterion="[0, 1]")
    text = shown(run_view(run(text="[i]", tables=[table], claims=[note])))
    for words in ("[bold]t", "[red]x", "[/]", "[link=evil]", "[b]", "[0, 1]", "[i]"):
        assert words in text


def test_a_wide_table_goes_on_below_with_its_first_column_again():
    columns = ["name", *(f"measure_{k}" for k in range(9)), "source"]
    row = ["a model with a name", *(k / 7 + 1.05 for k in range(9)), "word " * 12]
    text = shown(run_view(run(tables=[{"name": "t", "columns": columns, "rows": [row]}])), width=60)
    assert max(map(len, text.splitlines())) <= 60
    for k in range(9):
        assert number(k / 7 + 1.05) in text
        assert f"measure_{k}" in text
    assert text.count("a model with a name") == len(re.findall("^  name ", text, re.M)) >= 2
    assert flat(text).count("word") == 12


def test_a_long_table_is_cut_and_says_so():
    rows = [[k, k / 7] for k in range(100)]
    text = shown(run_view(run(tables=[{"name": "models", "columns": ["k", "y"], "rows": rows}])))
    assert "models  (87 of 100 rows left out)" in text
    shown_rows = re.findall(r"^ +(\d+) +\d+\.\d", text, re.MULTILINE)
    assert shown_rows == [str(k) for k in (*range(9), *range(96, 100))]
    short = [{"name": "models", "columns": ["k", "y"], "rows": rows[:14]}]
    assert "left out" not in shown(run_view(run(tables=short)))


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_numbers_are_whole_at_any_width_and_lines_fit(width):
    name, value = "a_measure_with_a_rather_long_name", (123456.0, 118456.0, 128456.0)
    text = shown(run_view(run(measures={name: measure(*value, unit="tokens")})), width=width)
    assert "123,500" in text
    assert "[118,500, 128,500]" in text
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width


NAMES = ("extrapolation_error", "exponent_in_parameters", "share_of_the_variance_explained")


@pytest.mark.parametrize("width", [40, 48, 60, 80, 120])
@pytest.mark.parametrize("unit", ["", "points of accuracy"])
def test_names_of_measures_are_whole_at_any_width(width, unit):
    measures = {
        name: measure(0.0871, 0.0523, 0.1219, unit=unit, n=5, meaning=f"what {name[:5]} is")
        for name in NAMES
    }
    text = shown(run_view(run(measures=measures, claims=[])), width=width)
    words = text.split()
    for name in NAMES:
        assert name in words
        assert f"what {name[:5]} is" in flat(text)
    for part in (*unit.split(), "[0.052,", "0.122]"):
        assert words.count(part) == len(NAMES), part
    assert max(map(len, text.splitlines())) <= width


def test_piped_text_has_no_escape_codes_and_no_blanks_at_the_end_of_lines():
    text = shown(run_view(run()))
    assert "\x1b" not in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_no_color_keeps_every_word(monkeypatch):
    coloured = shown(run_view(run()), force_terminal=True, color_system="truecolor")
    monkeypatch.setenv("NO_COLOR", "1")
    plain = shown(run_view(run()), force_terminal=True, color_system="truecolor")
    assert "\x1b[1;38;2;18;154;114m✔ supported" in coloured
    assert "38;2" not in plain
    escape = re.compile(r"\x1b\[[\d;]*m|\x1b\]8;[^\x1b]*\x1b\\")
    assert escape.sub("", coloured) == escape.sub("", plain)


@pytest.mark.parametrize("state", ["failed", "skipped"])
def test_a_run_that_did_not_end_well_says_why(state):
    text = shown(run_view({"lecture": "l", "demo": "d", "state": state, "error": "no [model]\nx"}))
    assert f"{state}: no [model]" in text


def test_the_sketch_beside_the_figures_is_drawn(tmp_path):
    axis = {"label": "", "scale": "linear", "low": 0.0, "high": 1.0, "ticks": None}
    points = {"kind": "scatter", "x": [0.5], "y": [0.5], "label": "the point", "color": 0}
    axes = {"title": "A finding", "x": axis, "y": axis, "series": [points], "lines": []}
    sketch = {"title": "", "axes": [{**axes, "texts": [], "left_out": 0}]}
    (tmp_path / "sketch.json").write_text(json.dumps(sketch))
    figures = [{"path": str(tmp_path / "light.svg"), "alt": "", "theme": "light"}]
    text = shown(run_view(run(figures=figures)))
    assert "A finding" in text
    assert "● the point" in text
    assert f"{tmp_path}/" in text.replace("\n         ", "")
    (tmp_path / "sketch.json").write_text('{"title": ')
    assert load_sketch(run(figures=figures)) is None
    assert "light.svg" in shown(run_view(run(figures=figures)))


def test_verdicts_of_several_runs_are_counted():
    runs = [run(claims=[claim("supported"), claim("contradicted")]), run(), run(claims=[])]
    assert verdict_summary(runs).plain == "2 ✔ supported   1 ✘ contradicted"
    assert verdict_summary([run(claims=[])]).plain == "no claims"


def test_showing_a_stored_run_imports_nothing_heavy(tmp_path):
    code = f"""
import sys
from rich.console import Console
from cs25.render.terminal import run_view
Console(width=80).print(run_view({run()!r}))
heavy = {{"matplotlib", "numpy", "torch", "scipy", "jinja2", "rich.markdown", "plotext"}}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert "✔ supported" in done.stdout
