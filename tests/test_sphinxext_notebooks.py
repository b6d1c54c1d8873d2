"""Notebooks of the course reference: what they hold, and that their cells run."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from cs25.api import find_demo
from cs25.plugins import load_plugin, ready
from cs25.recorded import read_bundle
from cs25.signatures import signature_of
from cs25.sphinxext.notebooks import PRESET_CELL, notebook
from cs25.store import Store

LECTURES = [plugin.id for plugin in ready() if plugin.distribution == "cs25"]


def made(lecture: str, demo: str) -> str:
    plugin = load_plugin(lecture)
    found = find_demo(plugin.card(), demo)
    bundle = read_bundle(plugin, found)
    recording = bundle.recordings.get("default") if bundle else None
    return notebook(plugin.card(), found, signature_of(found, Store()), recording)


def source(text: str, cell: str) -> str:
    return str(next(c for c in nbformat.reads(text, as_version=4).cells if c.id == cell).source)


def executed(text: str, preset: str, folder: Path) -> dict[str, str]:
    """Run a notebook in a kernel of its own; return what each cell showed."""
    whole = nbformat.reads(text, as_version=4)
    cell = next(cell for cell in whole.cells if cell.id == PRESET_CELL)
    assert cell.source.startswith('preset = "default"')
    cell.source = cell.source.replace("default", preset, 1)
    NotebookClient(whole, timeout=600, resources={"metadata": {"path": folder}}).execute()
    return {c.id: "".join(map(str, c.outputs)) for c in whole.cells if c.cell_type == "code"}


@pytest.fixture
def kernel_path(monkeypatch):
    """Let a kernel find what the tests import."""
    import cs25

    tree = Path(cs25.__file__).parents[1]
    places = [str(tree), str(tree / "plugins"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(places))
    return places


@pytest.mark.usefixtures("bench")
def test_every_parameter_is_explained_with_its_default():
    text = made("bench", "coin")
    assert "| `tosses` | `100` | a whole number from 1 to 1000 | how often. |" in source(
        text, "parameters"
    )
    assert '- `"smoke"` sets `tosses=10`.' in source(text, "parameters")
    assert "    # tosses=100,  # a whole number from 1 to 1000" in source(text, "run")


@pytest.mark.usefixtures("bench")
def test_an_exact_demo_is_offered_no_seed():
    assert "seed" in source(made("bench", "coin"), "run")
    assert "seed" not in source(made("bench", "exact"), "run")


@pytest.mark.usefixtures("bench")
def test_a_notebook_is_the_same_bytes_every_time_and_valid():
    text = made("bench", "coin")
    assert text == made("bench", "coin")
    nbformat.validate(nbformat.reads(text, as_version=4))


@pytest.mark.usefixtures("bench")
def test_a_notebook_tells_what_a_run_takes_that_finds_nothing_made(record):
    assert "takes about" not in source(made("bench", "coin"), "title")
    record(0.5, 0.5, 0.5, reused_s=60.0)
    assert "A new one takes about 1 min 2 s" in source(made("bench", "coin"), "title")


@pytest.mark.usefixtures("kernel_path")
def test_a_notebook_shows_numbers_verdicts_and_figure(bench, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", f"{bench.folder}{os.pathsep}{os.environ['PYTHONPATH']}")
    text = made("bench", "coin").replace("seeds=1,", "seeds=5,")
    shown = executed(text, "default", tmp_path)
    assert "share of heads" in shown["measures"]
    assert "| seed | heads |" in shown["tables"]
    assert "| A coin is fair | `heads at least 0.3` |" in shown["claims"]
    assert "| supported |" in shown["claims"]
    assert "contradicted" in shown["claims"]
    assert "image/svg+xml" in shown["figure"]
    assert "Share of heads for each seed" in shown["figure"]


@pytest.mark.usefixtures("kernel_path")
@pytest.mark.parametrize("lecture", LECTURES)
def test_the_first_notebook_of_a_lecture_runs(lecture, tmp_path):
    demo = load_plugin(lecture).card().demos[0]
    shown = executed(made(lecture, demo.id), "smoke", tmp_path)
    for name in demo.measures:
        assert f"`{name}`" in shown["measures"]
    for claim in demo.claims:
        assert claim.criterion in shown["claims"]
    assert "image/svg+xml" in shown["figure"]


@pytest.mark.parametrize("lecture", LECTURES)
def test_every_demo_has_a_valid_notebook(lecture):
    for demo in load_plugin(lecture).card().demos:
        nbformat.validate(nbformat.reads(made(lecture, demo.id), as_version=4))
