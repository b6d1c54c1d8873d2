"""The protocols say what the hook specifications say, and a type checker can use them."""

import inspect
import os
import subprocess
import sys
import typing

from cs25 import hookspecs
from cs25.runner import Run
from cs25.testing import protocol


def hints(function) -> dict[str, object]:
    return typing.get_type_hints(function, localns={"Run": Run})


def test_each_hook_is_a_method_of_one_protocol_with_the_same_signature():
    hooks = {name: f for name, f in vars(hookspecs).items() if hasattr(f, "cs25_spec")}
    methods = [
        (name, method)
        for protocol_name in protocol.__all__
        for name, method in vars(getattr(protocol, protocol_name)).items()
        if name.startswith("cs25_")
    ]
    assert sorted(name for name, _ in methods) == sorted(hooks)
    for name, method in methods:
        assert hints(method) == hints(hooks[name])
        parameters = list(inspect.signature(method).parameters)
        assert parameters == ["self", *inspect.signature(hooks[name]).parameters]


RIGHT = """
from collections.abc import Sequence
from cs25 import Command, Finding, Lecture, ModelSource, Run, hookimpl

@hookimpl
def cs25_lecture() -> Lecture:
    return Lecture(id="right", title="Right")

@hookimpl
def cs25_commands() -> Sequence[Command]:
    return ()

@hookimpl
def cs25_models() -> Sequence[ModelSource]:
    return ()

@hookimpl
def cs25_run_started(run: Run) -> None: ...

@hookimpl
def cs25_run_finished(run: Run) -> None: ...

@hookimpl
def cs25_health() -> Sequence[Finding]:
    return ()
"""


def test_mypy_tells_a_right_module_from_a_wrong_one(tmp_path):
    wrong = RIGHT.replace("-> Lecture", "-> str").replace(
        'Lecture(id="right", title="Right")', '""'
    )
    wrong = wrong.replace("(run: Run)", "(run: str)").replace("Sequence[", "list[")
    wrong = wrong.replace("list[Command]", "int").replace("()\n", "[]\n").replace("[]", "0", 1)
    wrong = wrong.replace("list[ModelSource]", "list[str]").replace("def cs25_health", "def health")
    (tmp_path / "right.py").write_text(RIGHT, encoding="utf-8")
    (tmp_path / "wrong.py").write_text(wrong, encoding="utf-8")
    lines = ["import cs25.testing as t", "import right, wrong"]
    for module in ("right", "wrong"):
        for name in protocol.__all__:
            lines.append(f"{module}_{name}: t.{name} = {module}")
    (tmp_path / "check.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--ignore-missing-imports",
         "--no-incremental", "--follow-imports=silent", "check.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "MYPYPATH": os.pathsep.join(filter(None, [str(tmp_path), *_trees()]))},
    )  # fmt: skip
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    found = {lines[int(line.split(":")[1]) - 1].partition(":")[0] for line in errors}
    assert found == {f"wrong_{name}" for name in protocol.__all__}, done.stdout


def _trees() -> list[str]:
    """Return what is on the path by hand: mypy finds what is installed by itself."""
    return [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
