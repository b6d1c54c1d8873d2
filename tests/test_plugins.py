"""Every lecture ends in one state, and none takes another with it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cs25.errors import StateError, UnknownNameError
from cs25.plugins import Plugin, State, load_plugin, load_plugins

GOOD = """
from cs25 import Lecture, hookimpl

@hookimpl
def cs25_lecture():
    return Lecture(id="good", title="A good lecture", order=1)
"""


def states() -> dict[str, Plugin]:
    return {plugin.id: plugin for plugin in load_plugins()}


def test_a_lecture_of_one_module_is_ready(shelf):
    shelf.install("good", GOOD)
    plugin = states()["good"]
    assert plugin.state is State.READY
    assert (plugin.distribution, plugin.version) == ("good", "1.0")
    assert plugin.card().title == "A good lecture"


@pytest.mark.parametrize(
    ("code", "state", "reason"),
    [
        ("import no_such_module_anywhere", "broken", "ModuleNotFoundError: No module named"),
        ("raise SystemExit('bye')", "broken", "SystemExit: bye"),
        ("def f(:", "broken", "SyntaxError"),
        ("cs25_api = 2\n" + GOOD, "incompatible", "written for plugin interface 2"),
        ("cs25_api = 'new'\n" + GOOD, "incompatible", "'new'"),
        ("x = 1", "invalid", "a hook that returns a Lecture"),
        (
            "from cs25 import hookimpl\n@hookimpl\ndef cs25_lecture():\n    return {'id': 'bad'}",
            "invalid",
            "is 'dict', expected a cs25.Lecture",
        ),
        (
            "from cs25 import hookimpl\n@hookimpl\ndef cs25_lecture():\n    raise OSError('disk')",
            "broken",
            "OSError: disk (site/bad.py:4)",
        ),
        (
            "from cs25 import hookimpl\n@hookimpl\ndef cs25_lecture():\n    raise SystemExit(3)",
            "broken",
            "SystemExit: 3",
        ),
        (GOOD, "invalid", "id is 'good', expected the entry point's name, 'bad'"),
        (
            "from cs25 import hookimpl\n@hookimpl\ndef cs25_lectur():\n    pass",
            "invalid",
            "cs25_lectur",
        ),
        (
            "from cs25 import hookimpl\n@hookimpl\ndef cs25_lecture(surprise):\n    pass",
            "invalid",
            "surprise",
        ),
        (
            GOOD.replace('title="A good lecture"', 'title=""').replace('"good"', '"bad"'),
            "invalid",
            "Lecture 'bad': title is '', expected text that is not empty",
        ),
        (
            """
from cs25 import AtMost, Claim, Demo, Lecture, hookimpl

@hookimpl
def cs25_lecture():
    claim = Claim("c", "It works", metric="eror", holds=AtMost(1))
    demo = Demo("d", run="m:f", summary="s", measures={"error": "the error"}, claims=(claim,))
    return Lecture(id="bad", title="t", demos=(demo,))
""",
            "invalid",
            "metric is 'eror', expected a measure of the demo (error); did you mean 'error'?",
        ),
        ("import jax", "heavy", "its card imports jax"),
        ("try:\n    import jax.numpy\nexcept ImportError:\n    pass\n" + GOOD, "heavy", "jax"),
    ],
)
def test_a_bad_lecture_is_listed_with_its_reason(shelf, code, state, reason):
    shelf.install("bad", code)
    shelf.install("good", GOOD)
    found = states()
    assert found["bad"].state == state
    assert reason in found["bad"].reason
    assert "\n" not in found["bad"].reason
    assert found["good"].state is State.READY


@pytest.mark.parametrize("stated", ["cs25_api = 2", "cs25_api: int = 2  # of 2030"])
def test_the_interface_is_asked_for_before_any_code_of_a_lecture_runs(shelf, stated):
    witness = shelf.folder / "it-ran"
    shelf.install(
        "bad", f"open({str(witness)!r}, 'w').close()\n{stated}\nfrom cs25 import Future\n"
    )
    assert states()["bad"].state is State.INCOMPATIBLE
    assert "written for plugin interface 2; this cs25 offers 1" in states()["bad"].reason
    with pytest.raises(StateError, match="incompatible"):
        load_plugin("bad")
    assert not witness.exists()


def test_an_interface_that_only_a_run_can_tell_is_asked_for_before_the_hook_is_called(shelf):
    hook = "from cs25 import hookimpl\n@hookimpl\ndef cs25_lecture():\n    raise SystemExit(3)\n"
    shelf.install("bad", f"cs25_api = 1 + 1\n{hook}")
    assert states()["bad"].state is State.INCOMPATIBLE


def test_a_malformed_entry_point_is_a_broken_lecture(shelf):
    shelf.install("good", GOOD)
    shelf.write("bad-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: bad\nVersion: 1.0\n")
    shelf.write("bad-1.0.dist-info/entry_points.txt", "[cs25.lectures]\nbad = not a module!\n")
    found = states()
    assert found["bad"].state is State.BROKEN
    assert found["bad"].reason == "its entry point names no module: 'not a module!'"
    assert found["good"].state is State.READY


def test_two_distributions_that_offer_one_id_are_a_conflict(shelf, monkeypatch):
    shelf.install("good", GOOD)
    shelf.install("other", GOOD, lecture="good", distribution="other-dist")
    both = [plugin for plugin in load_plugins() if plugin.id == "good"]
    assert [plugin.state for plugin in both] == [State.CONFLICT, State.CONFLICT]
    assert "good and by other-dist" in both[0].reason
    monkeypatch.setenv("CS25_DISABLE", "other-dist")
    assert [p.state for p in load_plugins() if p.id == "good"] == [State.READY, State.DISABLED]
    assert load_plugin("good").distribution == "good"


def test_a_disabled_lecture_is_not_imported(shelf, monkeypatch):
    shelf.install("bad", "raise RuntimeError")
    monkeypatch.setenv("CS25_DISABLE", "intro, bad")
    assert states()["bad"].state is State.DISABLED
    with pytest.raises(StateError, match="lecture 'bad' is disabled: named in CS25_DISABLE"):
        load_plugin("bad")


def test_strict_turns_a_bad_state_into_an_error(shelf, monkeypatch):
    shelf.install("bad", "raise RuntimeError('oh')")
    monkeypatch.setenv("CS25_STRICT", "1")
    with pytest.raises(StateError, match="'bad' is broken: RuntimeError: oh"):
        load_plugins()


def test_lectures_are_sorted_by_order_then_id_and_bad_ones_come_last(shelf):
    for name, order in (("zeta", 1), ("alpha", 2), ("beta", 2)):
        shelf.install(
            name, GOOD.replace('"good"', f'"{name}"').replace("order=1", f"order={order}")
        )
    shelf.install("aaa", "raise RuntimeError")
    ours = [p.id for p in load_plugins() if p.id in ("zeta", "alpha", "beta", "aaa")]
    assert ours == ["zeta", "alpha", "beta", "aaa"]


def test_what_a_card_prints_does_not_reach_standard_output(shelf, capfd):
    shelf.install("good", "print('hello')\n" + GOOD)
    load_plugins()
    out, err = capfd.readouterr()
    assert out == ""
    assert "hello" in err


def test_a_heavy_lecture_can_be_used_when_it_is_named(shelf):
    shelf.write("jax.py", "")  # heavy by its name; nothing here imports the real one
    shelf.install("good", "import jax\n" + GOOD)
    try:
        assert states()["good"].state is State.HEAVY
        plugin = load_plugin("good")
        assert plugin.state is State.READY
        assert (
            plugin.reason == "its card imports jax; import it in the demo's own module or function"
        )
    finally:
        sys.modules.pop("jax", None)


def test_a_heavy_card_is_refused_even_where_torch_is_installed(shelf):
    # In a fresh interpreter: torch may be imported already in the one that runs the tests.
    shelf.install("good", "import torch\n" + GOOD)
    code = (
        "import sys; from cs25.plugins import load_plugins;"
        "print([p.state.value for p in load_plugins() if p.id == 'good'], 'torch' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "['heavy'] False"


def test_an_unknown_lecture_is_named_with_the_nearest(shelf):
    shelf.install("good", GOOD)
    with pytest.raises(UnknownNameError, match="did you mean 'good'"):
        load_plugin("god")


OUTSIDER = Path(__file__).parent / "outsider"


def test_an_outsiders_two_files_are_installed_listed_and_run(tmp_path):
    """As a stranger does it: pip installs the folder, cs25 lists and runs what is in it."""
    site = tmp_path / "site"
    install = ["install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run(
        [sys.executable, "-m", "pip", *install, "--target", str(site), str(OUTSIDER)], check=True
    )
    assert sorted(path.name for path in OUTSIDER.iterdir()) == ["cs25_pi.py", "pyproject.toml"]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(site), *filter(None, sys.path)]),
    }

    def cs25(*words: str) -> dict:
        done = subprocess.run(
            [sys.executable, "-m", "cs25", *words, "--json"],
            capture_output=True, text=True, check=True, env=environment, cwd=tmp_path,
        )  # fmt: skip
        return json.loads(done.stdout)

    listed = {lecture["id"]: lecture for lecture in cs25("list")["lectures"]}
    assert listed["pi"]["state"] == "ready"
    assert listed["pi"]["distribution"] == "cs25-pi"
    (run,) = cs25("run", "pi", "--seeds", "5")["runs"]
    assert run["state"] == "done"
    # The true value of pi lies in a 95 % interval for all but unlucky seeds; these are fixed.
    assert run["measures"]["pi"]["low"] < 3.14159265 < run["measures"]["pi"]["high"]
    assert [claim["verdict"] for claim in run["claims"]] == ["supported"]
