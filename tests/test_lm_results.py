"""Models in results: what was computed with other weights than a name stands for is not reused."""

import json
import os
import subprocess
import sys

import pytest
from lm_parcels import files, llama

from cs25 import ModelSource, Wheel
from cs25.digest import code_digests
from cs25.lm.supply import shelf as models
from cs25.lm.supply.fetch import obtain
from cs25.lm.supply.standing import changed_models, identity_of_wheels, repinned
from cs25.plugins import load_plugin
from cs25.recorded import Recording, stale_reasons
from cs25.sources import source_file

CARD = """
from cs25 import Demo, Lecture, hookimpl


@hookimpl
def cs25_lecture():
    return Lecture(
        id="asking",
        title="Asking a model",
        demos=(
            Demo("ask", run="asking.ask:ask", summary="How likely a text is"),
            Demo("weigh", run="asking.weigh:weigh", summary="How much its weights are"),
        ),
    )
"""

ASK = """
from cs25 import Measure, Result
from cs25.lm import load


def ask(*, model: str = "tiny") -> Result:
    ((score,),) = load(model).score(["the cat"], [[" sat"]])
    return Result({"log_prob": Measure(score.log_prob, "nats")})
"""

#: Without torch, which takes seconds to import: the cached part is what is looked at.
WEIGH = """
from safetensors.numpy import load_file

from cs25 import Measure, Result, cached
from cs25.data_files import note_model
from cs25.lm.supply.fetch import obtain


@cached
def total(*, model: str):
    held = obtain(model)
    note_model(model, held.identity, held.source)
    return {"total": load_file(held.folder / "model.safetensors")["weight"].sum()}


def weigh(*, model: str = "tiny", rounds: int = 1) -> Result:
    return Result({"total": Measure(rounds * float(total(model=model)["total"]))})
"""


@pytest.fixture
def asking(shelf):
    shelf.install("asking/", CARD, lecture="asking")
    shelf.write("asking/ask.py", ASK)
    shelf.write("asking/weigh.py", WEIGH)


@pytest.fixture
def pinned(pip, offer):
    """Offer the alias `tiny` for what a wheel is to hold; what was packed before is gone."""

    def offered(contents: dict[str, bytes], hub: str = "nobody/tiny") -> ModelSource:
        source = ModelSource("tiny", hub=hub, wheels=(pip.wheel("tiny-model", contents),))
        offer(source)
        return source

    return offered


@pytest.fixture
def run(asking, cs25):
    def run_demo(demo: str, *words: str) -> tuple[dict, str]:
        said = cs25("run", "asking", demo, "--json", *words)
        assert said.code == 0, said.err
        (found,) = json.loads(said.out)["runs"]
        return found, said.err

    return run_demo


def test_a_demo_that_loads_a_model_fetches_it_and_names_it_in_its_manifest(run, pinned):
    source = pinned(llama())
    first, said = run("ask")
    assert "fetching tiny (" in said
    used = {"identity": identity_of_wheels(source), "source": "tiny-model==1.0"}
    assert first["manifest"]["models"] == {"tiny": used}
    assert first["measures"]["log_prob"]["value"] < 0
    again, said = run("ask")
    assert again["cached"]
    assert said == ""


def test_a_demo_runs_again_if_the_name_stands_for_other_weights(run, pinned):
    pinned(files())
    first, _ = run("weigh")
    source = pinned(files(seed=1))
    other, said = run("weigh")
    assert "runs again: model tiny changed" in said
    assert not other["cached"]
    assert other["manifest"]["models"]["tiny"]["identity"] == identity_of_wheels(source)
    assert other["measures"]["total"]["value"] != first["measures"]["total"]["value"]
    models.remove("tiny")
    stored, said = run("weigh")
    assert stored["cached"]
    assert stored["measures"] == other["measures"]
    assert models.find("tiny") is None


def test_what_a_cached_function_made_with_a_model_depends_on_it(run, pinned):
    pinned(files())
    first, _ = run("weigh")
    assert [made["reused"] for made in first["manifest"]["artefacts"]] == [False]
    more, _ = run("weigh", "--rounds", "2")
    assert [made["reused"] for made in more["manifest"]["artefacts"]] == [True]
    assert more["manifest"]["models"] == first["manifest"]["models"] != {}
    pinned(files(seed=1))
    other, _ = run("weigh")
    assert [made["reused"] for made in other["manifest"]["artefacts"]] == [False]


def test_a_demo_whose_model_may_not_be_fetched_is_skipped_with_the_command(asking, pinned, cs25):
    pinned(files())
    said = cs25("run", "asking", "weigh", "--offline")
    assert said.code == 4
    assert "model 'tiny' is not on this machine, and nothing may be fetched" in said.err + said.out
    assert "`cs25 models fetch tiny`" in said.err + said.out


def test_a_cached_function_of_a_single_module_depends_on_its_model_too(pinned, shelf):
    """In a process that nobody has told to keep a log."""
    shelf.write("alone.py", WEIGH)

    def totals() -> float:
        done = subprocess.run(
            [sys.executable, "-c", "import alone; print(float(alone.total(model='tiny')['total']))"],
            capture_output=True, text=True, check=True,
            env={name: value for name, value in os.environ.items() if name != "CS25_DATA_LOG"},
        )  # fmt: skip
        return float(done.stdout)

    pinned(files())
    first = totals()
    assert totals() == first
    pinned(files(seed=1))
    assert totals() != first


def used(source: ModelSource, fetched_from: str = "tiny-model==1.0") -> dict[str, dict[str, str]]:
    return {"tiny": {"identity": identity_of_wheels(source), "source": fetched_from}}


def test_a_stored_result_stands_while_its_weights_are_here_or_nowhere(pinned, offer):
    source = pinned(files())
    assert changed_models(used(source)) == []  # not here at all
    obtain("tiny")
    assert changed_models(used(source)) == []
    pinned(files(seed=1))
    assert changed_models(used(source)) == ["tiny"]
    models.remove("tiny")
    assert changed_models(used(source)) == ["tiny"]  # a run would fetch others
    offer()  # nobody offers the alias any more
    assert changed_models(used(source)) == []


def test_a_stored_result_does_not_stand_for_weights_from_another_place(pinned, hub, pip):
    source = pinned(files())
    hub.repositories["nobody/tiny"] = files()
    assert obtain("tiny").source.startswith("nobody/tiny@")
    assert changed_models(used(source)) == ["tiny"]


def test_the_weights_of_a_folder_are_looked_at_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    for name, data in files().items():
        (tmp_path / "mine" / name).write_bytes(data)
    held = obtain("mine")
    noted = {"mine": {"identity": held.identity, "source": held.source}}
    assert changed_models(noted) == []
    (tmp_path / "mine" / "model.safetensors").write_bytes(files(seed=1)["model.safetensors"])
    assert changed_models(noted) == ["mine"]
    (tmp_path / "mine").rename(tmp_path / "away")
    assert changed_models(noted) == []


def recorded_with(plugin, models_used) -> Recording:
    demo = plugin.card().demos[0]
    code = code_digests(demo.run, drawing=demo.figure)
    return Recording({}, {}, (), (), (), {"code": code, "data": {}, "models": models_used})


def test_a_recording_is_stale_once_its_wheels_are_pinned_anew(bench, pinned, offer):
    plugin = load_plugin("bench")

    def reasons(models_used) -> list[str]:
        recording = recorded_with(plugin, models_used)
        return stale_reasons(plugin, plugin.card().demos[0], "default", recording)

    old = used(pinned(files()))
    assert reasons(old) == []
    obtain("tiny")
    pinned(files(seed=1))
    assert reasons(old) == ["model tiny changed"]
    offer()
    assert reasons(old) == ["model tiny changed"]


def test_which_commit_another_machine_had_makes_no_recording_stale(bench, pinned, hub):
    hub.repositories["nobody/tiny"] = files()
    pinned(files())
    obtain("tiny")  # here of the hub, of some commit
    theirs = {"identity": "0" * 20, "source": "nobody/tiny@0123456789ab"}
    assert (
        repinned({"tiny": theirs, "somebody/else": {**theirs, "source": "somebody/else@1"}}) == []
    )
    assert repinned({"mine": {"identity": "0" * 20, "source": "folder"}}) == []
    pinned(files(), hub="nobody/bigger")  # but the name stands for another model now
    assert repinned({"tiny": theirs}) == ["tiny"]


def test_the_code_of_supply_is_part_of_no_number_and_that_of_scoring_is(
    asking, monkeypatch, tmp_path
):
    def digests_with(module: str) -> dict[str, str]:
        edited = tmp_path / "edited.py"
        edited.write_text(source_file(module).read_text() + "\nEDITED = 1\n")
        monkeypatch.setattr(
            "cs25.digest.source_file", lambda name: edited if name == module else source_file(name)
        )
        found = code_digests("asking.ask:ask")
        monkeypatch.undo()
        return found

    before = code_digests("asking.ask:ask")
    assert {"asking.ask", "cs25.lm.loading", "cs25.lm.scoring", "cs25.lm.causal"} <= before.keys()
    assert not any(name.startswith("cs25.lm.supply") for name in before)
    for module in ("cs25.lm.supply.fetch", "cs25.lm.supply.gguf", "cs25.data_files", "cs25.card"):
        assert digests_with(module) == before, module
    for module in ("cs25.lm.scoring", "cs25.lm.loading", "cs25.lm.tokens"):
        after = digests_with(module)
        assert {name for name in after if after[name] != before[name]} == {module}


def test_a_wheel_is_pinned_by_version_digest_and_size():
    from cs25 import LectureError

    for wrong in (
        ("a", "0" * 64, 1),
        ("a==1", "0", 1),
        ("a==1", "0" * 64, 0),
        ("a>=1", "0" * 64, 1),
    ):
        with pytest.raises(LectureError, match="Wheel"):
            Wheel(*wrong)
