"""Building the course reference, beside a notebook page that runs one of its experiments.

Goals, on two cores: the whole book within 60 s, and within 10 s after an edit of one note.

The peer is MyST-NB, which is the nearest to what the book is: Sphinx with the same parser and
theme, pages in Markdown, and results that are kept, so that an edited sentence runs nothing again.
Its project has one page, and that page runs one experiment, with the seeds and the control that
the book's page of it shows (`emergence critical-mass`, the quickest one that draws random numbers).
The book's builds run no experiment and write every page of the course. So the comparison is: many
pages from recorded results, against one page that runs what it shows. Each build is a process of
its own, as a reader starts it; the least of the rounds counts.
"""

from __future__ import annotations

import importlib
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
N_ROUNDS = 3
FULL_S, EDIT_S = 60, 10

PEER_CONF = """
project = "one page"
extensions = ["myst_nb"]
html_theme = "furo"
html_copy_source = False
nb_execution_mode = "cache"
nb_execution_timeout = 600
nb_execution_raise_on_error = True
"""

PEER_PAGE = """---
file_format: mystnb
kernelspec:
  name: python3
---
# Critical mass

A network falls into pieces until its mean degree passes one; then a giant piece is there.

```{code-cell} python
%matplotlib inline
from cs25_emergence.critical_mass import critical_mass, draw

results = [critical_mass(seed=seed) for seed in range(100, 105)]
control = [critical_mass(seed=100, control="scattered")]
[{name: measure.value for name, measure in result.measures.items()} for result in results]
```

```{code-cell} python
draw(results, control)
```
"""


class Cost(NamedTuple):
    """What a build cost, in seconds."""

    wall_s: float
    cpu_s: float

    def __str__(self) -> str:
        return f"{self.wall_s:.1f} ({self.cpu_s:.1f})"


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Build a Sphinx project in a process of its own; return what it cost."""
    # A copy of the lecture, found first, whose notes may be edited.
    folder = Path(importlib.import_module("cs25_emergence").__path__[0])
    shutil.copytree(folder, tmp_path / "site" / folder.name)
    places = [str(tmp_path / "site"), *filter(None, sys.path)]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(places))

    def run(sources: Path, out: Path) -> Cost:
        command = [sys.executable, "-m", "sphinx", "-q", str(sources), str(out)]
        before, start = cpu_s(), time.perf_counter()
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return Cost(time.perf_counter() - start, cpu_s() - before)

    return run


def cpu_s() -> float:
    """Return the CPU seconds of all processes that were started here and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def times(build, sources: Path, page: Path) -> dict[str, Cost]:
    """Return what builds cost: full ones, after an edit of a page, and with nothing to do."""
    full = []
    for n in range(N_ROUNDS):  # each from a copy, in which nothing was made before
        copy = sources.with_name(f"{sources.name}{n}")
        shutil.copytree(sources, copy)
        full.append(build(copy, copy / "_build"))
    edited = []
    for n in range(N_ROUNDS):
        with (copy / page).open("a", encoding="utf-8") as file:
            file.write(f"\nSentence {n}.\n")
        edited.append(build(copy, copy / "_build"))
        assert any(f"Sentence {n}." in p.read_text() for p in (copy / "_build").rglob("index.html"))
    unchanged = [build(copy, copy / "_build") for _ in range(N_ROUNDS)]
    return {"full": min(full), "after an edit": min(edited), "unchanged": min(unchanged)}


def is_mounted(folder: str, names: list[str]) -> list[str]:
    """Name what another build has left among the sources."""
    if folder == str(ROOT / "docs" / "lectures"):
        return [name for name in names if name != "index.md"]
    return ["_build"]


def test_the_book_beside_a_page_that_runs_its_experiment(build, tmp_path, capsys):
    """Print both sides, and hold the book to its goals."""
    shutil.copytree(ROOT / "docs", tmp_path / "book", ignore=is_mounted)
    shutil.copy(ROOT / "CHANGELOG.md", tmp_path)
    ours = times(build, tmp_path / "book", tmp_path / "site/cs25_emergence/notes.md")
    n_pages = len(list((tmp_path / "book0/_build").rglob("*.html")))

    (tmp_path / "peer").mkdir()
    (tmp_path / "peer/conf.py").write_text(PEER_CONF)
    (tmp_path / "peer/index.md").write_text(PEER_PAGE)
    theirs = times(build, tmp_path / "peer", Path("index.md"))
    assert list((tmp_path / "peer0/_build/_images").iterdir())  # it has run, and drawn

    with capsys.disabled():
        cores = len(os.sched_getaffinity(0))
        print(f"\n\nseconds of a build (of CPU time), the least of {N_ROUNDS}, {cores} cores")
        print(f"  {'':16}{f'the book, {n_pages} pages':>24}{'MyST-NB, one page':>24}")
        for name in ours:
            print(f"  {name:16}{ours[name]!s:>24}{theirs[name]!s:>24}")
    assert ours["full"].wall_s < FULL_S
    assert ours["after an edit"].wall_s < EDIT_S
