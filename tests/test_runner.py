"""A demo runs in its own process, and its result is stored, judged and explained."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import interrupts
import pytest

import cs25 as course
from cs25.api import find_demo
from cs25.errors import DemoError, ParameterError, RequirementError, UnknownNameError
from cs25.plugins import load_plugin
from cs25.runner import execute, plan

FAILURES = """
import os, sys, signal
from typing import Literal
from cs25 import Claim, AtLeast, Demo, Lecture, Measure, RequirementError, Result, hookimpl


@hookimpl
def cs25_lecture():
    def demo(name, **more):
        return Demo(name, run=f"failures:{name.replace('-', '_')}", summary="s", **more)

    return Lecture(id="failures", title="t", demos=(
        demo("raises"), demo("leaves"), demo("crashes"), demo("wrong-type"), demo("needs-model"),
        demo("prints"), demo("fine", figure="failures:bad_figure"), demo("gone"),
        demo("promises", claims=(Claim("c", "s", metric="x", holds=AtLeast(0)),)),
        demo("declares", measures={"x": "x", "y": "y"},
             claims=(Claim("d", "s", metric="x", holds=AtLeast(0)),)),
    ))


def raises():
    raise ValueError("no luck\\nat all")

def leaves():
    raise SystemExit(0)

def crashes():
    os.kill(os.getpid(), signal.SIGSEGV)

def wrong_type():
    return {"x": 1}

def needs_model():
    raise RequirementError("model 'm' is not here", remedy="`cs25 models fetch m` brings it.")

def prints():
    print("noise")
    return Result({"x": Measure(1)})

def fine():
    return Result({"x": Measure(1)})

def bad_figure(results, control):
    raise KeyError("column")

def promises():
    return Result({"y": Measure(1)})

declares = promises
"""


def prepared(lecture="bench", demo="coin", **options):
    plugin = load_plugin(lecture)
    return plan(plugin, find_demo(plugin.card(), demo), **options)


def test_seeds_are_pooled_and_the_same_seed_gives_the_same_numbers(bench):
    run = execute(prepared(seeds=3))
    assert run.state == "done"
    assert run.seeds == (0, 1, 2)
    heads = run.measures["heads"]
    assert heads.n == 3
    assert heads.low < heads.value < heads.high
    again = execute(prepared(seeds=3), fresh=True)
    assert again.measures == run.measures
    assert not again.cached
    other = execute(prepared(seed=7))
    assert other.measures["heads"].per_seed[0] not in heads.per_seed


def test_a_stored_run_is_answered_without_a_process(bench, monkeypatch):
    first = execute(prepared(seeds=2))
    monkeypatch.setattr("cs25.runner.run_child", lambda *a, **k: pytest.fail("it ran"))
    second = execute(prepared(seeds=2))
    assert second.cached
    assert second.measures == first.measures
    assert second.figures == first.figures
    assert second.duration_s == first.duration_s


def test_more_seeds_run_only_what_is_missing(bench, monkeypatch):
    execute(prepared(seeds=2))
    asked = []

    def watch(request, **options):
        asked.append([seed for seed, _ in request["stored"]])
        return run_child(request, **options)

    from cs25.runner import run_child

    monkeypatch.setattr("cs25.runner.run_child", watch)
    assert execute(prepared(seeds=3)).measures["heads"].n == 3
    assert asked == [[0, 1]]


def test_an_exact_demo_runs_once_whatever_seeds_are_asked_for(bench):
    run = execute(prepared(demo="exact", seeds=5))
    assert run.seeds == ()
    half = run.measures["half"]
    assert (half.low, half.value, half.high, half.n) == (0.5, 0.5, 0.5, 1)
    assert [j.verdict for j in run.claims] == ["supported"]


def verdicts(run):
    return {judgement.claim.id: judgement.verdict for judgement in run.claims}


def test_verdicts_need_seeds_the_claims_own_parameters_and_the_real_thing(bench):
    one = execute(prepared())
    assert verdicts(one) == {
        "fair": "inconclusive", "never": "inconclusive", "more": "inconclusive", "long": None,
    }  # fmt: skip
    assert one.claims[0].note == "criterion met on one seed"
    five = execute(prepared(seeds=5))
    assert verdicts(five) == {
        "fair": "supported", "never": "contradicted", "more": "contradicted", "long": None,
    }  # fmt: skip
    long = execute(prepared(preset="long", seeds=5))
    assert verdicts(long) == {"fair": None, "never": None, "more": None, "long": "supported"}
    typed = execute(prepared(given={"tosses": 500}, seeds=5))
    assert verdicts(typed) == verdicts(long)  # parameters decide, not the name of a preset
    controlled = execute(prepared(control=True, seeds=5))
    assert set(verdicts(controlled).values()) == {None}
    assert controlled.parameters["control"] == "edge"


def test_the_figure_shows_the_recorded_control_unless_other_code_made_it(bench, record):
    coin = (bench.folder / "bench_lecture/coin.py").read_text()
    counting = coin.replace('"Share of heads for each seed"', 'f"{len(control)} under the control"')
    record(0.5)
    bench.write("bench_lecture/coin.py", counting.replace("random()", "random() + 0"))
    other = execute(prepared())
    assert [figure.alt for figure in other.figures] == ["0 under the control"] * 2
    record(0.5)
    same = execute(prepared())
    assert [figure.alt for figure in same.figures] == ["1 under the control"] * 2


def test_an_edited_experiment_runs_again_and_says_why_an_edited_figure_does_not(bench):
    told = []
    execute(prepared())
    coin = (bench.folder / "bench_lecture/coin.py").read_text()
    bench.write("bench_lecture/coin.py", coin.replace('"Share of heads for', '"The share for'))
    drawn = execute(prepared(), notice=told.append)
    assert drawn.cached
    assert drawn.figures[0].alt == "The share for each seed"
    bench.write("bench_lecture/coin.py", coin.replace("< 0.5", "< 0.4"))
    assert not execute(prepared(), notice=told.append).cached
    assert told == ["runs again: code of bench_lecture.coin changed"]


def test_an_animation_lies_beside_the_figure_and_an_edit_draws_it_again(animated):
    first = execute(prepared())
    assert [animation.alt for animation in first.animations] == ["Three tosses"] * 2
    names = [Path(file.path).name for file in (*first.figures, *first.animations)]
    assert names == ["light.svg", "dark.svg", "light.gif", "dark.gif"]
    assert all(Path(animation.path).read_bytes()[:4] == b"GIF8" for animation in first.animations)
    assert execute(prepared()).animations == first.animations
    episode = (animated.folder / "bench_lecture/episode.py").read_text()
    animated.write("bench_lecture/episode.py", episode.replace("Three", "3"))
    second = execute(prepared())
    assert second.cached
    assert second.animations[0].alt == "3 tosses"


def test_an_animation_that_fails_is_named(animated):
    animated.write("bench_lecture/episode.py", "def tosses(results):\n    return []\n")
    run = execute(prepared())
    assert run.state == "failed"
    assert "episode.tosses: made no picture, expected one or more" in run.error


def test_a_changed_data_file_runs_again(bench):
    told = []
    coin = (bench.folder / "bench_lecture/coin.py").read_text()
    coin = coin.replace(
        "    generator = random.Random(seed)\n",
        "    generator = random.Random(seed)\n"
        "    from pathlib import Path\n"
        "    tosses = int((Path(__file__).parent / 'n.txt').read_text())\n",
    )
    bench.write("bench_lecture/coin.py", coin)
    bench.write("bench_lecture/n.txt", "4")
    first = execute(prepared())
    assert list(first.manifest["data"]) == ["n.txt"]
    assert execute(prepared()).cached
    bench.write("bench_lecture/n.txt", "5")
    assert not execute(prepared(), notice=told.append).cached
    assert told == ["runs again: file n.txt changed"]


def test_a_damaged_stored_result_is_computed_again(bench, cache):
    first = execute(prepared())
    (entry,) = (cache / "results/bench/coin").glob("*/entry.json")
    entry.write_text(entry.read_text().replace('"tails"', '"talls"'))
    told = []
    second = execute(prepared(), notice=told.append)
    assert second.measures == first.measures
    assert not second.cached
    assert "a stored result is damaged and is computed again" in told[0]
    assert execute(prepared()).cached


def test_a_store_that_cannot_be_written_costs_a_remark_and_not_the_result(
    bench, tmp_path, monkeypatch
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CS25_CACHE_DIR", str(tmp_path / "file" / "cache"))
    told = []
    run = execute(prepared(seeds=3), notice=told.append)
    assert run.state == "done"
    assert run.measures["heads"].n == 3
    assert os.path.exists(run.figures[0].path)
    assert len(told) == 1
    assert "the results are not kept" in told[0]


@pytest.mark.parametrize(
    ("demo", "error"),
    [
        ("raises", "failures:raises raised ValueError: no luck (failures.py:"),
        ("leaves", "failures:leaves raised SystemExit"),
        ("crashes", "its process was ended by SIGSEGV"),
        ("wrong-type", "failures:wrong_type returned dict, expected cs25.Result"),
        ("fine", "its figure cannot be drawn: "),
        ("promises", "claim 'c' is decided by 'x', which the result does not have (there is: y)"),
    ],
)
def test_a_demo_that_fails_is_a_failed_run(shelf, demo, error):
    shelf.install("failures", FAILURES)
    run = execute(prepared("failures", demo))
    assert run.state == "failed"
    assert error in run.error
    assert run.exit_code == 1


def test_a_listed_measure_that_a_result_does_not_have_leaves_its_claim_inconclusive(shelf):
    shelf.install("failures", FAILURES)
    run = execute(prepared("failures", "declares"))
    assert run.state == "done"
    assert verdicts(run) == {"d": "inconclusive"}
    assert run.claims[0].note == "not measured: these results have no x"


def test_a_figure_that_fails_does_not_lose_the_numbers(shelf):
    shelf.install("failures", FAILURES)
    run = execute(prepared("failures", "fine"))
    assert run.measures["x"].value == 1


def test_a_missing_requirement_skips_the_demo_and_says_what_brings_it(shelf):
    shelf.install("failures", FAILURES)
    run = execute(prepared("failures", "needs-model"))
    assert (run.state, run.exit_code) == ("skipped", 4)
    assert run.error == "model 'm' is not here\n`cs25 models fetch m` brings it."
    with pytest.raises(RequirementError, match="model 'm'"):
        course.run("failures", "needs-model")


def test_what_a_demo_prints_does_not_reach_standard_output(shelf, capfd):
    shelf.install("failures", FAILURES)
    execute(prepared("failures", "prints"))
    assert capfd.readouterr().out == ""


def test_a_default_from_another_module_is_read_anew_once_it_changed(bench):
    coin = (bench.folder / "bench_lecture/coin.py").read_text()
    bench.write("bench_lecture/size.py", "TOSSES = 20\n")
    imported = "from bench_lecture.size import TOSSES\nimport random"
    coin = coin.replace("import random", imported, 1).replace("] = 100", "] = TOSSES")
    bench.write("bench_lecture/coin.py", coin)
    assert prepared().parameters["tosses"] == 20
    bench.write("bench_lecture/size.py", "TOSSES = 30\n")
    for module in ("bench_lecture.size", "bench_lecture.coin"):
        sys.modules.pop(module, None)
    assert prepared().parameters["tosses"] == 30


def test_the_course_from_python(bench):
    assert "bench" in [lecture.id for lecture in course.lectures()]
    assert course.lecture("bench").title == "A bench for tests"
    run = course.run("bench", "coin", tosses=10, seeds=3)
    assert run.measures["heads"].n == 3
    assert run.parameters == {"tosses": 10, "control": "none"}
    with pytest.raises(ParameterError, match="'tosses': found 0, expected a whole number from 1"):
        course.run("bench", "coin", tosses=0)
    with pytest.raises(ParameterError, match="'seeds': found 0, expected at least 1"):
        course.run("bench", "coin", seeds=0)
    with pytest.raises(UnknownNameError, match="did you mean 'tosses'"):
        course.run("bench", "coin", toses=3)
    with pytest.raises(UnknownNameError, match="no preset 'lnog'"):
        course.run("bench", "coin", preset="lnog")


def test_a_failed_demo_raises_in_python(shelf):
    shelf.install("failures", FAILURES)
    with pytest.raises(DemoError, match="failures raises: failures:raises raised ValueError"):
        course.run("failures", "raises")


WATCHING = """
import json, pathlib
from cs25 import Lecture, hookimpl

@hookimpl
def cs25_run_started(run):
    raise RuntimeError("no tracker")

@hookimpl
def cs25_run_finished(run):
    print("printed")
    with pathlib.Path(__file__).with_suffix(".jsonl").open("a") as file:
        about = [run.lecture, run.demo, run.state, run.error, [r.to_json() for r in run.results]]
        file.write(json.dumps(about) + "\\n")
"""


def seen(shelf, name):
    return [json.loads(line) for line in (shelf.folder / f"{name}.jsonl").read_text().splitlines()]


def test_hooks_watch_runs_and_one_that_raises_stops_nothing(shelf, capsys):
    shelf.install("failures", FAILURES + WATCHING)
    told = []
    run = execute(prepared("failures", "prints"), notice=told.append)
    assert run.state == "done"
    line = WATCHING.splitlines().index('    raise RuntimeError("no tracker")')
    where = f"site/failures.py:{FAILURES.count(chr(10)) + line + 1}"
    assert told == [f"cs25_run_started of failures raised RuntimeError: no tracker ({where})"]
    ((*about, results),) = seen(shelf, "failures")
    assert about == ["failures", "prints", "done", None]
    assert results[0]["measures"]["x"]["value"] == 1.0
    assert capsys.readouterr().out == ""  # belongs to JSON


def test_hooks_watch_the_runs_of_other_lectures_too(shelf):
    card = "@hookimpl\ndef cs25_lecture():\n    return Lecture(id='watch', title='t')\n"
    shelf.install("watch", WATCHING + card)
    shelf.install("failures", FAILURES)
    told = []
    execute(prepared("failures", "prints"), notice=told.append)
    execute(prepared("failures", "raises"), notice=told.append)
    assert len(told) == 2
    assert all(line.startswith("cs25_run_started of watch raised") for line in told)
    done, failed = seen(shelf, "watch")
    assert done[:3] == ["failures", "prints", "done"]
    assert failed[:3] == ["failures", "raises", "failed"]
    execute(prepared("failures", "prints"))  # answered from the store: nothing runs
    assert len(seen(shelf, "watch")) == 2


SLOW = """
import os, subprocess, sys, time
from cs25 import Demo, Lecture, Measure, Result, hookimpl

@hookimpl
def cs25_lecture():
    return Lecture(id="slow", title="t", demos=(Demo("wait", run="slow:wait", summary="s"),))

def wait(*, seed: int = 0):
    if seed == 1:
        grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        with open(os.environ["PIDS"], "w") as file:
            file.write(f"{os.getpid()} {grandchild.pid}")
        time.sleep(60)
    return Result({"x": Measure(seed)})
"""


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as file:
        return file.read().split()[2] != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_ends_its_processes_and_keeps_finished_seeds(
    shelf, cache, tmp_path, how
):
    shelf.install("slow", SLOW + WATCHING)
    pids = tmp_path / "pids"
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PIDS": str(pids),
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "cs25", "run", "slow", "wait", "--seeds", "2"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=interrupts.heed,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while not (pids.exists() and len(pids.read_text().split()) == 2):
        assert time.monotonic() < deadline, "the demo did not start"
        time.sleep(0.02)
    started = [int(pid) for pid in pids.read_text().split()]
    # Seed 0 is handed over before seed 1 starts; give the runner one look at the folder.
    time.sleep(0.3)
    process.send_signal(how)
    out, err = process.communicate(timeout=30)
    deadline = time.monotonic() + 10
    while any(alive(pid) for pid in started):
        assert time.monotonic() < deadline, "a process outlived the command"
        time.sleep(0.02)
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert err.splitlines()[-1] == "cs25: interrupted; what had ended is kept"
        assert seen(shelf, "slow") == [["slow", "wait", "failed", "interrupted", []]]
    assert out == ""
    assert list((cache / "tmp").iterdir()) == []
    assert len(list((cache / "results/slow/wait").iterdir())) == 1
    assert not (cache / "runs").exists()


NOISY = """
import os
from pathlib import Path
from cs25 import Demo, Lecture, Measure, Result, hookimpl
from tqdm.auto import tqdm

@hookimpl
def cs25_lecture():
    return Lecture(id="noisy", title="t", demos=(Demo("d", run="noisy:d", summary="s"),))

def d():
    os.system("echo printed by a program")
    for _ in tqdm(range(3), desc="bars"):
        pass
    here = Path(__file__).parent
    for path in ("linked/n.txt", "noisy-2/n.txt"):
        (here.parent / path).read_text()
    return Result({"x": Measure(1)})
"""


READING = """
import multiprocessing
from pathlib import Path
from cs25 import Measure, Result, cached

def read(name):
    return float((Path(__file__).parent / name).read_text())

@cached
def table():
    return {"x": [read("table.txt")]}

def toss(*, tosses: int = 1, control: str = "none", seed: int = 0):
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        (helped,) = pool.map(read, ["helper.txt"])
    return Result({"heads": Measure(helped), "tails": Measure(float(table()["x"][0]))})

def exact():
    return toss()

def draw(results, control):
    from matplotlib.figure import Figure
    return Figure(label="nothing")
"""


def test_files_read_by_helpers_and_for_artefacts_are_in_every_manifest(bench):
    bench.write("bench_lecture/coin.py", READING)
    bench.write("bench_lecture/helper.txt", "1")
    bench.write("bench_lecture/table.txt", "2")
    for seed in (0, 1):  # the second reuses what was made for the first
        run = execute(prepared(seed=seed))
        assert list(run.manifest["data"]) == ["helper.txt", "table.txt"]
    assert [artefact["reused"] for artefact in run.manifest["artefacts"]] == [True]
    bench.write("bench_lecture/table.txt", "5")
    run = execute(prepared(seed=1))
    assert [run.measures[name].value for name in ("heads", "tails")] == [1.0, 5.0]
    assert [artefact["reused"] for artefact in run.manifest["artefacts"]] == [False]
    bench.write("bench_lecture/helper.txt", "3")
    assert execute(prepared(seed=1)).measures["heads"].value == 3.0


def test_files_programs_and_bars_of_a_demo_are_where_they_belong(shelf, capfd):
    shelf.install("noisy/", NOISY)
    shelf.write("noisy/n.txt", "1")
    shelf.write("noisy-2/n.txt", "beside the package, not in it")
    (shelf.folder / "linked").symlink_to(shelf.folder / "noisy")
    plugin = load_plugin("noisy")
    run = execute(plan(plugin, find_demo(plugin.card(), "d")), progress=False)
    assert run.state == "done", run.error
    assert list(run.manifest["data"]) == ["n.txt"]
    out, err = capfd.readouterr()
    assert out == ""
    assert "printed by a program" in err
    assert "bars" not in err
