"""Imports point one way: lectures to the core, and within the core to records and never to faces.

Read from the sources, so a forbidden import shows even where no test runs it.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cs25.digest import APART, SHARED

ROOT = Path(__file__).parents[1]
LECTURES = sorted(path for path in (ROOT / "plugins").glob("cs25_*") if path.is_dir())

#: What a lecture may import of the core.
PUBLIC = ("cs25", "cs25.errors", "cs25.nn", "cs25.lm", "cs25.testing")

#: What the frozen records may import of the core: each other, the interval of a
#: mean, and the nearest name for a message.
RECORDS = {"card", "criteria", "errors", "parameters", "result", "student", "suggest", "verdict"}

#: What shows the course to people. Nothing below may depend on how it is shown.
FACES = ("cs25.cli", "cs25.render", "cs25.sphinxext")

#: Who may import a face without being one, and why.
EXCEPTIONS = {
    ("__main__", "cs25.cli"),  # python -m cs25
    ("worker", "cs25.render.figure"),  # the figure is drawn where the demo has run
    ("worker", "cs25.render.animation"),  # and so is an episode
    ("testing.notes_rule", "cs25.render"),  # notes are examined as readers see them
}


def sources(folder: Path) -> list[Path]:
    return [p for p in sorted(folder.rglob("*.py")) if "tests" not in p.relative_to(folder).parts]


def imports(path: Path, package: str) -> Iterator[str]:
    """Yield every module, or name of a module, that a file imports at any depth of its code."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            base = ".".join(parents[: len(parents) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            yield from (f"{module}.{alias.name}" for alias in node.names)


def module_of(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path, root: Path) -> set[str]:
    name = module_of(path, root)
    return set(imports(path, name if path.stem == "__init__" else name.rpartition(".")[0]))


def is_in(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


CORE = {module_of(path, ROOT): imports_of(path, ROOT) for path in sources(ROOT / "cs25")}


def test_there_is_something_to_read():
    assert {"cs25.card", "cs25.runner", "cs25.cli.run", "cs25.nn.attention"} <= CORE.keys()
    assert "cs25.errors.LectureError" in CORE["cs25.card"]
    assert LECTURES


def test_the_core_imports_no_lecture():
    names = {path.name for path in LECTURES}
    assert {
        (m, name) for m, found in CORE.items() for name in found if is_in(name, *names)
    } == set()


def test_the_core_names_no_lecture_in_its_code():
    ids = {path.name.removeprefix("cs25_") for path in LECTURES} | {p.name for p in LECTURES}
    named = set()
    for path in sources(ROOT / "cs25"):
        tree = ast.parse(path.read_bytes())
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
                first = node.body[0]
                if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                    first.value.value = None  # an example in a docstring is no code
        words = {
            node.value if isinstance(node, ast.Constant) else getattr(node, "id", None)
            for node in ast.walk(tree)
        }
        named |= {(module_of(path, ROOT), word) for word in words & ids}
    assert named == set()


@pytest.mark.parametrize("lecture", LECTURES, ids=lambda path: path.name)
def test_a_lecture_imports_what_is_public_and_no_other_lecture(lecture):
    others = {path.name for path in LECTURES} - {lecture.name}
    wrong = set()
    for path in sources(lecture):
        for name in imports_of(path, lecture.parent):
            if is_in(name, *others):
                wrong.add((path.name, name))
            if is_in(name, "cs25"):
                home, _, thing = name.rpartition(".")
                public = home in PUBLIC and not thing.startswith("_")
                # A submodule of the toolkit is public, too; of the core itself none is.
                below = is_in(name, *PUBLIC[1:]) and not any(
                    part.startswith("_") for part in name.split(".")
                )
                if not (below or (public and home != "cs25") or is_exported(name)):
                    wrong.add((path.name, name))
    assert wrong == set()


def is_exported(name: str) -> bool:
    import cs25

    home, _, thing = name.rpartition(".")
    return name in PUBLIC or (home == "cs25" and thing in cs25.__all__)


@pytest.mark.parametrize("record", sorted(RECORDS))
def test_records_import_only_records(record):
    ours = {name.split(".")[1] for name in CORE[f"cs25.{record}"] if is_in(name, "cs25")}
    assert ours <= RECORDS


def test_the_faces_are_imported_by_no_one_else():
    found = {
        (module.removeprefix("cs25."), name)
        for module, names in CORE.items()
        for name in names
        if is_in(name, *FACES) and not is_in(module, *FACES)
    }
    excused = {
        (module, name)
        for module, name in found
        if any(module == who and is_in(name, what) for who, what in EXCEPTIONS)
    }
    assert found == excused
    assert {who for who, _ in excused} == {who for who, _ in EXCEPTIONS}  # none is out of date


def test_what_renders_does_not_import_what_parses_commands():
    found = {(m, n) for m, ns in CORE.items() if is_in(m, *FACES[1:]) for n in ns}
    assert {(m, n) for m, n in found if is_in(n, "cs25.cli", "click")} == set()


def test_the_toolkit_imports_of_the_core_only_what_changes_no_number():
    # The digest of an experiment stops at the toolkit, so nothing behind it may change a number.
    # Where weights come from stands apart: which weights were used is in the manifest.
    toolkit = {m for m in CORE if is_in(m, *SHARED) and not is_in(m, *APART)}
    found = {n for m in toolkit for n in CORE[m]}
    ours = {n for n in found if is_in(n, "cs25") and not is_in(n, *SHARED)}
    harmless = ("cs25.data_files.note_model", "cs25.errors", "cs25.memory", "cs25.seeding")
    assert {name for name in ours if not is_in(name, *harmless)} == set()


HEAVY = "{'numpy', 'scipy', 'torch', 'matplotlib', 'pandas', 'transformers', 'rich', 'click'}"


@pytest.mark.parametrize(
    "code",
    [
        "import cs25",
        "import cs25; cs25.Lecture, cs25.Claim, cs25.Within, cs25.Result, cs25.hookimpl",
        "import cs25; cs25.seeded, cs25.cached, cs25.LectureError, dir(cs25)",
        *[f"import {path.name}; {path.name}.cs25_lecture()" for path in LECTURES],
    ],
)
def test_a_card_imports_nothing_heavy(code):
    path = [str(ROOT), str(ROOT / "plugins")]
    check = f"bad = {HEAVY} & set(sys.modules); assert not bad, bad"
    whole = f"import sys; sys.path[:0] = {path}; {code}; {check}"
    subprocess.run([sys.executable, "-c", whole], check=True)
